//! What control counts about itself.
//!
//! [`FAMILIES`] is the one list: the text format, the reference page (`docs/reference/control-metrics.md`) and its test
//! come from it. Everything is a gauge read from the picture, so nothing is counted twice and nothing can drift from
//! what the pages say.

use std::fmt::Write as _;

use ficus_model::Verdict;
use ficus_model::rollout::Phase;

use crate::state::{BoundaryState, State};

/// One metric: its name, what it means, and how it is read.
struct Family {
    name: &'static str,
    meaning: &'static str,
    read: Read,
}

/// Where a value comes from.
enum Read {
    /// One value.
    Process(fn(&State, usize) -> f64),
    /// One value for each boundary.
    Boundary(fn(&BoundaryState) -> f64),
    /// 1 for the word that holds of each boundary, the word under this label.
    Word(&'static str, fn(&BoundaryState) -> &'static str),
}

const FAMILIES: [Family; 9] = [
    Family {
        name: "ficus_control_ledger_entries",
        meaning: "Entries in the ledger.",
        read: Read::Process(|state, _| precise(state.head.size)),
    },
    Family {
        name: "ficus_control_stalled",
        meaning: "1 while the ledger can not record; nothing advances then.",
        read: Read::Process(|state, _| flag(state.stalled.is_some())),
    },
    Family {
        name: "ficus_control_table_generation",
        meaning: "Generation of the table last handed to the data plane.",
        read: Read::Process(|state, _| precise(state.generation)),
    },
    Family {
        name: "ficus_control_event_streams",
        meaning: "Event streams of the API that are open.",
        read: Read::Process(|_, streams| precise(u64::try_from(streams).unwrap_or(u64::MAX))),
    },
    Family {
        name: "ficus_control_boundary_weight_ratio",
        meaning: "Share of live traffic control wants on the service.",
        read: Read::Boundary(|boundary| boundary.desired.weight.fraction()),
    },
    Family {
        name: "ficus_control_boundary_mirror_ratio",
        meaning: "Share of the safe requests control wants copied.",
        read: Read::Boundary(|boundary| boundary.desired.mirror.fraction()),
    },
    Family {
        name: "ficus_control_boundary_stage",
        meaning: "1 for the stage a boundary stands at.",
        read: Read::Word("stage", |boundary| boundary.rollout.stage().as_str()),
    },
    Family {
        name: "ficus_control_boundary_stopped",
        meaning: "1 while a boundary is held, rolled back or killed, and so waits for an operator.",
        read: Read::Boundary(|boundary| flag(*boundary.rollout.phase() != Phase::Running)),
    },
    Family {
        name: "ficus_control_boundary_gates_failed",
        meaning: "Gates of the present step whose bound is proven to be broken.",
        read: Read::Boundary(|boundary| {
            let failed =
                boundary.readings.iter().filter(|reading| reading.verdict == Verdict::Fail);
            failed.map(|_| 1.0).sum()
        }),
    },
];

/// Everything in Prometheus' text format. Labels are names and words of our own and need no escaping.
pub(super) fn text(state: &State, streams: usize) -> String {
    let mut text = String::new();
    for Family { name, meaning, read, .. } in &FAMILIES {
        // Writing to a string can not fail, here and below.
        let _ = writeln!(text, "# HELP {name} {meaning}\n# TYPE {name} gauge");
        match read {
            Read::Process(read) => {
                let _ = writeln!(text, "{name} {}", read(state, streams));
            }
            Read::Boundary(read) => {
                for boundary in &state.boundaries {
                    let (of, value) = (&boundary.boundary.name, read(boundary));
                    let _ = writeln!(text, "{name}{{boundary=\"{of}\"}} {value}");
                }
            }
            Read::Word(label, read) => {
                for boundary in &state.boundaries {
                    let (of, word) = (&boundary.boundary.name, read(boundary));
                    let _ = writeln!(text, "{name}{{boundary=\"{of}\",{label}=\"{word}\"}} 1");
                }
            }
        }
    }
    text
}

const fn flag(set: bool) -> f64 {
    if set { 1.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52 lose nothing")]
const fn precise(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
