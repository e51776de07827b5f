//! What the judges say, and what they read.

use std::fmt;
use std::time::Duration;

use crate::digest::Digest;

/// The outcome of a gate or of all gates of a step. The order is the rule: the worst wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The bound is proven to hold. Only this advances.
    Pass,
    /// Not enough evidence, void evidence, or an error while judging.
    Inconclusive,
    /// The bound is proven to be broken.
    Fail,
}

/// Which rule a reading belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Real mismatches per route, upper confidence bound.
    Parity,
    /// Compared share of the eligible requests.
    Coverage,
    /// The candidate's error rate against the baseline's, or against an absolute bound.
    Errors,
    /// The candidate's latency against the baseline's quantiles.
    Latency,
    /// Assigned share against the weight: is the evidence whole?
    SampleRatio,
    /// Excess bad responses against what is left of the error budget.
    Budget,
}

/// What a quantity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share between 0 and 1; shown in percent.
    Share,
    /// A plain ratio such as 1.25.
    Ratio,
    /// Requests, comparisons or keys.
    Count,
    /// Seconds.
    Seconds,
    /// Natural logarithm of an e-value.
    LogE,
}

/// A measured value or a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// The value in `unit`.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
}

/// A gate's reading at an instant: measured beside the bound, and how much is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The rule.
    pub gate: Gate,
    /// What was read: a route such as `GET /api/rates`, a quantile such as `p99`, or `all`.
    pub subject: String,
    /// The outcome.
    pub verdict: Verdict,
    /// What was measured.
    pub measured: Quantity,
    /// What it must not pass.
    pub bound: Quantity,
    /// Observations or comparisons the reading rests on.
    pub samples: u64,
    /// How many more are needed for a verdict, when that can be said.
    pub needed: Option<u64>,
    /// How long that takes at the present rate.
    pub wait: Option<Duration>,
    /// One sentence for people.
    pub reason: String,
}

/// All readings of one instant, judged: what the machine is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Generation of the table under which the evidence was gathered; an older one is refused.
    pub generation: u64,
    /// The worst verdict of the readings.
    pub verdict: Verdict,
    /// The readings.
    pub readings: Vec<Reading>,
    /// Address of the stored evidence from which the verdict can be recomputed.
    pub evidence: Digest,
}

impl Verdict {
    /// The worst of several; no readings at all is `Inconclusive`, never a pass.
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::Inconclusive)
    }

    /// The lower-case word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }

    /// Reads the word [`Verdict::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pass, Self::Inconclusive, Self::Fail]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
    }
}

impl Gate {
    /// Every gate.
    pub const ALL: [Self; 6] = [
        Self::Parity,
        Self::Coverage,
        Self::Errors,
        Self::Latency,
        Self::SampleRatio,
        Self::Budget,
    ];

    /// The word used in the ledger, the API and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parity => "parity",
            Self::Coverage => "coverage",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::SampleRatio => "sample-ratio",
            Self::Budget => "budget",
        }
    }

    /// Reads the word [`Gate::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| gate.as_str() == text)
    }
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 5] = [Self::Share, Self::Ratio, Self::Count, Self::Seconds, Self::LogE];

    /// The word used in the ledger and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Ratio => "ratio",
            Self::Count => "count",
            Self::Seconds => "seconds",
            Self::LogE => "log-e",
        }
    }

    /// Reads the word [`Unit::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == text)
    }
}

impl Quantity {
    /// A value in a unit.
    pub const fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value;
        match self.unit {
            Unit::Share => write!(formatter, "{:.3}%", value * 100.0),
            Unit::Ratio => write!(formatter, "{value:.2}×"),
            Unit::Count => write!(formatter, "{value:.0}"),
            Unit::Seconds if value < 1.0 => write!(formatter, "{:.1} ms", value * 1000.0),
            Unit::Seconds => write!(formatter, "{value:.2} s"),
            Unit::LogE => write!(formatter, "ln e = {value:.2}"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
