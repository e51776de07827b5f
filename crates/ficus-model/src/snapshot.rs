//! What the gateway is given: one immutable table, swapped whole.

use std::collections::BTreeMap;

use crate::boundary::{Boundary, Upstream};
use crate::name::BoundaryName;
use crate::rollout::Desired;

/// Everything the data plane routes by. Older generations are refused by the receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Rises with every snapshot the control plane makes, over all boundaries.
    pub generation: u64,
    /// Where everything goes that no boundary claims.
    pub monolith: Upstream,
    /// The boundaries with what is wanted of each.
    pub boundaries: Vec<Placed>,
}

/// A boundary and what is wanted of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// As its team wrote it down.
    pub boundary: Boundary,
    /// What its machine wants.
    pub desired: Desired,
}

impl Snapshot {
    /// The table for `boundaries` as their machines want them; a boundary without a machine is left to the monolith.
    pub fn compose(
        generation: u64,
        monolith: Upstream,
        boundaries: &[Boundary],
        desired: &BTreeMap<BoundaryName, Desired>,
    ) -> Self {
        let place = |boundary: &Boundary| {
            let desired = desired.get(&boundary.name)?.clone();
            Some(Placed { boundary: boundary.clone(), desired })
        };
        Self { generation, monolith, boundaries: boundaries.iter().filter_map(place).collect() }
    }
}
