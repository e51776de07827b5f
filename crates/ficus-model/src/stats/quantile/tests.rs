use super::*;
use crate::stats::tests::agrees;

/// Appendix A.4 of the design note.
#[test]
fn stitching_agrees_with_the_golden_vectors() {
    agrees(double_stitching(0.5, 1000.0, 0.05), 68.628_028_921_2);
    agrees(double_stitching(0.9, 1e5, 0.01), 574.256_368_648);
    agrees(double_stitching(0.99, 1000.0, 0.05), 12.067_503_302_1);
    agrees(double_stitching(0.99, 1e5, 0.001), 201.283_420_009);
}

#[test]
fn ranks_enclose_the_quantile_and_stay_open_while_unknown() {
    assert_eq!(interval_ranks(0.5, 1000, 0.05), (Some(432), Some(569)));
    assert_eq!(interval_ranks(0.99, 100, 0.05).1, None);
    assert_eq!(interval_ranks(0.01, 100, 0.05).0, None);
}

#[test]
fn more_observations_narrow_the_interval() {
    let width = |trials: u64| {
        let (low, high) = interval_ranks(0.9, trials, 0.05);
        (high.unwrap() - low.unwrap()) as f64 / trials as f64
    };
    assert!(width(100_000) < width(10_000) && width(10_000) < width(2_000));
}
