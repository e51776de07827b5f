//! Whose error is it? The conditional Bernoulli e-process on the ratio of two event rates.
//!
//! Given that *something* bad happened while the candidate had the share ρ of the exposure, the candidate is to blame
//! with probability π(ρ, r) = ρr / (ρr + 1 − ρ), where r is the ratio of the two rates. How often bad things happen
//! cancels out: the test does not care about load, bursts or time of day (Lindon & Malek, arXiv 2011.03567).
//!
//! The e-process is a uniform mixture, over a grid of alternatives, of likelihood ratios against the null ratio. With
//! the grid above the null it proves that the candidate is worse; with the grid below, that it is not.

use crate::stats::ln_sum_exp;

/// Alternatives in a grid.
pub const GRID_POINTS: usize = 24;

/// Evidence that a ratio of rates lies beyond its null, on the side where the alternatives are.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioE {
    null: f64,
    grid: [f64; GRID_POINTS],
    ln_over_null: [f64; GRID_POINTS],
    ln_weighted: [f64; GRID_POINTS],
}

impl RatioE {
    /// Evidence that the ratio is above `null`: alternatives from 1.1 to 64 times the null.
    pub fn above(null: f64) -> Self {
        Self::new(null, 1.1 * null, 64.0 * null)
    }

    /// Evidence that the ratio is below `null`: alternatives from an eighth of the null up to just under it.
    pub fn below(null: f64) -> Self {
        Self::new(null, null / 8.0, null / 1.1)
    }

    fn new(null: f64, low: f64, high: f64) -> Self {
        let mut grid = [low; GRID_POINTS];
        let stride = (high.ln() - low.ln()) / (GRID_POINTS - 1) as f64;
        for (index, ratio) in grid.iter_mut().enumerate() {
            *ratio = low * (stride * index as f64).exp();
        }
        let ln_over_null = grid.map(|ratio| (ratio / null).ln());
        Self { null, grid, ln_over_null, ln_weighted: [-(GRID_POINTS as f64).ln(); GRID_POINTS] }
    }

    /// One bad event while the candidate had the share `exposure`. A share of 0 or 1 says nothing and is ignored.
    pub fn vote(&mut self, candidate: bool, exposure: f64) {
        self.votes(u64::from(candidate), u64::from(!candidate), exposure);
    }

    /// Several bad events under the same exposure: what a bin of one second holds.
    pub fn votes(&mut self, candidate: u64, baseline: u64, exposure: f64) {
        let informative = exposure > 0.0 && exposure < 1.0;
        if !informative || (candidate == 0 && baseline == 0) {
            return;
        }
        // ln π(ρ, r) = ln ρ + ln r − ln(ρr + 1 − ρ): what is left of the differences is one logarithm per alternative.
        let (blamed, all) = (candidate as f64, (candidate + baseline) as f64);
        let total = |ratio: f64| exposure * ratio + 1.0 - exposure;
        let inverse_null = 1.0 / total(self.null);
        let alternatives = self.grid.iter().zip(self.ln_over_null);
        for (ln_weighted, (ratio, ln_over_null)) in self.ln_weighted.iter_mut().zip(alternatives) {
            *ln_weighted += blamed * ln_over_null - all * (total(*ratio) * inverse_null).ln();
        }
    }

    /// A bound that [`RatioE::ln_e`] never exceeds, for hardly any work.
    pub fn ln_e_max(&self) -> f64 {
        let largest = self.ln_weighted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + (GRID_POINTS as f64).ln()
    }

    /// The logarithm of the e-value. Proven at level α as soon as it has reached ln(1/α) once.
    pub fn ln_e(&self) -> f64 {
        ln_sum_exp(self.ln_weighted.iter().copied())
    }

    /// The weighted logarithms per alternative: all there is to store.
    pub fn state(&self) -> [f64; GRID_POINTS] {
        self.ln_weighted
    }

    /// The same process at a stored state.
    #[must_use]
    pub fn resumed(mut self, state: [f64; GRID_POINTS]) -> Self {
        self.ln_weighted = state;
        self
    }

    /// The ratio that is held against the alternatives.
    pub fn null(&self) -> f64 {
        self.null
    }

    /// The alternatives, ascending.
    pub fn grid(&self) -> &[f64; GRID_POINTS] {
        &self.grid
    }
}

/// Logarithms of the probability that the candidate is to blame and that it is not.
fn ln_blame(exposure: f64, ratio: f64) -> (f64, f64) {
    let rest = 1.0 - exposure;
    let ln_total = (exposure * ratio + rest).ln();
    ((exposure * ratio).ln() - ln_total, rest.ln() - ln_total)
}

/// Expected growth of the e-value per event, in nats, when the true ratio is `ratio` and the null is `null`.
///
/// What the "n more requests" on a page is computed from.
pub fn growth(exposure: f64, ratio: f64, null: f64) -> f64 {
    /// Stands for a ratio of zero, whose logarithm would be infinite.
    const RATIO_MIN: f64 = 1e-9;
    if exposure <= 0.0 || exposure >= 1.0 {
        return 0.0;
    }
    let (ln_blamed, ln_not_blamed) = ln_blame(exposure, ratio.max(RATIO_MIN));
    let (ln_null, ln_not_null) = ln_blame(exposure, null);
    ln_blamed.exp() * (ln_blamed - ln_null) + ln_not_blamed.exp() * (ln_not_blamed - ln_not_null)
}

#[cfg(test)]
mod tests;
