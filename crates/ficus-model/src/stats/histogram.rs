//! Latencies in little memory: a log-linear histogram.
//!
//! Exact below 32 µs, then 32 buckets per doubling, so a quantile is read at most 3.2 % too high. Four bytes per
//! bucket, 832 buckets up to eighteen minutes, and nothing at all before the first observation.

use std::time::Duration;

/// Buckets per doubling, as a power of two.
const SUB_BITS: u32 = 5;
/// Buckets per doubling.
const SUB_BUCKETS: u64 = 1 << SUB_BITS;
/// The largest value told apart, in microseconds; anything longer counts as this.
const MICROS_MAX: u64 = (1 << 30) - 1;

/// Counts of latencies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

impl Histogram {
    /// Counts one latency.
    pub fn record(&mut self, latency: Duration) {
        self.record_micros(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts one latency given in microseconds.
    pub fn record_micros(&mut self, micros: u64) {
        self.add(bucket(micros), 1);
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The upper edge, in microseconds, of the bucket that holds this quantile; `None` without observations.
    pub fn quantile(&self, quantile: f64) -> Option<u64> {
        let rank = super::whole(quantile * self.total as f64).max(1);
        let mut seen = 0;
        let reached = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= rank
        });
        reached.map(upper_edge)
    }

    /// How many took longer than `limit`; those in the same bucket count as longer.
    pub fn over(&self, limit: Duration) -> u64 {
        let limit = bucket(u64::try_from(limit.as_micros()).unwrap_or(u64::MAX));
        self.buckets().filter(|(index, _)| *index >= limit).map(|(_, count)| u64::from(count)).sum()
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.counts.clear();
        self.total = 0;
    }

    /// The buckets in use and their counts, ascending: all there is to store.
    pub fn buckets(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0)
    }

    /// Adds stored buckets; those that do not exist are ignored.
    pub fn restore(&mut self, buckets: impl IntoIterator<Item = (usize, u32)>) {
        for (index, count) in buckets {
            if index <= bucket(MICROS_MAX) {
                self.add(index, count);
            }
        }
    }

    /// Adds another histogram's counts.
    pub fn merge(&mut self, other: &Self) {
        self.restore(other.buckets());
    }

    fn add(&mut self, index: usize, count: u32) {
        if self.counts.is_empty() {
            self.counts.resize(bucket(MICROS_MAX) + 1, 0);
        }
        if let Some(bucket) = self.counts.get_mut(index) {
            *bucket = bucket.saturating_add(count);
            self.total += u64::from(count);
        }
    }
}

fn bucket(micros: u64) -> usize {
    let micros = micros.min(MICROS_MAX);
    if micros < SUB_BUCKETS {
        return usize::try_from(micros).unwrap_or(0);
    }
    let doubling = micros.ilog2() - SUB_BITS;
    let within = (micros >> doubling) - SUB_BUCKETS;
    usize::try_from(SUB_BUCKETS * u64::from(doubling + 1) + within).unwrap_or(0)
}

fn upper_edge(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB_BUCKETS {
        return index;
    }
    let (doubling, within) = (index / SUB_BUCKETS - 1, index % SUB_BUCKETS);
    ((SUB_BUCKETS + within + 1) << doubling) - 1
}

#[cfg(test)]
mod tests;
