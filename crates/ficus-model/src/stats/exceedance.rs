//! Whose answer is slow? The ratio e-process on "took longer than the baseline usually does".
//!
//! A threshold is a quantile of the baseline in the *previous* window, so it is known before the requests it is
//! applied to: that is all the martingale asks. The candidate is granted a margin by stretching the threshold for it.
//! Crossing counts, finishing does not: a request that never ends has crossed every threshold. The null is "the
//! candidate's time, divided by 1 + margin, is stochastically at most the baseline's".

use std::time::Duration;

use crate::side::Side;
use crate::stats::histogram::Histogram;
use crate::stats::ln_sum_exp;
use crate::stats::ratio::RatioE;

/// The quantiles of the baseline that serve as thresholds.
pub const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];
/// Thresholds there can be: the quantiles and the objective.
pub const LEVELS_MAX: usize = 4;
/// Fewer baseline observations give no thresholds.
pub const OBSERVATIONS_MIN: u64 = 50;

/// Latencies that must not be crossed more often by the candidate than by the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Thresholds {
    /// Microseconds per level; `None` where nothing is known.
    pub micros: [Option<u64>; LEVELS_MAX],
}

impl Thresholds {
    /// The quantiles of a finished window of the baseline; `None` if it holds too few observations.
    pub fn of(baseline: &Histogram, objective: Option<Duration>) -> Option<Self> {
        if baseline.total() < OBSERVATIONS_MIN {
            return None;
        }
        let [middle, high, tail] = QUANTILES.map(|quantile| baseline.quantile(quantile));
        let objective = objective.map(|limit| u64::try_from(limit.as_micros()).unwrap_or(u64::MAX));
        Some(Self { micros: [middle, high, tail, objective] })
    }

    /// Levels for which a threshold is known, one bit each.
    pub fn known(&self) -> u8 {
        self.levels(|_| true)
    }

    /// Levels that an answer of `side` after `micros` has crossed, one bit each; the candidate's thresholds are
    /// stretched by `1 + margin`.
    pub fn crossed(&self, micros: u64, side: Side, margin: f64) -> u8 {
        match side {
            Side::Monolith => self.levels(|threshold| micros > threshold),
            Side::Service => {
                self.levels(|threshold| micros as f64 > threshold as f64 * (1.0 + margin))
            }
        }
    }

    fn levels(&self, applies: impl Fn(u64) -> bool) -> u8 {
        let bits = self.micros.iter().enumerate();
        bits.filter(|(_, micros)| micros.is_some_and(&applies))
            .fold(0, |mask, (level, _)| mask | 1 << level)
    }
}

/// One ratio e-process per level, averaged.
#[derive(Debug, Clone, PartialEq)]
pub struct ExceedanceE {
    /// The processes, by level.
    pub levels: Vec<RatioE>,
}

impl ExceedanceE {
    /// Evidence that the candidate is slower than the margin allows.
    pub fn slower(levels: usize) -> Self {
        Self { levels: vec![RatioE::above(1.0); levels.min(LEVELS_MAX)] }
    }

    /// Evidence that the candidate crosses each threshold less than `ratio` times as often.
    pub fn not_slower(levels: usize, ratio: f64) -> Self {
        Self { levels: vec![RatioE::below(ratio); levels.min(LEVELS_MAX)] }
    }

    /// Crossings of one level under one exposure.
    pub fn votes(&mut self, level: usize, candidate: u64, baseline: u64, exposure: f64) {
        if let Some(process) = self.levels.get_mut(level) {
            process.votes(candidate, baseline, exposure);
        }
    }

    /// The logarithm of the mean e-value: evidence that *some* level is crossed too often.
    pub fn ln_e(&self) -> f64 {
        ln_sum_exp(self.levels.iter().map(RatioE::ln_e)) - (self.levels.len() as f64).ln()
    }
}

#[cfg(test)]
mod tests;
