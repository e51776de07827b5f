//! Gates as last read: measured beside the bound, and what is missing.

use ficus_model::verdict::{Quantity, Reading};
use ficus_model::{Time, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::BoundaryState;
use crate::wire::time_text;

/// What stands where nothing was measured.
const UNKNOWN: &str = "none yet";

/// The outcome of a gate or of all gates; the worst wins, and only `pass` advances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerdictView {
    /// The bound is proven to hold.
    Pass,
    /// Not enough evidence yet, or void evidence.
    Inconclusive,
    /// The bound is proven to be broken.
    Fail,
}

/// A measured value or a bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuantityView {
    /// The value in `unit`; absent when it is not a finite number.
    pub value: Option<f64>,
    /// `share`, `ratio`, `count`, `seconds` or `log-e`.
    #[schema(example = "share")]
    pub unit: String,
    /// As people read it.
    #[schema(example = "0.031%")]
    pub text: String,
}

/// One gate's reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingView {
    /// `parity`, `coverage`, `errors`, `latency`, `sample-ratio` or `budget`.
    #[schema(example = "parity")]
    pub gate: String,
    /// What was read: a route, a quantile such as `p99`, or `all`.
    #[schema(example = "GET /api/rates")]
    pub subject: String,
    /// The outcome.
    pub verdict: VerdictView,
    /// What was measured.
    pub measured: QuantityView,
    /// What it must not pass.
    pub bound: QuantityView,
    /// Observations or comparisons it rests on.
    pub samples: u64,
    /// How many more are needed for a verdict, when that can be said.
    pub needed: Option<u64>,
    /// How many seconds that takes at the present rate.
    pub wait_seconds: Option<f64>,
    /// One sentence for people.
    pub reason: String,
}

/// The gates of a boundary's present step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingsView {
    /// The boundary.
    pub boundary: String,
    /// When they were read, RFC 3339.
    pub at: String,
    /// The worst of them.
    pub verdict: VerdictView,
    /// One sentence: what the boundary waits for.
    pub waiting_for: String,
    /// The readings.
    pub readings: Vec<ReadingView>,
    /// Digest of the evidence of the last judgement the machine was told, when there is one.
    pub evidence: Option<String>,
}

impl VerdictView {
    /// The word as the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }
}

impl From<Verdict> for VerdictView {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Inconclusive => Self::Inconclusive,
            Verdict::Fail => Self::Fail,
        }
    }
}

impl QuantityView {
    /// The same quantity, not known yet.
    fn unknown(self) -> Self {
        Self { value: None, unit: self.unit, text: UNKNOWN.to_owned() }
    }
}

impl From<&Quantity> for QuantityView {
    fn from(quantity: &Quantity) -> Self {
        Self {
            value: Some(quantity.value).filter(|value| value.is_finite()),
            unit: quantity.unit.as_str().to_owned(),
            text: if quantity.value.is_finite() { quantity.to_string() } else { UNKNOWN.into() },
        }
    }
}

impl From<&Reading> for ReadingView {
    /// Before the first sample a zero is no measurement, and says so.
    fn from(reading: &Reading) -> Self {
        let (mut measured, mut bound) =
            (QuantityView::from(&reading.measured), QuantityView::from(&reading.bound));
        if reading.samples == 0 {
            measured = measured.unknown();
            bound = if bound.value == Some(0.0) { bound.unknown() } else { bound };
        }
        Self {
            gate: reading.gate.as_str().to_owned(),
            subject: reading.subject.clone(),
            verdict: reading.verdict.into(),
            measured,
            bound,
            samples: reading.samples,
            needed: reading.needed,
            wait_seconds: reading.wait.map(|wait| wait.as_secs_f64()),
            reason: reading.reason.clone(),
        }
    }
}

impl ReadingsView {
    /// The readings of `boundary` as of `at`.
    pub fn new(at: Time, boundary: &BoundaryState) -> Self {
        Self {
            boundary: boundary.boundary.name.to_string(),
            at: time_text(at),
            verdict: boundary.verdict.into(),
            waiting_for: boundary.waiting_for.clone(),
            readings: boundary.readings.iter().map(ReadingView::from).collect(),
            evidence: boundary.rollout.last_judgement().map(|last| last.evidence.to_string()),
        }
    }
}
