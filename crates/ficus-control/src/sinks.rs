//! Where the data plane leaves what it saw: bounded queues that never block it.
//!
//! An abort has its own way in, shared with operators' commands, so that a flood of evidence can not delay it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::ObservationBatch;
use ficus_model::rollout::RolloutId;
use ficus_model::{BoundaryName, Reading, Time};
use tokio::sync::mpsc;

use crate::desk::Urgent;

/// Batches that may wait for the judges; more are dropped and counted.
pub(crate) const EVIDENCE_QUEUE_MAX: usize = 1024;

/// The data plane took a boundary's weight to zero by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Abort {
    /// The boundary.
    pub boundary: BoundaryName,
    /// The rollout that was aborted; a report about another one is stale.
    pub rollout: RolloutId,
    /// Generation of the table in use.
    pub generation: u64,
    /// When.
    pub at: Time,
    /// What was read.
    pub reading: Reading,
}

/// Evidence on its way to the judges.
#[derive(Debug)]
pub(crate) enum Evidence {
    /// Live requests.
    Observations(ObservationBatch),
    /// Compared copies.
    Comparisons(ComparisonBatch),
}

/// The sending ends; cheap to clone, never blocking.
#[derive(Debug, Clone)]
pub struct Sinks {
    pub(crate) evidence: mpsc::Sender<Evidence>,
    pub(crate) urgent: mpsc::Sender<Urgent>,
    pub(crate) dropped: Arc<AtomicU64>,
}

impl Sinks {
    /// Hands in live requests; `false` when they were dropped.
    pub fn observations(&self, batch: ObservationBatch) -> bool {
        self.send(Evidence::Observations(batch))
    }

    /// Hands in comparisons; `false` when they were dropped.
    pub fn comparisons(&self, batch: ComparisonBatch) -> bool {
        self.send(Evidence::Comparisons(batch))
    }

    /// Reports an abort; `false` when it must be reported again.
    pub fn aborted(&self, abort: Abort) -> bool {
        self.urgent.try_send(Urgent::Aborted(abort)).is_ok()
    }

    /// Batches dropped so far because the judges were behind.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn send(&self, evidence: Evidence) -> bool {
        let sent = self.evidence.try_send(evidence).is_ok();
        if !sent {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }
}
