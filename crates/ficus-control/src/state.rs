//! What control knows right now: an immutable picture, swapped whole, from which the API and the pages are made.

use ficus_model::boundary::{Boundary, Upstream};
use ficus_model::comparison::{DifferenceKind, Uncompared};
use ficus_model::digest::Digest;
use ficus_model::{Desired, Reading, Rollout, Time, Verdict};

/// Everything, at one instant.
#[derive(Debug, Clone)]
pub struct State {
    /// When the picture was taken.
    pub at: Time,
    /// Generation of the snapshot last handed to the data plane.
    pub generation: u64,
    /// Digest of the applied configuration.
    pub configuration: Digest,
    /// Where everything goes that no boundary claims.
    pub monolith: Upstream,
    /// The boundaries, by name.
    pub boundaries: Vec<BoundaryState>,
    /// The ledger's head.
    pub head: HeadState,
    /// Why control can not record at present (full disk, lost store); nothing advances while this is set.
    pub stalled: Option<String>,
}

/// One boundary at one instant.
#[derive(Debug, Clone)]
pub struct BoundaryState {
    /// As its team wrote it down.
    pub boundary: Boundary,
    /// Where it stands.
    pub rollout: Rollout,
    /// What is wanted of the data plane.
    pub desired: Desired,
    /// The gates of the present step as last read.
    pub readings: Vec<Reading>,
    /// The worst of the readings.
    pub verdict: Verdict,
    /// One sentence: what the boundary waits for.
    pub waiting_for: String,
    /// Samples of the recent past, oldest first, at most [`SAMPLES_MAX`].
    pub samples: Vec<Sample>,
    /// Compared and not compared, since the present evidence began.
    pub coverage: Coverage,
    /// Classes of mismatches, the most frequent first.
    pub mismatches: Vec<MismatchClass>,
    /// Differences of further classes: counted, not kept.
    pub mismatches_unclassed: u64,
}

/// Samples kept per boundary.
pub const SAMPLES_MAX: usize = 720;

/// Both arms over one sampling interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// End of the interval.
    pub at: Time,
    /// Length of the interval in seconds.
    pub seconds: f64,
    /// The service's weight at its end.
    pub weight: ficus_model::Weight,
    /// The monolith's arm.
    pub monolith: ArmSample,
    /// The service's arm.
    pub service: ArmSample,
}

/// One arm over one interval. Latencies are in seconds; `None` without an observation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArmSample {
    /// Answered or failed requests.
    pub requests: u64,
    /// Bad ones among them.
    pub bad: u64,
    /// Median latency.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}

/// How much of the eligible traffic was compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Equal.
    pub matched: u64,
    /// Equal under rules.
    pub ignored: u64,
    /// Different.
    pub mismatched: u64,
    /// Not compared, by reason.
    pub uncompared: Vec<(Uncompared, u64)>,
}

/// Mismatches of one class: same route, same path, same kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MismatchClass {
    /// The route as written in the surface.
    pub route: String,
    /// Where the answers differ.
    pub path: String,
    /// How they differ.
    pub kind: DifferenceKind,
    /// How often.
    pub count: u64,
    /// First seen.
    pub first: Time,
    /// Last seen.
    pub last: Time,
    /// The smallest example, redacted.
    pub example: MismatchExample,
}

/// One readable example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MismatchExample {
    /// The request line.
    pub request: String,
    /// The trace it belongs to.
    pub trace: Option<String>,
    /// What the monolith answered there; `None` when absent.
    pub baseline: Option<String>,
    /// What the service answered there; `None` when absent.
    pub candidate: Option<String>,
}

/// The ledger's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadState {
    /// The log's name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: Digest,
    /// When the last entry was appended.
    pub at: Option<Time>,
}
