//! Views as a running ficus would send them.

use ficus_control::wire::{BoundaryView, MismatchesView, StatusView};
use serde_json::{Value, json};

fn share(ppm: u32, text: &str) -> Value {
    json!({ "ppm": ppm, "text": text })
}

fn step(number: usize, ppm: u32, text: &str) -> Value {
    json!({
        "number": number, "of": 2, "weight": share(ppm, text), "bake_seconds": 300,
        "text": format!("{number} of 2"),
    })
}

fn summary(name: &str, stage: &str, phase: &Value) -> Value {
    let canary = stage == "Canary";
    json!({
        "name": name, "owner": "team-pricing", "stage": stage, "phase": phase,
        "step": if canary { step(2, 100_000, "10.00%") } else { Value::Null },
        "weight": if canary { share(100_000, "10.00%") } else { share(0, "0.00%") },
        "mirror": share(1_000_000, "100.00%"), "generation": 7, "verdict": "inconclusive",
        "waiting_for": "412 more comparisons of GET /api/rates", "mismatch_classes": 1,
    })
}

fn reading(gate: &str, verdict: &str, needed: Option<u64>) -> Value {
    json!({
        "gate": gate, "subject": "GET /api/rates", "verdict": verdict,
        "measured": { "value": 0.0, "unit": "share", "text": "0.000%" },
        "bound": { "value": 0.001, "unit": "share", "text": "0.100%" },
        "samples": 3747, "needed": needed, "wait_seconds": needed.map(|_| 61.2),
        "reason": "the upper bound is still above the parity bound",
    })
}

/// The phase of a boundary that goes on.
pub(super) fn running() -> Value {
    json!({ "kind": "running" })
}

/// The phase of a boundary that was held.
pub(super) fn held() -> Value {
    json!({ "kind": "held", "since": "2026-11-23T14:00:00Z", "reason": "answers differ" })
}

/// One boundary at a stage.
pub(super) fn boundary(stage: &str, phase: &Value) -> BoundaryView {
    let view = json!({
        "at": "2026-11-23T14:30:00Z", "summary": summary("quotes", stage, phase),
        "routes": {
            "surface": ["POST /api/quotes", "GET /api/rates"], "safe": ["GET *"],
            "service": "127.0.0.1:9101", "language": "rust",
        },
        "steps": [step(1, 10_000, "1.00%"), step(2, 100_000, "10.00%")],
        "rules": [], "holdback": share(10_000, "1.00%"),
        "readings": [reading("parity", "inconclusive", Some(412)), reading("coverage", "pass", None)],
        "evidence": null,
        "coverage": {
            "eligible": 5000, "compared": 3747, "matched": 3740, "ignored": 4, "mismatched": 3,
            "share": 0.98, "text": "98.0%",
            "uncompared": [{ "reason": "unsafe", "meaning": "", "count": 1177, "chosen": true }],
        },
        "samples": [],
    });
    serde_json::from_value(view).expect("the API's form")
}

/// A status of two boundaries.
pub(super) fn status() -> StatusView {
    let view = json!({
        "at": "2026-11-23T14:30:00Z", "generation": 9, "configuration": "00", "monolith": "127.0.0.1:9000",
        "stalled": null,
        "head": { "origin": "ficus.local/migration", "size": 12, "root": "00", "at": null },
        "boundaries": [summary("quotes", "Canary", &running()), summary("rates", "Shadow", &held())],
    });
    serde_json::from_value(view).expect("the API's form")
}

/// Two classes of differences at one path.
pub(super) fn mismatches() -> MismatchesView {
    let class = |id: &str, route: &str| {
        json!({
            "id": id, "route": route, "path": "body.items", "kind": "type",
            "meaning": "Another JSON type.", "count": 3,
            "first": "2026-11-23T14:00:00Z", "last": "2026-11-23T14:29:00Z",
            "example": { "request": "GET /api/rates?page=9", "trace": null, "baseline": "null", "candidate": "[]" },
            "rule": format!("[[shadow.rules]]\nname = \"body-items\"\npath = \"body.items\"\nroute = \"{route}\"\ntolerance = \"empty-is-null\"\nowner = \"team-pricing\"\nreason = \"why it is harmless\"\nexpires = \"2026-12-23\"\n"),
            "accept": format!("ficus mismatches quotes --accept {id} --reason \"why it is harmless\""),
        })
    };
    let view = json!({
        "boundary": "quotes", "at": "2026-11-23T14:30:00Z",
        "classes": [class("5f0c9a12", "GET /api/rates"), class("77aa01bc", "GET /api/quotes/{id}")],
    });
    serde_json::from_value(view).expect("the API's form")
}

/// A terminal of this width that nobody looks at.
pub(super) fn paper(width: usize) -> crate::terminal::Terminal {
    crate::terminal::Terminal { width, colour: false, talk_colour: false, live: false }
}
