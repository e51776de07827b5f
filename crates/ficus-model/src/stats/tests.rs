use super::*;

/// Relative agreement to one part in 10⁹, with the message of what was compared.
pub(crate) fn agrees(actual: f64, expected: f64) {
    let error = ((actual - expected) / expected).abs();
    assert!(error <= 1e-9, "{actual} differs from {expected} by {error:e}");
}

/// The same value, bit by bit.
pub(crate) fn same(actual: f64, expected: f64) {
    assert_eq!(actual.to_bits(), expected.to_bits(), "{actual} is not {expected}");
}

#[test]
fn sums_exponentials_beyond_the_range_of_a_double() {
    agrees(ln_sum_exp([1000.0, 1000.0].into_iter()), 1000.0 + 2.0_f64.ln());
    same(ln_sum_exp(std::iter::empty()), f64::NEG_INFINITY);
    same(ln_sum_exp([f64::NEG_INFINITY, 3.0].into_iter()), 3.0);
}

#[test]
fn whole_rounds_up_and_saturates() {
    assert_eq!([whole(0.0), whole(1.2), whole(-3.0), whole(f64::NAN)], [0, 2, 0, 0]);
    assert_eq!(whole(f64::INFINITY), u64::MAX);
}

#[test]
fn bisection_finds_the_turning_point() {
    agrees(bisect(0.0, 2.0, |x| x * x < 2.0), 2.0_f64.sqrt());
}
