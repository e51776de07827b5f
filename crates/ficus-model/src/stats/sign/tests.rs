use proptest::prelude::*;

use super::*;
use crate::stats::tests::agrees;

/// The golden vectors of the design note, appendix A.2; nine decimals are given.
#[test]
fn evidence_agrees_with_the_golden_vectors() {
    for (candidate_only, baseline_only, expected) in [
        (10, 0, 5.226_235_313),
        (14, 0, 7.689_126_989),
        (16, 0, 8.950_281_096),
        (17, 0, 9.586_273_677),
        (30, 10, 4.146_746_035),
        (5, 5, -0.995_852_555),
    ] {
        let actual = ln_e(candidate_only, baseline_only);
        assert!((actual - expected).abs() < 5.1e-10, "{candidate_only} {baseline_only}: {actual}");
    }
}

#[test]
fn nothing_seen_is_no_evidence() {
    assert!(ln_e(0, 0).abs() < 1e-12);
}

#[test]
fn a_noisy_baseline_excuses_the_candidate() {
    assert!(ln_e(100, 100) < 0.0);
    assert!(ln_e(0, 1000) < 0.0);
}

#[test]
fn tails_are_symmetric_and_whole() {
    agrees(ln_at_most(4, 9).exp(), 0.5);
    agrees(ln_at_most(9, 9).exp(), 1.0);
    agrees(ln_at_most(0, 10).exp(), 0.5_f64.powi(10));
    agrees(ln_at_most(9, 10).exp(), 1.0 - 0.5_f64.powi(10));
}

proptest! {
    /// Under the null (each discordant pair is a fair coin) the evidence is a fair game.
    #[test]
    fn a_fair_coin_does_not_raise_the_evidence(wins in 0_u64..60, losses in 0_u64..60) {
        let next = 0.5 * ln_e(wins + 1, losses).exp() + 0.5 * ln_e(wins, losses + 1).exp();
        prop_assert!(next <= ln_e(wins, losses).exp() * (1.0 + 1e-9));
    }
}
