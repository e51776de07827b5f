//! What the gateway tells control: a port of three calls that never wait.

use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::ObservationBatch;
use ficus_model::rollout::RolloutId;
use ficus_model::verdict::Reading;
use ficus_model::{BoundaryName, Time};

/// Whoever learns what the gateway saw. No call may block; `false` says the report was dropped, and the gateway
/// counts it.
pub trait Reports: Send + Sync {
    /// Requests of one boundary, as one core saw them.
    fn observations(&self, batch: ObservationBatch) -> bool;
    /// Comparisons of one boundary.
    fn comparisons(&self, batch: ComparisonBatch) -> bool;
    /// The gateway has taken a boundary's weight to zero by itself.
    fn aborted(&self, breach: Breach) -> bool;
}

/// A regression the gateway has proven by itself, and acted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// The boundary whose weight is now zero.
    pub boundary: BoundaryName,
    /// The rollout that is aborted; a later one is not affected.
    pub rollout: RolloutId,
    /// Generation of the table the evidence was gathered under.
    pub generation: u64,
    /// When.
    pub at: Time,
    /// What was proven.
    pub reading: Reading,
}
