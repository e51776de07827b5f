//! A request that could be compared, until it is said what became of it.
//!
//! A mirror that silently leaves requests out is worse than none, because what it leaves out is what nobody looks at.
//! So a request becomes [`Eligible`] before anything else is decided about its copy, and the value can only be given
//! up by saying what became of it; dropping it on any way out counts as `aborted`.
//!
//! **Invariant:** the eligible equal the compared plus the uncompared of every reason, once nothing is in flight.

use std::sync::Arc;

use ficus_model::comparison::{Comparison, Uncompared};

use crate::coverage::CompareResult;
use crate::lane::Lane;

/// One request that could be compared, not yet accounted for.
#[derive(Debug)]
pub(crate) struct Eligible {
    lane: Arc<Lane>,
    route: u16,
    open: bool,
}

impl Eligible {
    /// One more request that could be compared.
    pub(crate) fn begin(lane: &Arc<Lane>, route: u16) -> Self {
        lane.live.coverage.add_eligible();
        Self { lane: Arc::clone(lane), route, open: true }
    }

    /// The lane the request belongs to.
    pub(crate) fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// Index of its route.
    pub(crate) fn route(&self) -> u16 {
        self.route
    }

    /// It was not compared, and why.
    pub(crate) fn uncompared(mut self, reason: Uncompared) {
        self.settle(reason);
    }

    /// It was compared.
    pub(crate) fn compared(mut self, comparison: &Comparison) {
        self.open = false;
        self.lane.live.coverage.add_compared(CompareResult::of(comparison));
    }

    fn settle(&mut self, reason: Uncompared) {
        if std::mem::take(&mut self.open) {
            self.lane.coverage.add(self.route, reason);
            self.lane.live.coverage.add_uncompared(reason);
        }
    }
}

impl Drop for Eligible {
    fn drop(&mut self) {
        self.settle(Uncompared::Aborted);
    }
}

#[cfg(test)]
mod tests;
