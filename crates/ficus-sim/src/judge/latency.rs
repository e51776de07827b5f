//! How long answers take: log-normal, read from a table so that a draw costs nothing.

use ficus_model::Side;

use super::Scenario;
use crate::random::Random;

/// Entries of a side's table.
const ENTRIES: usize = 1 << 11;
/// The median, in microseconds.
const MEDIAN: f64 = 20_000.0;
/// Standard deviation of the logarithm.
const SIGMA: f64 = 0.8;
/// 99th percentile of the standard normal distribution.
const NORMAL_P99: f64 = 2.326;

/// A table of latencies per side.
#[derive(Debug, Clone)]
pub(crate) struct Latencies {
    monolith: Vec<f64>,
    service: Vec<f64>,
}

impl Latencies {
    /// The tables of a scenario.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        // One fixed sample for both sides, so that an equal service is exactly equal.
        let mut random = Random::new(20_000);
        let mut monolith: Vec<f64> =
            (0..ENTRIES).map(|_| MEDIAN * (SIGMA * random.normal()).exp()).collect();
        monolith.sort_by(f64::total_cmp);
        let tail = 1.25 * MEDIAN * (SIGMA * NORMAL_P99).exp();
        let slow = |index: usize| (index as f64) < scenario.slow_share * ENTRIES as f64;
        let service = monolith.iter().enumerate();
        let service = service.map(|(index, usual)| {
            let usual = usual * scenario.slowdown;
            if slow(index) { usual + tail } else { usual }
        });
        Self { service: service.collect(), monolith }
    }

    /// The latency these random bits stand for, in microseconds.
    pub(crate) fn draw(&self, bits: u64, side: Side) -> f64 {
        let table = match side {
            Side::Monolith => &self.monolith,
            Side::Service => &self.service,
        };
        let index = usize::try_from(bits % ENTRIES as u64).unwrap_or(0);
        table.get(index).copied().unwrap_or(MEDIAN)
    }
}
