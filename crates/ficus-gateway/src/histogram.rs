//! A log-linear histogram of latencies: two significant decimal digits from 10 µs to 1000 s.
//!
//! Decimal, not binary, so that the bounds people ask for (2.5 ms, 250 ms) are bucket bounds and the counts shown at
//! them are exact. Recording is one shared-nothing increment: every core has its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Buckets per decade above the first two digits.
const PER_DECADE: usize = 90;
/// Buckets below 100 µs, one per microsecond.
const LINEAR: usize = 100;
/// Decades above 100 µs.
const DECADES: usize = 7;
/// All buckets; the last one also takes what is longer.
const BUCKETS: usize = LINEAR + DECADES * PER_DECADE;

/// Counts of latencies.
#[derive(Debug)]
pub(crate) struct Histogram {
    buckets: Box<[AtomicU64]>,
    sum_micros: AtomicU64,
}

/// Counts of one or several histograms, added up.
#[derive(Debug, Clone)]
pub(crate) struct Merged {
    buckets: Box<[u64]>,
    sum_micros: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let buckets = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
        Self { buckets, sum_micros: AtomicU64::new(0) }
    }
}

impl Default for Merged {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS].into_boxed_slice(), sum_micros: 0 }
    }
}

impl Histogram {
    /// Counts one latency.
    pub(crate) fn record(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = self.buckets.get(bucket_of(micros)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Adds these counts to `merged`.
    pub(crate) fn add_to(&self, merged: &mut Merged) {
        for (sum, bucket) in merged.buckets.iter_mut().zip(&self.buckets) {
            *sum += bucket.load(Ordering::Relaxed);
        }
        merged.sum_micros += self.sum_micros.load(Ordering::Relaxed);
    }
}

impl Merged {
    /// All latencies counted.
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Their sum in seconds.
    pub(crate) fn sum_seconds(&self) -> f64 {
        Duration::from_micros(self.sum_micros).as_secs_f64()
    }

    /// Latencies of at most so many microseconds. Exact where that is a bucket's bound.
    pub(crate) fn at_most(&self, micros: u64) -> u64 {
        self.buckets.iter().take(bucket_of(micros) + 1).sum()
    }
}

/// The bucket of a latency. A bucket holds what is above its lower bound and at most its upper one.
fn bucket_of(micros: u64) -> usize {
    let mut value = usize::try_from(micros.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut decade = 0;
    while value >= LINEAR {
        value /= 10;
        decade += 1;
    }
    if decade > DECADES {
        return BUCKETS - 1;
    }
    value + decade * PER_DECADE
}

#[cfg(test)]
mod tests;
