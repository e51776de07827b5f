//! Does the candidate differ more often than the baseline differs from itself? The sequential sign test.
//!
//! Of the requests answered three times (baseline, candidate, baseline again) only the discordant ones speak:
//! candidate alone different, or second baseline alone different. A candidate that is no noisier wins each with
//! probability at most one half; the e-value mixes uniformly over the larger probabilities.

use std::f64::consts::LN_2;

use crate::stats::gamma::ln_beta;
use crate::stats::ln_sum_exp;

/// The evidence that the candidate is noisier: `candidate_only` differences against `baseline_only` ones.
pub fn ln_e(candidate_only: u64, baseline_only: u64) -> f64 {
    let (wins, losses) = (candidate_only as f64, baseline_only as f64);
    LN_2 + ln_beta(wins + 1.0, losses + 1.0)
        + ln_at_most(candidate_only, candidate_only.saturating_add(baseline_only).saturating_add(1))
        + (wins + losses) * LN_2
}

/// `ln P(Bin(trials, ½) ≤ most)`, summed over whichever tail is shorter, in logarithms: a difference from 1 would
/// lose the digits of the far tail.
fn ln_at_most(most: u64, trials: u64) -> f64 {
    let above = trials.saturating_sub(most);
    if most < above {
        return ln_tail(most, trials);
    }
    // P(X ≤ most) = 1 − P(X ≥ most + 1) = 1 − P(X ≤ trials − most − 1), which is at most one half.
    if above == 0 { 0.0 } else { (-ln_tail(above - 1, trials).exp()).ln_1p() }
}

fn ln_tail(most: u64, trials: u64) -> f64 {
    let count = trials as f64;
    let ln_choose =
        |hits: u64| -ln_beta(hits as f64 + 1.0, count - hits as f64 + 1.0) - (count + 1.0).ln();
    ln_sum_exp((0..=most).map(ln_choose)) - count * LN_2
}

#[cfg(test)]
mod tests;
