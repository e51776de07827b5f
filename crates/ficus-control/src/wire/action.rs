//! What operators ask for, and what came of it.

use ficus_model::Event;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::BoundaryState;
use crate::wire::entry::words;
use crate::wire::{ShareView, StageView};

/// The four things an operator can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionView {
    /// Go on: to the next stage, or on from a hold.
    Promote,
    /// Stand still.
    Hold,
    /// Back to the stage before live traffic.
    Rollback,
    /// Nothing of any kind to the service, now.
    Kill,
}

/// An operator's decision needs its reason; it is written to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// Why, in a sentence; at most 1000 characters.
    #[schema(min_length = 1, max_length = 1000, example = "parity shown for three days")]
    pub reason: String,
}

/// What a decision led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionView {
    /// The boundary.
    pub boundary: String,
    /// What happened, in plain words, one line per ledger entry.
    pub events: Vec<String>,
    /// Where the boundary stands now.
    pub stage: StageView,
    /// The service's share of live traffic now.
    pub weight: ShareView,
    /// The machine's generation now.
    pub generation: u64,
}

/// A configuration that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppliedView {
    /// Digest of the configuration that holds from now on, SHA-256 in hexadecimal.
    pub configuration: String,
}

impl DecisionView {
    /// Every decision.
    pub const ALL: [Self; 4] = [Self::Promote, Self::Hold, Self::Rollback, Self::Kill];

    /// The word in paths and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
            Self::Kill => "kill",
        }
    }

    /// Reads the word [`DecisionView::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == text)
    }
}

impl ActionView {
    /// What `events` did to the boundary, which now is as `state` says.
    pub fn new(events: &[Event], state: &BoundaryState) -> Self {
        Self {
            boundary: state.boundary.name.to_string(),
            events: events.iter().map(words).collect(),
            stage: state.rollout.stage().into(),
            weight: state.desired.weight.into(),
            generation: state.rollout.generation(),
        }
    }
}
