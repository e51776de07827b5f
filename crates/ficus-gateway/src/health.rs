//! Placeholder: whether the gateway works, with its dependencies.

use crate::core::Shared;

/// Whether the gateway works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether it takes requests.
    pub ready: bool,
}

/// Reads the health of the gateway.
pub(crate) fn read(shared: &Shared) -> Health {
    Health { ready: !shared.draining() }
}
