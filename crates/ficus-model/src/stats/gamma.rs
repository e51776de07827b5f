//! Logarithms of the gamma and beta functions, and of the normal distribution.
//!
//! Stirling's series with its first six corrections (DLMF 5.11.1) from 10 upwards, where the first omitted term is
//! below 1e-15; smaller arguments are lifted by the recurrence. The beta function cancels the large parts of the
//! three gammas by hand, or the difference would lose the digits that matter.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// From here on Stirling's series is exact to double precision.
const STIRLING_MIN: f64 = 10.0;

/// `ln Γ(x)` for `x > 0`.
pub fn ln_gamma(x: f64) -> f64 {
    let (mut lifted, mut product) = (x, 1.0);
    while lifted < STIRLING_MIN {
        product *= lifted;
        lifted += 1.0;
    }
    let half_ln_two_pi = 0.5 * (2.0 * PI).ln();
    (lifted - 0.5) * lifted.ln() - lifted + half_ln_two_pi + stirling(lifted) - product.ln()
}

/// `ln B(a, b)` for `a, b > 0`.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    let sum = small + large;
    if large < STIRLING_MIN {
        return ln_gamma(small) + ln_gamma(large) - ln_gamma(sum);
    }
    let correction = stirling(large) - stirling(sum);
    let ln_rest = (-small / sum).ln_1p();
    if small < STIRLING_MIN {
        return ln_gamma(small) + correction + small - small * sum.ln() + (large - 0.5) * ln_rest;
    }
    0.5 * ((2.0 * PI).ln() - large.ln())
        + correction
        + stirling(small)
        + (small - 0.5) * (small / sum).ln()
        + large * ln_rest
}

/// `ln Φ(x)`, the logarithm of the standard normal distribution function, without underflow on the left.
pub fn ln_normal(x: f64) -> f64 {
    if x > 0.0 {
        return (-0.5 * ln_erfc(x * FRAC_1_SQRT_2).exp()).ln_1p();
    }
    ln_erfc(-x * FRAC_1_SQRT_2) - LN_2
}

/// `ln erfc(x)` for `x ≥ 0`: the series of erf (DLMF 7.6.2) near zero, the continued fraction (7.9.1) beyond.
fn ln_erfc(x: f64) -> f64 {
    const SERIES_MAX: f64 = 2.0;
    const TERMS_MAX: u32 = 200;
    let square = x * x;
    if x < SERIES_MAX {
        let (mut term, mut sum) = (x, x);
        for index in 1..TERMS_MAX {
            term *= 2.0 * square / f64::from(2 * index + 1);
            sum += term;
        }
        return (-2.0 / PI.sqrt() * (-square).exp() * sum).ln_1p();
    }
    let tail = (1..=TERMS_MAX).rev().fold(x, |tail, index| x + 0.5 * f64::from(index) / tail);
    -square - tail.ln() - 0.5 * PI.ln()
}

/// What Stirling's formula lacks at `x`.
fn stirling(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 6] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let inverse_square = 1.0 / (x * x);
    COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * inverse_square + coefficient) / x
}

#[cfg(test)]
mod tests;
