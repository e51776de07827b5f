//! A band around a whole empirical distribution, shrinking like the law of the iterated logarithm.
//!
//! Howard & Ramdas, arXiv 1906.09712, theorem 2. For plots only, never for judging: it assumes that both sides saw
//! the same mix of times, which a ramp breaks.

use crate::stats::bisect;

/// Observations from which on the band holds.
pub const START: f64 = 100.0;
/// Scale of the band.
const SCALE: f64 = 0.85;

/// Half the width of the band after `trials` observations, for the constant of [`constant`].
pub fn half_width(trials: f64, constant: f64) -> f64 {
    let time = trials.max(START);
    SCALE * (((1.0 + (time / START).ln()).ln() + constant) / time).sqrt()
}

/// The constant that makes the band hold at all times with probability `1 − alpha`.
pub fn constant(alpha: f64) -> f64 {
    /// No smaller constant has an admissible epoch ratio at all; no larger one is ever needed.
    const RANGE: (f64, f64) = (0.5, 100.0);
    bisect(RANGE.0, RANGE.1, |candidate| crossing_probability(candidate) > alpha)
}

/// The smallest bound, over the epoch ratios η, on the probability that the band is ever left.
fn crossing_probability(constant: f64) -> f64 {
    const COARSE: u32 = 400;
    let widest = 2.0 * SCALE * SCALE - 1.0;
    let at = |share: f64| bound(1.0 + widest * share, constant);
    let coarse = (1..COARSE).map(|index| f64::from(index) / f64::from(COARSE));
    let best = coarse.min_by(|left, right| at(*left).total_cmp(&at(*right))).unwrap_or(0.5);
    refine(best - 1.0 / f64::from(COARSE), best + 1.0 / f64::from(COARSE), at)
}

/// The least value of a function with one valley between `low` and `high`, by thirds.
fn refine(mut low: f64, mut high: f64, value: impl Fn(f64) -> f64) -> f64 {
    const ROUNDS: usize = 80;
    for _ in 0..ROUNDS {
        let third = (high - low) / 3.0;
        if value(low + third) <= value(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    value(f64::midpoint(low, high))
}

fn bound(eta: f64, constant: f64) -> f64 {
    if eta <= 1.0 {
        return f64::INFINITY;
    }
    let gamma = (2.0 / eta).sqrt() * (SCALE - (2.0 * (eta - 1.0) / constant).sqrt());
    if gamma <= 1.0 {
        return f64::INFINITY;
    }
    let square = gamma * gamma;
    4.0 * (-square * constant).exp() * (1.0 + 1.0 / ((square - 1.0) * eta.ln()))
}

#[cfg(test)]
mod tests;
