use std::time::{Duration, SystemTime};

use serde_json::json;

use super::chronicle::{Abort, Chronicle, Kill};
use super::product::{View, typed};
use crate::load::{Answered, Cause, Record};

fn record(route: &'static str, service: Option<bool>, failure: Option<Cause>) -> Record {
    let (sent_at, latency) = (SystemTime::now(), Duration::from_millis(1));
    Record { route, sent_at, latency, answered: Answered { service, failure } }
}

fn abort(last_request_after: Duration) -> Abort {
    let (fault, reason, found_after) = ("tail".to_owned(), String::new(), Duration::ZERO);
    Abort { fault, reason, found_after, last_request_after, exposed: 1 }
}

#[test]
fn only_the_end_of_a_clean_story_is_good() {
    let mut chronicle = Chronicle::new();
    assert!(!chronicle.good());
    chronicle.close(&[record("GET /api/rates", Some(true), None)], &[]);
    chronicle.aborted(abort(Duration::from_millis(900)));
    chronicle.killed(Kill { command: Duration::ZERO, last_request_after: Duration::ZERO });
    chronicle.finished();
    assert!(chronicle.good());
}

#[test]
fn a_request_too_late_is_a_failure() {
    let mut chronicle = Chronicle::new();
    chronicle.finished();
    chronicle.aborted(abort(Duration::from_millis(1001)));
    assert_eq!(chronicle.problems(), ["the canary was still asked 1.0 s after its abort"]);
}

#[test]
fn only_planted_failures_of_the_boundary_are_forgiven() {
    let status = Some(Cause::Status(500));
    let mut chronicle = Chronicle::new();
    let before = record("GET /api/rates", Some(true), status);
    chronicle.plant("errors");
    let planted = record("GET /api/rates", Some(true), status);
    let elsewhere = record("GET /api/cart", Some(true), status);
    let monolith = record("GET /api/rates", Some(false), status);
    chronicle.planted_until(SystemTime::now());
    let after = record("POST /api/quotes", Some(true), status);
    chronicle.close(&[before, planted, elsewhere, monolith, after], &[]);
    let requests = &chronicle.summary()["requests"];
    assert_eq!(requests["failed_planted"], json!({ "status 500": 1 }));
    assert_eq!(requests["failed_unexpected"], json!({ "status 500": 4 }));
    assert_eq!(requests["examples_unexpected"].as_array().unwrap().len(), 4);
    assert!(!chronicle.good());
}

#[test]
fn a_broken_stream_is_a_failure() {
    let mut chronicle = Chronicle::new();
    chronicle.close(&[], &[Cause::Closed]);
    assert_eq!(chronicle.problems().len(), 1);
}

#[test]
fn the_place_of_a_boundary_is_read_from_its_status() {
    let answer = json!({
        "summary": {
            "stage": "Canary", "phase": { "kind": "rolled-back", "since": "2026-01-01T00:00:00Z", "reason": "slow" },
            "step": { "text": "1 of 2" }, "weight": { "text": "20%" }, "verdict": "Pass", "waiting_for": "you",
        },
        "coverage": { "eligible": 3, "compared": 2, "mismatched": 1, "text": "66.6%" },
    });
    let view = View::read(&answer).unwrap();
    assert_eq!(
        view.place(),
        "Canary, step 1 of 2, rolled-back, 20% of live traffic on the service"
    );
    assert_eq!((view.reason(), view.verdict.as_str(), view.coverage.compared), ("slow", "pass", 2));
    assert_eq!(View::read(&json!({})), None);
}

#[test]
fn commands_are_shown_as_they_could_be_typed() {
    assert_eq!(
        typed(&["kill", "quotes", "--reason", "a drill"]),
        "ficus kill quotes --reason \"a drill\""
    );
}
