//! What the gateway saw: one observation per request, in batches per boundary.

use std::time::Duration;

use crate::assignment::Assigned;
use crate::name::{BoundaryName, RolloutId};
use crate::side::Side;
use crate::time::Time;
use crate::weight::Weight;

/// One live request as the gateway saw it. Mirrored copies never become observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// When the answer was complete, or given up.
    pub at: Time,
    /// The sticky key, hashed; `None` for traffic assigned by the coin.
    pub key: Option<u64>,
    /// How the side was chosen. Overrides never enter statistics.
    pub assigned: Assigned,
    /// Index of the route in the boundary's surface.
    pub route: u16,
    /// Who answered.
    pub side: Side,
    /// The service's weight the request was assigned under.
    pub weight: Weight,
    /// How it ended, first attempts only.
    pub outcome: Outcome,
    /// From the complete request head to the end of the answer, or to the moment it was given up.
    pub latency: Duration,
    /// The answer was a stream (SSE, upgrade): its length says nothing about latency.
    pub streamed: bool,
}

/// How a request ended, as far as the side that answered is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer with this status arrived whole.
    Answered(u16),
    /// No connection could be made.
    ConnectFailed,
    /// The connection ended, or its bytes made no sense, before the answer was whole.
    Reset,
    /// The boundary's timeout passed.
    Timeout,
    /// The gateway itself refused (limits); the side was never asked.
    Shed,
    /// The client went away first; nobody is to blame.
    ClientGone,
}

/// Observations of one boundary under one table, flushed together by one core.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservationBatch {
    /// The boundary.
    pub boundary: BoundaryName,
    /// Generation of the table the requests were routed by.
    pub generation: u64,
    /// The rollout whose secret assigned them, when one was running.
    pub rollout: Option<RolloutId>,
    /// The requests, oldest first.
    pub observations: Vec<Observation>,
    /// Requests that were assigned since the last batch of this core, whether or not they have ended.
    pub assigned: AssignedCount,
    /// Observations this core had to drop since its last batch because the ring was full.
    pub dropped: u64,
}

/// First assignments since the last batch, by side, for the sample-ratio test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AssignedCount {
    /// Assigned to the monolith.
    pub monolith: u64,
    /// Assigned to the service.
    pub service: u64,
}

impl Outcome {
    /// Whether this counts against the side: 5xx, reset, timeout, no connection.
    pub const fn bad(self) -> bool {
        match self {
            Self::Answered(status) => status >= 500,
            Self::ConnectFailed | Self::Reset | Self::Timeout => true,
            Self::Shed | Self::ClientGone => false,
        }
    }

    /// Whether the side was asked and its answer, or the lack of one, says something about it.
    pub const fn counts(self) -> bool {
        match self {
            Self::Answered(_) | Self::ConnectFailed | Self::Reset | Self::Timeout => true,
            Self::Shed | Self::ClientGone => false,
        }
    }
}
