//! A judge's evidence as plain values: what is stored, hashed and resumed from.

use std::collections::BTreeSet;

use crate::boundary::GateSettings;
use crate::judge::bin::{Bin, Sides};
use crate::judge::errors::Errors;
use crate::judge::integrity::Integrity;
use crate::judge::latency::Latency;
use crate::judge::parity::Parity;
use crate::judge::spending::Spending;
use crate::time::Time;
use crate::verdict::Gate;
use crate::weight::Weight;

/// Everything a judge has gathered. Bounded: its size depends on the number of routes and on nothing else.
///
/// A judge made from it behaves exactly like the one it came from. Stored as the text of [`JudgeState::to_text`].
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeState {
    /// When gathering began.
    pub started: Time,
    /// The latest time the judge was told.
    pub advanced: Time,
    /// Routes that can not be compared, by index.
    pub exempt: BTreeSet<u16>,
    /// Requests left out so far at the start, per side.
    pub warmed_up: Sides<u32>,
    /// The present step.
    pub step: StepState,
    /// Bins not complete yet, one per weight.
    pub bins: Vec<Bin>,
    /// Error rates.
    pub errors: Errors,
    /// Latencies.
    pub latency: Latency,
    /// Whether the evidence is whole.
    pub integrity: Integrity,
    /// What the rollout costs.
    pub spending: Spending,
    /// Answers compared.
    pub parity: Parity,
    /// The first regression that was proven.
    pub breach: Option<Breach>,
}

/// A step of the canary as the judge sees it: a weight, higher than those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepState {
    /// The weight.
    pub weight: Weight,
    /// When the first request under it was seen.
    pub since: Time,
}

/// A regression that was proven, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breach {
    /// When.
    pub at: Time,
    /// What carries the evidence.
    pub gate: Gate,
    /// The level, for latency.
    pub level: usize,
    /// Logarithm of the whole evidence at that moment; for the budget, which is no e-process, zero.
    pub ln_e: f64,
}

impl JudgeState {
    /// No evidence.
    pub fn new(settings: &GateSettings, routes: usize, started: Time) -> Self {
        Self {
            started,
            advanced: started,
            exempt: BTreeSet::new(),
            warmed_up: Sides::default(),
            step: StepState::default(),
            bins: Vec::new(),
            errors: Errors::new(settings, routes),
            latency: Latency::new(settings, routes),
            integrity: Integrity::default(),
            spending: Spending::default(),
            parity: Parity::new(routes),
            breach: None,
        }
    }
}
