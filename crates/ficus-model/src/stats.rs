//! The statistics of the judges: counts in, evidence out.
//!
//! Two rules hold for everything here. It is valid *at any time*: a judge may look after every request and stop when
//! it likes, and the promised error rate still holds. And it rests on the coin: what is compared was assigned at
//! random at the same time, so neither load nor time of day can be mistaken for a difference.
//!
//! Code map:
//! - evidence: [`ratio`] (whose error is it?), [`exceedance`] (whose answer is slow?), [`sample_ratio`] (was the coin
//!   kept?), [`sign`] and [`e_bh`] (which differences are real?)
//! - intervals: [`bernoulli`] (a share), [`quantile`] (a quantile), [`lil`] (a whole distribution, for plots),
//!   [`normal`] (a sum)
//! - [`burn`] (how fast is the budget used?), [`histogram`] (latencies in little memory), [`gamma`] (the functions
//!   the formulas need)
//!
//! All logarithms are natural. E-values are kept as logarithms: evidence multiplies, logarithms do not overflow.

pub mod bernoulli;
pub mod burn;
pub mod e_bh;
pub mod exceedance;
pub mod gamma;
pub mod histogram;
pub mod lil;
pub mod normal;
pub mod quantile;
pub mod ratio;
pub mod sample_ratio;
pub mod sign;

/// The next whole number at or above a non-negative value; 0 for what is no number.
pub(crate) fn whole(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, which is what a count needs"
    )]
    let count = value.ceil() as u64;
    count
}

/// `ln Σ exp(values)` without overflow; minus infinity for no values.
pub(crate) fn ln_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + values.map(|value| (value - largest).exp()).sum::<f64>().ln()
}

/// The point between `low` and `high` where `inside` turns from true (at `low`) to false (at `high`).
pub(crate) fn bisect(low: f64, high: f64, inside: impl Fn(f64) -> bool) -> f64 {
    /// Halvings: more than the bits of a double between 0 and 1 that matter here.
    const HALVINGS: usize = 80;
    let (mut low, mut high) = (low, high);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if inside(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests;
