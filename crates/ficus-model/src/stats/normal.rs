//! Bounds on a sum with known variance that hold at all times: the one-sided normal mixture and polynomial stitching.
//!
//! Howard, Ramdas, McAuliffe and Sekhon, arXiv 1810.08240. The mixture is the tighter one near its tuned variance,
//! stitching the one with a closed form.

use crate::stats::gamma::ln_normal;

/// The evidence that a sum has a positive mean: sum `sum`, accumulated variance `variance`, tuned to
/// `variance_tuned` at error rate `alpha`.
pub fn ln_e_one_sided(sum: f64, variance: f64, variance_tuned: f64, alpha: f64) -> f64 {
    let inverse = -(2.0 * alpha).ln();
    let prior = variance_tuned / (2.0 * inverse + (1.0 + 2.0 * inverse).ln());
    let total = variance + prior;
    0.5 * (4.0 * prior / total).ln() + sum * sum / (2.0 * total) + ln_normal(sum / total.sqrt())
}

/// How large a sum may grow by accumulated variance `variance` with probability `1 − alpha` at all times; flat below
/// `variance_min`.
pub fn stitched_bound(variance: f64, alpha: f64, variance_min: f64) -> f64 {
    const POWER: f64 = 1.4;
    const EPOCH_RATIO: f64 = 2.0;
    const ZETA: f64 = 3.105_547_277_977_58;
    let time = variance.max(variance_min);
    let first = (EPOCH_RATIO.powf(0.25) + EPOCH_RATIO.powf(-0.25)) / 2.0_f64.sqrt();
    let exponent = POWER * (EPOCH_RATIO * time / variance_min).ln().ln()
        + (ZETA / (alpha * EPOCH_RATIO.ln().powf(POWER))).ln();
    (first * first * time * exponent).sqrt()
}

#[cfg(test)]
mod tests;
