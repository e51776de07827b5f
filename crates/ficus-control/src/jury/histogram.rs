//! Latencies of one interval: counts in buckets that widen by two percent, so that a quantile is off by at most one
//! percent and memory is bounded whatever arrives.

use std::collections::BTreeMap;
use std::time::Duration;

/// Ratio of the bounds of neighbouring buckets.
const GROWTH: f64 = 1.02;
/// Everything faster falls into the first bucket, in seconds.
const FASTEST: f64 = 1e-6;

/// Latencies, counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    buckets: BTreeMap<u16, u64>,
    count: u64,
}

impl Histogram {
    /// Counts a latency.
    pub(crate) fn add(&mut self, latency: Duration) {
        *self.buckets.entry(bucket(latency.as_secs_f64())).or_default() += 1;
        self.count += 1;
    }

    /// The latency below which this share lies, in seconds; `None` without any.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let mut seen = 0;
        self.buckets
            .iter()
            .find(|(_, count)| {
                seen += **count;
                seen as f64 >= share * self.count as f64
            })
            .map(|(bucket, _)| middle(*bucket))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of u16 before the cast"
)]
fn bucket(seconds: f64) -> u16 {
    let steps = (seconds / FASTEST).ln() / GROWTH.ln();
    steps.floor().clamp(0.0, f64::from(u16::MAX)) as u16
}

fn middle(bucket: u16) -> f64 {
    FASTEST * GROWTH.powf(f64::from(bucket) + 0.5)
}

#[cfg(test)]
mod tests;
