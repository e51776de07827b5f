//! What the path itself counts, per core: sums over the cores are made when somebody asks.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::refusal::Refusal;

/// Something the path counts besides requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// Client connections accepted.
    Accepted,
    /// Client connections closed at once, because the limit was reached.
    ConnectionsOverLimit,
    /// Client connections that have ended.
    Ended,
    /// Upstream connections opened.
    Connected,
    /// Interim answers (1xx) that could not be passed on.
    InterimDropped,
    /// Upgraded connections begun.
    Upgraded,
    /// Exchanges cut at the end of the drain.
    Cut,
}

/// Counters of one core; written by that core only, read by anybody.
#[derive(Debug)]
pub(crate) struct PathCounts {
    counts: [AtomicU64; Count::ALL.len()],
    refusals: [AtomicU64; Refusal::ALL.len()],
}

impl Count {
    /// Everything that is counted.
    pub(crate) const ALL: [Self; 7] = [
        Self::Accepted,
        Self::ConnectionsOverLimit,
        Self::Ended,
        Self::Connected,
        Self::InterimDropped,
        Self::Upgraded,
        Self::Cut,
    ];
}

impl Default for PathCounts {
    fn default() -> Self {
        Self {
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            refusals: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

impl PathCounts {
    /// Counts one.
    pub(crate) fn add(&self, count: Count) {
        rise(self.counts.get(count as usize));
    }

    /// Counts an answer of the gateway's own.
    pub(crate) fn refused(&self, refusal: Refusal) {
        rise(self.refusals.get(refusal as usize));
    }

    /// How often so far.
    pub(crate) fn of(&self, count: Count) -> u64 {
        self.counts.get(count as usize).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }

    /// How many answers of the gateway's own for this reason so far.
    pub(crate) fn of_refusal(&self, refusal: Refusal) -> u64 {
        self.refusals.get(refusal as usize).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }
}

/// One more; the core that counts is the only writer, so no locked instruction is needed.
fn rise(counter: Option<&AtomicU64>) {
    if let Some(counter) = counter {
        counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }
}
