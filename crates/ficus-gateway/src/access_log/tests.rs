use std::collections::BTreeSet;
use std::path::PathBuf;

use http::HeaderMap;
use serde_json::Value;

use super::*;
use crate::fixture::{lane, placed, settings, wait_for};
use crate::trace::Identifiers;

fn line(outcome: Outcome) -> LogLine {
    LogLine {
        ended: Time::from_micros(1_709_210_096_000_000),
        context: TraceContext::adopt(&HeaderMap::new(), &Identifiers::new(1), || false),
        lane: Some(lane(placed("quotes", &["GET /api/quotes/{id}"]), &settings())),
        route: 0,
        side: Some(Side::Service),
        method: Method::GET,
        status: Some(StatusCode::OK),
        outcome,
        latency: Duration::from_micros(1500),
        request_bytes: 3,
        reply_bytes: 5,
    }
}

fn written(line: &LogLine) -> Value {
    let mut out = Vec::new();
    line.write(&mut out).expect("memory does not fail");
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1, "one line");
    serde_json::from_slice(&out).expect("JSON")
}

#[test]
fn a_line_has_the_schema_that_services_log_in_too() {
    let logged = written(&line(Outcome::Answered(200)));
    let names: BTreeSet<&str> =
        logged.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "time",
        "level",
        "msg",
        "trace_id",
        "span_id",
        "boundary",
        "side",
        "method",
        "route",
        "status",
        "outcome",
        "duration_seconds",
        "request_bytes",
        "reply_bytes",
    ];
    assert_eq!(names, expected.into());
    assert_eq!(logged["time"], "2024-02-29T12:34:56.000000Z");
    assert_eq!(logged["level"], "INFO");
    assert_eq!(logged["boundary"], "quotes");
    assert_eq!(logged["route"], "GET /api/quotes/{id}", "as its owner wrote it, never the path");
    assert_eq!(logged["side"], "service");
    assert_eq!(logged["status"], 200);
    assert!((logged["duration_seconds"].as_f64().expect("a number") - 0.0015).abs() < 1e-9);
    assert_eq!(logged["trace_id"].as_str().map(str::len), Some(32));
    assert_eq!(logged["span_id"].as_str().map(str::len), Some(16));
}

#[test]
fn what_is_not_known_is_left_out() {
    let unknown = LogLine { lane: None, side: None, status: None, ..line(Outcome::ConnectFailed) };
    let logged = written(&unknown);
    assert_eq!(logged["level"], "WARN");
    assert_eq!(logged["outcome"], "connect_failed");
    for name in ["boundary", "route", "side", "status"] {
        assert_eq!(logged.get(name), None, "{name}");
    }
}

#[test]
fn lines_reach_the_end_of_the_file() {
    let path = std::env::temp_dir().join(format!("ficus-access-{}.log", std::process::id()));
    std::fs::write(&path, "before\n").expect("a temporary file");
    let destination = LogDestination::File(path.clone());
    let losses = Arc::<Losses>::default();
    let sink = start(&AccessLogSettings { destination, sample: Weight::FULL }, Arc::clone(&losses));
    for _ in 0..3 {
        sink.send(line(Outcome::Answered(200)), &losses);
    }
    let text = || std::fs::read_to_string(&path).expect("readable");
    wait_for("three lines", || text().lines().count() == 4);
    assert!(text().starts_with("before\n"));
    assert_eq!(losses.lines.total(), 0);
    std::fs::remove_file(&path).expect("removable");
}

#[test]
fn what_can_not_be_written_is_counted() {
    let losses = Arc::<Losses>::default();
    let nowhere = LogDestination::File(PathBuf::from("/nowhere/at/all"));
    let settings = AccessLogSettings { destination: nowhere, sample: Weight::FULL };
    let sink = start(&settings, Arc::clone(&losses));
    sink.send(line(Outcome::Answered(200)), &losses);
    wait_for("the loss", || losses.lines.total() == 1);
    let (lines, queue) = sync_channel(1);
    let full = LogSink { sample: Weight::FULL, lines };
    full.send(line(Outcome::Reset), &losses);
    full.send(line(Outcome::Reset), &losses);
    assert_eq!(losses.lines.total(), 2);
    assert_eq!(queue.try_iter().count(), 1);
}
