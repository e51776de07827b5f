//! Everything at one instant, as a table.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::State;
use crate::wire::{HeadView, SummaryView, time_text};

/// All boundaries, the ledger's head, and whether control can record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StatusView {
    /// When the picture was taken, RFC 3339.
    pub at: String,
    /// Generation of the snapshot last handed to the data plane.
    pub generation: u64,
    /// Digest of the applied configuration, SHA-256 in hexadecimal; the `ETag` for `config/apply`.
    pub configuration: String,
    /// Where everything goes that no boundary claims, `host:port`.
    pub monolith: String,
    /// Why control can not record at present; nothing advances while this is set.
    pub stalled: Option<String>,
    /// The ledger's head.
    pub head: HeadView,
    /// The boundaries, by name.
    pub boundaries: Vec<SummaryView>,
}

impl From<&State> for StatusView {
    fn from(state: &State) -> Self {
        Self {
            at: time_text(state.at),
            generation: state.generation,
            configuration: state.configuration.to_string(),
            monolith: format!("{}:{}", state.monolith.host, state.monolith.port),
            stalled: state.stalled.clone(),
            head: HeadView::from(&state.head),
            boundaries: state.boundaries.iter().map(SummaryView::from).collect(),
        }
    }
}
