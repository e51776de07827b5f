//! An interval for a quantile that may be looked at after every observation: double stitching.
//!
//! Howard & Ramdas, arXiv 1906.09712: the number of observations at or below the true quantile is a sum whose
//! deviation is bounded at all times and for all quantiles together, so order statistics around it enclose it.

use crate::stats::whole;

/// Spacing of the quantiles in log-odds.
const DELTA: f64 = 0.5;
/// Exponent of the union over epochs.
const POWER: f64 = 1.4;
/// Ratio of successive epochs.
const EPOCH_RATIO: f64 = 2.0;
/// Riemann's ζ at [`POWER`].
const ZETA: f64 = 3.105_547_277_977_58;
/// Observations from which on the bound is tight; before, it is that of this many.
pub const START: f64 = 100.0;

/// How far the number of `trials` observations at or below quantile `p` may lie above its mean, at error rate `alpha`.
pub fn double_stitching(p: f64, trials: f64, alpha: f64) -> f64 {
    let time = trials.max(START);
    let nearest = nearest_quantile(p, time);
    let variance = nearest * (1.0 - nearest);
    let skew = (1.0 - 2.0 * p) / 3.0;
    let ln_odds = (p / (1.0 - p)).ln();
    let level = (time / START).sqrt() * ln_odds.abs() / (2.0 * DELTA) + 1.0;
    let first = (EPOCH_RATIO.powf(0.25) + EPOCH_RATIO.powf(-0.25)) / 2.0_f64.sqrt();
    let second = f64::midpoint(EPOCH_RATIO.sqrt(), 1.0);
    let ln_union = (2.0 * ZETA * (2.0 * ZETA + 1.0) / (alpha * EPOCH_RATIO.ln().powf(POWER))).ln();
    let exponent = POWER * (EPOCH_RATIO * time / START).ln().ln() + POWER * level.ln() + ln_union;
    let skewed = second * skew * exponent;
    DELTA * (EPOCH_RATIO * time * variance / START).sqrt()
        + (first * first * variance * time * exponent + skewed * skewed).sqrt()
        + skewed
}

/// Ranks, counted from 1, of the order statistics that enclose quantile `p` of `trials` observations. A rank outside
/// `1..=trials` stands for an open end.
pub fn interval_ranks(p: f64, trials: u64, alpha: f64) -> (Option<u64>, Option<u64>) {
    let count = trials as f64;
    let low = (count * p - double_stitching(1.0 - p, count, alpha) + 1.0).floor();
    let high = whole(count * p + double_stitching(p, count, alpha));
    ((low >= 1.0).then(|| whole(low)), (high <= trials).then_some(high))
}

fn nearest_quantile(p: f64, time: f64) -> f64 {
    if p >= 0.5 {
        return p;
    }
    let lifted = (p / (1.0 - p)).ln() + 2.0 * DELTA * (START * EPOCH_RATIO / time).sqrt();
    (1.0 / (1.0 + (-lifted).exp())).min(0.5)
}

#[cfg(test)]
mod tests;
