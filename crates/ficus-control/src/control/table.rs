//! The table in use: composed from what the machines want, handed to the data plane until it has it.
//!
//! Handing over is idempotent: the same content keeps its generation, and a table the data plane does not have (it
//! was not there yet, it was started again) is offered again at every tick.

use std::collections::BTreeMap;
use std::sync::Arc;

use ficus_model::{BoundaryName, Desired, Snapshot};

use crate::configuration::Configuration;
use crate::plane::DataPlane;

/// The table last composed.
#[derive(Debug)]
pub(super) struct Table {
    snapshot: Arc<Snapshot>,
    taken: bool,
}

impl Table {
    /// A first table, not handed over yet. Its generation follows the ledger, which never shrinks, so that a data
    /// plane that outlived a restart does not take it for an old one.
    pub(super) fn new(entries: u64, configuration: &Configuration, desired: &Wanted) -> Self {
        let snapshot = compose(entries.max(1), configuration, desired);
        Self { snapshot: Arc::new(snapshot), taken: false }
    }

    /// The table.
    pub(super) const fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Makes the table say what is wanted, and sees that the data plane has it.
    pub(super) fn reconcile(
        &mut self,
        entries: u64,
        configuration: &Configuration,
        desired: &Wanted,
        plane: &dyn DataPlane,
    ) {
        let generation = self.snapshot.generation;
        let same = compose(generation, configuration, desired);
        if *self.snapshot != same {
            let generation = entries.max(generation + 1);
            self.snapshot = Arc::new(Snapshot { generation, ..same });
            self.taken = false;
        }
        self.offer(plane);
    }

    fn offer(&mut self, plane: &dyn DataPlane) {
        let has = plane.health().generation;
        if self.taken && has == self.snapshot.generation {
            return;
        }
        // The same number may be another table's: of a control that was started again meanwhile.
        if has >= self.snapshot.generation {
            let snapshot = Snapshot { generation: has + 1, ..(*self.snapshot).clone() };
            self.snapshot = Arc::new(snapshot);
        }
        self.taken = plane.apply(Arc::clone(&self.snapshot));
    }
}

/// What is wanted of each boundary.
pub(super) type Wanted = BTreeMap<BoundaryName, Desired>;

fn compose(generation: u64, configuration: &Configuration, desired: &Wanted) -> Snapshot {
    let monolith = configuration.monolith.clone();
    Snapshot::compose(generation, monolith, &configuration.boundaries, desired)
}
