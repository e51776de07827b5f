//! The port to the data plane: whoever routes requests by a snapshot.

use std::sync::Arc;

use ficus_model::Snapshot;

/// What carries out what control wants. It must not block: it takes the table or refuses it.
pub trait DataPlane: Send + Sync {
    /// Routes by this table from now on. `false` when the table is older than the one in use, or nobody is there
    /// yet; control offers it again.
    fn apply(&self, snapshot: Arc<Snapshot>) -> bool;

    /// How the data plane is.
    fn health(&self) -> PlaneHealth;
}

/// How the data plane is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaneHealth {
    /// Generation of the table in use; zero before the first.
    pub generation: u64,
    /// What is wrong, in words; empty when nothing is.
    pub troubles: Vec<String>,
}
