//! Placeholder: the route table compiled from a snapshot.

use std::sync::Arc;

use ficus_model::boundary::Limits;
use ficus_model::{BoundaryName, Desired, Side, Snapshot};
use http::request::Parts;

use crate::arm::Arm;
use crate::origin::Origins;

/// A snapshot, compiled: what requests are routed by. Immutable, swapped whole.
pub(crate) struct RouteTable {
    /// What it was compiled from.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Where everything goes that no boundary claims.
    pub(crate) fallback: Arc<Arm>,
    /// The boundaries, as in the snapshot.
    pub(crate) lanes: Vec<Lane>,
}

/// One boundary in the table.
pub(crate) struct Lane {
    /// The boundary.
    pub(crate) name: BoundaryName,
    /// What it is granted.
    pub(crate) limits: Limits,
    /// What is wanted of it.
    pub(crate) desired: Desired,
    /// Its monolith side.
    pub(crate) monolith: Arc<Arm>,
    /// Its service side.
    pub(crate) service: Arc<Arm>,
}

/// Which boundary and route claim a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Routed {
    /// Index into [`RouteTable::lanes`]; `None` when no boundary claims the request.
    pub(crate) lane: Option<u16>,
    /// Index of the route in the boundary's surface.
    pub(crate) route: u16,
}

impl RouteTable {
    /// Compiles a snapshot; arms that exist in `before` for the same boundary and upstream are carried over, with their
    /// counts of requests in flight and their ejections.
    pub(crate) fn compile(
        snapshot: Arc<Snapshot>,
        _before: Option<&Self>,
        origins: &Origins,
    ) -> Self {
        let fallback = Arc::new(Arm::unlimited(origins.of(&snapshot.monolith)));
        Self { snapshot, fallback, lanes: Vec::new() }
    }

    /// The boundary that claims a request.
    pub(crate) fn lane(&self, routed: Routed) -> Option<&Lane> {
        self.lanes.get(usize::from(routed.lane?))
    }

    /// The arm a request goes to.
    pub(crate) fn arm(&self, routed: Routed, side: Side) -> &Arc<Arm> {
        match (self.lane(routed), side) {
            (None, _) => &self.fallback,
            (Some(lane), Side::Monolith) => &lane.monolith,
            (Some(lane), Side::Service) => &lane.service,
        }
    }
}

/// Finds the boundary and the route of a request.
pub(crate) fn route(_table: &RouteTable, _parts: &Parts) -> Routed {
    Routed { lane: None, route: 0 }
}
