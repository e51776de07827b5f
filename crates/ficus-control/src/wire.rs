//! What control says over HTTP: one set of views for the API, the command line and the pages.
//!
//! A view is a picture of a piece of [`State`](crate::state::State) in plain words and plain numbers. Every value a
//! person reads carries its text beside the number (`"0.031%"` beside `0.00031`), so that the command line and the
//! pages never disagree about rounding, and a script never has to parse the text.
//!
//! The other side of the rule: nothing here is stored. The ledger has its own forms (`record`), configuration has its
//! own (`file`); a view may therefore be reworded without touching what was signed.
//!
//! Code map: [`status`](StatusView) over everything, [`boundary`](BoundaryView) for one, made of
//! [`reading`](ReadingView), [`coverage`](CoverageView),
//! [`rule`](RuleView), [`sample`](SampleView) and [`mismatch`](MismatchView); [`entry`](EntryView) for the
//! ledger; [`action`](ActionRequest) in, [`error`](ErrorView) out; [`health`](HealthView) for probes.

use ficus_model::{Time, Weight};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod action;
mod boundary;
mod coverage;
mod entry;
mod error;
mod health;
mod mismatch;
mod reading;
mod rule;
mod sample;
mod status;

pub use action::{ActionRequest, ActionView, AppliedView, DecisionView};
pub use boundary::{BoundaryView, PhaseView, RoutesView, StageView, StepView, SummaryView};
pub use coverage::{CoverageView, UncomparedView};
pub use entry::{
    ActorView, CheckpointView, EntryView, EvidenceView, HeadView, LedgerPageRequest, LedgerView,
};
pub use error::{ErrorView, FindingView};
pub use health::{DependencyView, HealthView};
pub use mismatch::{ExampleView, MismatchView, MismatchesView};
pub use reading::{QuantityView, ReadingView, ReadingsView, VerdictView};
pub use rule::RuleView;
pub use sample::{ArmView, SampleView};
pub use status::StatusView;

/// A share of traffic: exact, and as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShareView {
    /// Parts per million.
    pub ppm: u32,
    /// As text, such as `5.00%`.
    #[schema(example = "5.00%")]
    pub text: String,
}

impl From<Weight> for ShareView {
    fn from(weight: Weight) -> Self {
        Self { ppm: weight.ppm(), text: weight.to_string() }
    }
}

/// A time as the API writes it: RFC 3339 in UTC, to the microsecond where there is one.
pub fn time_text(time: Time) -> String {
    timestamp(time).to_string()
}

/// A time for calendars; one past the calendar's end is its end.
fn timestamp(time: Time) -> jiff::Timestamp {
    i64::try_from(time.as_micros())
        .ok()
        .and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok())
        .unwrap_or(jiff::Timestamp::MAX)
}

/// Reads what [`time_text`] writes.
pub fn time_from_text(text: &str) -> Option<Time> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(timestamp.as_microsecond()).ok().map(Time::from_micros)
}

#[cfg(test)]
mod tests;
