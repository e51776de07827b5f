//! Was the coin kept? Evidence that the candidate's share of the assignments is not the weight.
//!
//! Assignments are a coin with a known bias, so any deviation means that requests or reports are lost on one side,
//! and then a comparison of the sides is worth nothing. A beta-binomial predictor bets against the weight; when the
//! weight changes it starts anew and the evidence carries on, for stale counts would only lose power.

use crate::stats::gamma::ln_beta;

/// How firmly the predictor believes in the weight at first.
const CONCENTRATION: f64 = 100.0;

/// Evidence against the weights under which assignments were made.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SampleRatioE {
    /// Logarithm of the evidence so far.
    pub ln_e: f64,
    /// The weight the counts belong to, a fraction.
    pub weight: f64,
    /// Assignments to the candidate under this weight.
    pub candidate: u64,
    /// All assignments under this weight.
    pub total: u64,
}

impl SampleRatioE {
    /// One first assignment under `weight`. A weight of 0 or 1 leaves nothing to chance and is ignored.
    pub fn assign(&mut self, candidate: bool, weight: f64) {
        self.assign_many(u64::from(candidate), 1, weight);
    }

    /// `total` assignments under `weight`, `candidate` of them to the candidate.
    pub fn assign_many(&mut self, candidate: u64, total: u64, weight: f64) {
        if weight <= 0.0 || weight >= 1.0 || total == 0 {
            return;
        }
        if self.weight.to_bits() != weight.to_bits() {
            (self.weight, self.candidate, self.total) = (weight, 0, 0);
        }
        let (alpha, beta) = (CONCENTRATION * weight, CONCENTRATION * (1.0 - weight));
        let posterior = |hits: u64, count: u64| {
            ln_beta(alpha + hits as f64, beta + count.saturating_sub(hits) as f64)
        };
        let (hits, count) = (self.candidate + candidate, self.total + total);
        self.ln_e += posterior(hits, count) - posterior(self.candidate, self.total);
        self.ln_e -= candidate as f64 * weight.ln();
        self.ln_e -= total.saturating_sub(candidate) as f64 * (-weight).ln_1p();
        (self.candidate, self.total) = (hits, count);
    }
}

#[cfg(test)]
mod tests;
