//! What the rest of the process may ask of a running gateway.

use std::sync::{Arc, Mutex, PoisonError};

use ficus_model::Snapshot;
use thiserror::Error;

use crate::core::Shared;
use crate::health::{self, Health};
use crate::metrics;
use crate::table::RouteTable;

/// The controls of one gateway; cheap to clone.
#[derive(Clone)]
pub struct GatewayControls {
    shared: Arc<Shared>,
    /// Held while a table is compiled and swapped, so that generations never cross.
    applying: Arc<Mutex<()>>,
}

/// A snapshot was refused because a later one is applied already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the snapshot is outdated: generation {given}, but {applied} is applied")]
pub struct Outdated {
    /// Generation of the refused snapshot.
    pub given: u64,
    /// Generation that is applied.
    pub applied: u64,
}

impl GatewayControls {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, applying: Arc::default() }
    }

    /// Swaps the table whole. Requests under way keep the table they began with.
    ///
    /// # Errors
    ///
    /// [`Outdated`] when a snapshot of this generation or a later one is applied already.
    pub fn apply(&self, snapshot: Arc<Snapshot>) -> Result<(), Outdated> {
        let _applying = self.applying.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.shared.table.load_full();
        let (given, applied) = (snapshot.generation, before.snapshot.generation);
        if given <= applied {
            return Err(Outdated { given, applied });
        }
        let table = RouteTable::compile(
            snapshot,
            Some(&before),
            &self.shared.origins,
            &self.shared.lane_settings,
        );
        self.shared.table.store(Arc::new(table));
        Ok(())
    }

    /// The metrics of the whole gateway as Prometheus text.
    pub fn metrics_text(&self) -> String {
        metrics::text(&self.shared)
    }

    /// Whether the gateway works, with its dependencies.
    pub fn health(&self) -> Health {
        let Shared { table, observer, .. } = &*self.shared;
        health::read(&table.load(), &observer.probes, self.shared.draining())
    }

    /// What all cores share, for tests of the parts.
    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}
