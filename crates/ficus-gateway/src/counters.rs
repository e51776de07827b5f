//! What is counted of a boundary's live requests: one set per core, added up when somebody scrapes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ficus_model::Side;
use ficus_model::observation::Outcome;

use crate::histogram::Histogram;

/// How a request ended, as coarse as a label may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ended {
    /// Status 100 to 199: an upgrade.
    Informational,
    /// Status 200 to 299.
    Success,
    /// Status 300 to 399.
    Redirection,
    /// Status 400 to 499.
    ClientError,
    /// Status 500 and above.
    ServerError,
    /// No connection could be made.
    ConnectFailed,
    /// The connection ended before the answer was whole.
    Reset,
    /// The boundary's timeout passed.
    Timeout,
    /// The gateway refused it.
    Shed,
    /// The client went away.
    ClientGone,
}

/// The counters of one boundary on one core.
#[derive(Debug, Default)]
pub(crate) struct LaneCounters {
    monolith: SideCounters,
    service: SideCounters,
}

/// The counters of one side on one core.
#[derive(Debug, Default)]
pub(crate) struct SideCounters {
    ended: [AtomicU64; Ended::ALL.len()],
    /// From the complete request head to the end of the answer, of requests that were answered and are no streams.
    pub(crate) latency: Histogram,
    /// Requests sent a second time, on a fresh connection.
    pub(crate) retries: Tally,
    /// Times the side was left alone for a while.
    pub(crate) ejections: Tally,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Tally(AtomicU64);

impl Tally {
    /// So many more.
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// So many so far.
    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl LaneCounters {
    /// The counters of a side.
    pub(crate) fn side(&self, side: Side) -> &SideCounters {
        match side {
            Side::Monolith => &self.monolith,
            Side::Service => &self.service,
        }
    }
}

impl SideCounters {
    /// Counts a request that has ended.
    pub(crate) fn record(&self, outcome: Outcome, latency: Duration, streamed: bool) {
        if let Some(count) = self.of(Ended::from(outcome)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if matches!(outcome, Outcome::Answered(_)) && !streamed {
            self.latency.record(latency);
        }
    }

    /// Requests that ended like this.
    pub(crate) fn ended(&self, ended: Ended) -> u64 {
        self.of(ended).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn of(&self, ended: Ended) -> Option<&AtomicU64> {
        Ended::ALL.iter().zip(&self.ended).find(|(known, _)| **known == ended).map(|pair| pair.1)
    }
}

impl Ended {
    /// Every way.
    pub(crate) const ALL: [Self; 10] = [
        Self::Informational,
        Self::Success,
        Self::Redirection,
        Self::ClientError,
        Self::ServerError,
        Self::ConnectFailed,
        Self::Reset,
        Self::Timeout,
        Self::Shed,
        Self::ClientGone,
    ];

    /// The label.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "1xx",
            Self::Success => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
            Self::ConnectFailed => "connect_failed",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Shed => "shed",
            Self::ClientGone => "client_gone",
        }
    }
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Answered(0..=199) => Self::Informational,
            Outcome::Answered(200..=299) => Self::Success,
            Outcome::Answered(300..=399) => Self::Redirection,
            Outcome::Answered(400..=499) => Self::ClientError,
            Outcome::Answered(_) => Self::ServerError,
            Outcome::ConnectFailed => Self::ConnectFailed,
            Outcome::Reset => Self::Reset,
            Outcome::Timeout => Self::Timeout,
            Outcome::Shed => Self::Shed,
            Outcome::ClientGone => Self::ClientGone,
        }
    }
}

#[cfg(test)]
mod tests;
