use super::*;
use crate::stats::tests::{agrees, same};

#[test]
fn constants_solve_the_documented_equation() {
    agrees(constant(0.05), 8.122_719_345_8);
    agrees(constant(0.01), 9.283_543_354_0);
}

/// Appendix A.5 of the design note.
#[test]
fn widths_agree_with_the_golden_vectors() {
    agrees(half_width(100.0, constant(0.05)), 0.242_253_270_925);
    agrees(half_width(1000.0, constant(0.05)), 0.082_047_787_709_1);
    agrees(half_width(1e6, constant(0.01)), 0.002_895_862_094_99);
}

#[test]
fn the_band_is_flat_before_it_starts() {
    same(half_width(1.0, 8.0), half_width(START, 8.0));
}
