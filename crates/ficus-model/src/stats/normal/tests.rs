use super::*;
use crate::stats::tests::{agrees, same};

/// Appendix A.6 of the design note.
#[test]
fn bounds_agree_with_the_golden_vectors() {
    agrees(ln_e_one_sided(5.0, 10.0, 10.0, 0.05), 0.703_167_855_447);
    agrees(stitched_bound(1000.0, 0.05, 10.0), 119.899_788_944);
}

#[test]
fn a_negative_sum_is_no_evidence_for_a_positive_mean() {
    assert!(ln_e_one_sided(-5.0, 10.0, 10.0, 0.05) < 0.0);
}

#[test]
fn stitching_is_flat_below_its_least_variance() {
    same(stitched_bound(0.0, 0.05, 10.0), stitched_bound(10.0, 0.05, 10.0));
    assert!(stitched_bound(10.0, 0.05, 10.0) < stitched_bound(20.0, 0.05, 10.0));
}
