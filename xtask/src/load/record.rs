//! What came of each request, and what follows from many.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

/// One request and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// The route, as people write it.
    pub(crate) route: &'static str,
    /// When it was really sent.
    pub(crate) sent_at: SystemTime,
    /// From when it was due to the end of its answer.
    pub(crate) latency: Duration,
    /// What came back.
    pub(crate) answered: Answered,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answered {
    /// Whether the service answered, and not the monolith; `None` without an answer, or when the gateway made it.
    pub(crate) service: Option<bool>,
    /// Why the client calls it a failure.
    pub(crate) failure: Option<Cause>,
}

/// Why a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// No connection.
    NotConnected(io::ErrorKind),
    /// The connection broke.
    Broken(io::ErrorKind),
    /// The connection ended before the answer was whole.
    Closed,
    /// Nothing came for too long.
    Timeout,
    /// What came was no HTTP.
    Nonsense(&'static str),
    /// A status that this request does not have when all is well.
    Status(u16),
}

impl Answered {
    /// No answer that could be read.
    pub(crate) const fn failed(cause: Cause) -> Self {
        Self { service: None, failure: Some(cause) }
    }
}

impl std::error::Error for Cause {}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected(kind) => write!(formatter, "no connection: {kind}"),
            Self::Broken(kind) => write!(formatter, "connection broken: {kind}"),
            Self::Closed => formatter.write_str("connection closed before the answer was whole"),
            Self::Timeout => formatter.write_str("no answer in time"),
            Self::Nonsense(what) => write!(formatter, "not HTTP: {what}"),
            Self::Status(status) => write!(formatter, "status {status}"),
        }
    }
}

/// Requests counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// All of them.
    pub(crate) requests: usize,
    /// Answered by the monolith.
    pub(crate) monolith: usize,
    /// Answered by the service.
    pub(crate) service: usize,
    /// Failed, by cause.
    pub(crate) failures: BTreeMap<Cause, usize>,
}

impl Tally {
    /// Counts records.
    pub(crate) fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut tally = Self::default();
        for record in records {
            tally.requests += 1;
            match record.answered.service {
                Some(true) => tally.service += 1,
                Some(false) => tally.monolith += 1,
                None => {}
            }
            if let Some(cause) = record.answered.failure {
                *tally.failures.entry(cause).or_default() += 1;
            }
        }
        tally
    }

    /// All that failed.
    pub(crate) fn failed(&self) -> usize {
        self.failures.values().sum()
    }
}

/// Latencies, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latency(Vec<Duration>);

impl Latency {
    /// Takes the latencies of records.
    pub(crate) fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut sorted: Vec<_> = records.into_iter().map(|record| record.latency).collect();
        sorted.sort_unstable();
        Self(sorted)
    }

    /// The latency that a share of the requests stayed within; `None` without requests.
    pub(crate) fn quantile(&self, per_mille: usize) -> Option<Duration> {
        let rank = (self.0.len() * per_mille).div_ceil(1000).saturating_sub(1);
        self.0.get(rank).copied()
    }
}
