//! Placeholder: the side a request goes to.

use ficus_model::assignment::Assigned;
use ficus_model::{Side, Weight};
use http::request::Parts;

use crate::core::Core;
use crate::table::{RouteTable, Routed};

/// Which side a request goes to, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The side.
    pub(crate) side: Side,
    /// How it was chosen.
    pub(crate) assigned: Assigned,
    /// The sticky key, hashed.
    pub(crate) key: Option<u64>,
    /// The service's weight it was assigned under.
    pub(crate) weight: Weight,
}

/// Assigns a request to a side.
pub(crate) fn assign(
    _table: &RouteTable,
    _routed: Routed,
    _parts: &Parts,
    _core: &Core,
) -> Assignment {
    Assignment { side: Side::Monolith, assigned: Assigned::Coin, key: None, weight: Weight::ZERO }
}
