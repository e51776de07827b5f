//! An interval for a probability that may be looked at after every trial.
//!
//! The two-sided beta-binomial mixture of Howard, Ramdas, McAuliffe and Sekhon (arXiv 1810.08240), inverted by
//! bisection. Valid for the running mean of conditional probabilities, so the rate may drift.

use crate::stats::gamma::ln_beta;
use crate::stats::{bisect, whole};

/// A confidence sequence for a probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceSequence {
    alpha: f64,
    trials_tuned: f64,
}

impl ConfidenceSequence {
    /// Both bounds hold at all times together with probability `1 − alpha`; tightest near `trials_tuned` trials, which
    /// must be fixed before the first trial.
    pub fn new(alpha: f64, trials_tuned: f64) -> Self {
        Self { alpha, trials_tuned }
    }

    /// Tuned to prove a probability below `bound` with as few clean trials as possible: about 4.2 / bound at 5 %.
    pub fn against(alpha: f64, bound: f64) -> Self {
        Self::new(alpha, 4.0 / bound)
    }

    /// The evidence against the probability `p`, after `successes` of `trials`.
    pub fn ln_e(&self, p: f64, successes: u64, trials: u64) -> f64 {
        let (hits, misses) = (successes as f64, trials.saturating_sub(successes) as f64);
        let variance = p * (1.0 - p);
        let inverse = -self.alpha.ln();
        let tuned = self.trials_tuned * variance / (2.0 * inverse + (1.0 + 2.0 * inverse).ln());
        let prior = (tuned - variance).max(1e-3 * variance);
        let (low, high) = (prior / p, prior / (1.0 - p));
        ln_beta(low + misses, high + hits)
            - ln_beta(low, high)
            - hits * p.ln()
            - misses * (-p).ln_1p()
    }

    /// The interval after `successes` of `trials`: everything between 0 and 1 before the first trial.
    pub fn interval(&self, successes: u64, trials: u64) -> (f64, f64) {
        (self.lower(successes, trials), self.upper(successes, trials))
    }

    /// The lower end of the interval.
    pub fn lower(&self, successes: u64, trials: u64) -> f64 {
        if trials == 0 || successes == 0 {
            return 0.0;
        }
        let mean = successes as f64 / trials as f64;
        bisect(0.0, mean, |p| p <= 0.0 || !self.contains(p, successes, trials))
    }

    /// The upper end of the interval.
    pub fn upper(&self, successes: u64, trials: u64) -> f64 {
        if trials == 0 || successes >= trials {
            return 1.0;
        }
        let mean = successes as f64 / trials as f64;
        bisect(mean, 1.0, |p| p <= 0.0 || (p < 1.0 && self.contains(p, successes, trials)))
    }

    /// How many more trials without a success bring the upper end below `bound`; `None` if a thousand times the
    /// clean cost would not.
    pub fn clean_trials_needed(&self, successes: u64, trials: u64, bound: f64) -> Option<u64> {
        let proven = |more: u64| self.excludes_from_above(bound, successes, trials + more);
        if proven(0) {
            return Some(0);
        }
        let most = whole(4000.0 / bound);
        if !proven(most) {
            return None;
        }
        let (mut short, mut enough) = (0, most);
        while enough - short > 1 {
            let middle = short + (enough - short) / 2;
            if proven(middle) {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Some(enough)
    }

    /// Whether the whole interval lies below `bound`. Cheaper than [`ConfidenceSequence::upper`].
    pub fn excludes_from_above(&self, bound: f64, successes: u64, trials: u64) -> bool {
        let below = (successes as f64) < bound * trials as f64;
        below && !self.contains(bound, successes, trials)
    }

    /// Whether the whole interval lies above `bound`. Cheaper than [`ConfidenceSequence::lower`].
    pub fn excludes_from_below(&self, bound: f64, successes: u64, trials: u64) -> bool {
        let above = (successes as f64) > bound * trials as f64;
        above && !self.contains(bound, successes, trials)
    }

    fn contains(&self, p: f64, successes: u64, trials: u64) -> bool {
        self.ln_e(p, successes, trials) < -self.alpha.ln()
    }
}

#[cfg(test)]
mod tests;
