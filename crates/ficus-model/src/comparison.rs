//! What a comparison of two answers yields, and why some requests were never compared.

use std::time::Duration;

use crate::name::BoundaryName;
use crate::time::Time;

/// The outcome of comparing a baseline's answer with a candidate's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Equal in everything that is compared.
    Match,
    /// Equal once the named rules are applied; at least one was needed.
    Ignored(Vec<String>),
    /// Different; never empty.
    Mismatch(Vec<Difference>),
}

/// One difference, already redacted and bounded: safe to store and to show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Where: `status`, `header.content-type`, `body`, or `body.items[].price` (every index written `[]`).
    pub path: String,
    /// What kind.
    pub kind: DifferenceKind,
    /// The baseline's value as text, redacted and shortened; `None` when absent.
    pub baseline: Option<String>,
    /// The candidate's value as text, redacted and shortened; `None` when absent.
    pub candidate: Option<String>,
}

/// The kind of a difference; with route and path it is the class mismatches are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// Same type, other value.
    Value,
    /// Other JSON type, `null` against `[]` among them.
    Type,
    /// The candidate lacks it.
    Missing,
    /// The candidate has it in addition.
    Extra,
    /// An array of another length.
    Length,
    /// The same elements in another order.
    Order,
    /// The media types differ, so the bodies were not compared further.
    MediaType,
    /// The bodies are not structured, and their bytes differ.
    Bytes,
}

/// Why an eligible request was not compared. The counts of all reasons and of all comparisons sum to the eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Uncompared {
    /// Not declared safe: never copied.
    Unsafe,
    /// The mirror's share left it out.
    SampledOut,
    /// The request body is over the cap.
    BodyCap,
    /// Too many copies in flight.
    InFlightCap,
    /// The copies in flight pin too many bytes.
    ByteBudget,
    /// The mirror's queue is full.
    QueueFull,
    /// An upgrade or an endless answer.
    UpgradeOrStream,
    /// No connection to the candidate.
    Connect,
    /// The candidate did not answer in time.
    Timeout,
    /// The candidate's connection ended or its bytes made no sense.
    Reset,
    /// One answer is over the cap.
    ReplyCap,
    /// One answer never became whole.
    Aborted,
    /// A body could not be decoded for comparison.
    Undecodable,
    /// The comparing threads are behind.
    CompareShed,
    /// The service itself answered this request, so there is nothing to compare with.
    ServedByService,
}

/// One finished comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// When.
    pub at: Time,
    /// Index of the route in the boundary's surface.
    pub route: u16,
    /// Status of the baseline's answer.
    pub status: u16,
    /// The request line as an example, redacted and bounded: `GET /api/rates?currency=EUR`. Empty for a match.
    pub request: String,
    /// The trace both answers belong to. `None` for a match.
    pub trace: Option<String>,
    /// The outcome.
    pub comparison: Comparison,
    /// How long the baseline took.
    pub baseline_latency: Duration,
    /// How long the candidate took.
    pub candidate_latency: Duration,
}

/// Comparisons of one boundary under one table.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonBatch {
    /// The boundary.
    pub boundary: BoundaryName,
    /// Generation of the table the requests were routed by.
    pub generation: u64,
    /// What was compared.
    pub compared: Vec<Compared>,
    /// What was eligible and not compared since the last batch: route, reason, how many.
    pub uncompared: Vec<(u16, Uncompared, u64)>,
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Value,
        Self::Type,
        Self::Missing,
        Self::Extra,
        Self::Length,
        Self::Order,
        Self::MediaType,
        Self::Bytes,
    ];

    /// The word used in the ledger, the API and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Type => "type",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Length => "length",
            Self::Order => "order",
            Self::MediaType => "media-type",
            Self::Bytes => "bytes",
        }
    }
}

impl Uncompared {
    /// Every reason.
    pub const ALL: [Self; 15] = [
        Self::Unsafe,
        Self::SampledOut,
        Self::BodyCap,
        Self::InFlightCap,
        Self::ByteBudget,
        Self::QueueFull,
        Self::UpgradeOrStream,
        Self::Connect,
        Self::Timeout,
        Self::Reset,
        Self::ReplyCap,
        Self::Aborted,
        Self::Undecodable,
        Self::CompareShed,
        Self::ServedByService,
    ];

    /// The word used in metrics, the API and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsafe => "unsafe",
            Self::SampledOut => "sampled_out",
            Self::BodyCap => "body_cap",
            Self::InFlightCap => "in_flight_cap",
            Self::ByteBudget => "byte_budget",
            Self::QueueFull => "queue_full",
            Self::UpgradeOrStream => "upgrade_or_stream",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::ReplyCap => "reply_cap",
            Self::Aborted => "aborted",
            Self::Undecodable => "undecodable",
            Self::CompareShed => "compare_shed",
            Self::ServedByService => "served_by_service",
        }
    }

    /// Whether the reason was a choice, so that it does not lower coverage.
    pub const fn chosen(self) -> bool {
        matches!(
            self,
            Self::Unsafe | Self::SampledOut | Self::UpgradeOrStream | Self::ServedByService
        )
    }
}
