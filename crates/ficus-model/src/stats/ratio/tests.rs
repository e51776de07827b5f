use proptest::prelude::*;

use super::*;
use crate::stats::tests::{agrees, same};

fn after(votes: &[(bool, f64)]) -> f64 {
    let mut process = RatioE::above(1.25);
    votes.iter().for_each(|(candidate, exposure)| process.vote(*candidate, *exposure));
    process.ln_e()
}

#[test]
fn the_grid_is_the_documented_one() {
    let process = RatioE::above(1.25);
    agrees(process.grid()[0], 1.375);
    agrees(process.grid()[1], 1.640_712_853_0);
    agrees(process.grid()[2], 1.957_773_575_4);
    agrees(process.grid()[23], 80.0);
}

/// The golden vectors of the design note, appendix A.1; eight decimals are given.
#[test]
fn evidence_agrees_with_the_golden_vectors() {
    let close =
        |actual: f64, expected: f64| assert!((actual - expected).abs() < 5.1e-9, "{actual}");
    close(after(&[(true, 0.05); 3]), 6.336_688_83);
    let mixed = [(true, 0.01), (false, 0.01), (true, 0.05), (true, 0.05), (false, 0.25)];
    close(after(&mixed), 4.509_500_03);
    close(after(&[(false, 0.5); 20]), -4.134_055_48);
    let fading: Vec<_> = [(true, 0.05); 11].into_iter().chain([(false, 0.05); 40]).collect();
    close(after(&fading), 4.997_349_82);
}

#[test]
fn nothing_seen_is_no_evidence_and_certain_exposure_is_ignored() {
    assert!(after(&[]).abs() < 1e-12);
    assert!(after(&[(true, 1.0), (false, 0.0), (true, 0.0)]).abs() < 1e-12);
}

#[test]
fn a_few_candidate_errors_at_a_small_weight_suffice() {
    // Section 3.2: at a weight of 1 %, after 1, 2 and 3 candidate errors in a row.
    for (errors, expected) in [(1, 2.5), (2, 5.5), (3, 8.8)] {
        let evidence = after(&vec![(true, 0.01); errors]);
        assert!((evidence - expected).abs() < 0.05, "{errors}: {evidence}");
    }
}

#[test]
fn fewer_candidate_errors_than_its_share_prove_that_it_is_not_worse() {
    let mut process = RatioE::below(1.5);
    (0..200).for_each(|index| process.vote(index % 4 == 0, 0.5));
    assert!(process.ln_e() > 20.0_f64.ln());
    let mut worse = RatioE::below(1.5);
    (0..200).for_each(|index| worse.vote(index % 4 != 0, 0.5));
    assert!(worse.ln_e() < 0.0);
}

#[test]
fn growth_is_positive_only_on_the_side_of_the_alternatives() {
    assert!(growth(0.05, 5.0, 1.25) > 0.1);
    assert!(growth(0.05, 0.0, 1.5) > 0.0);
    assert!(growth(0.05, 1.25, 1.25).abs() < 1e-12);
    same(growth(1.0, 5.0, 1.25), 0.0);
}

proptest! {
    /// The heart of the guarantee: under the null no single vote raises the expected evidence.
    #[test]
    fn a_vote_is_worth_nothing_under_the_null(exposure in 0.001_f64..0.999, ratio in 0.05_f64..1.25) {
        let blame = exposure * ratio / (exposure * ratio + 1.0 - exposure);
        let expected = blame * after(&[(true, exposure)]).exp()
            + (1.0 - blame) * after(&[(false, exposure)]).exp();
        prop_assert!(expected <= 1.0 + 1e-9, "{}", expected);
    }

    #[test]
    fn votes_at_once_equal_votes_one_by_one(candidate in 0_u64..20, baseline in 0_u64..20, exposure in 0.01_f64..0.99) {
        let mut at_once = RatioE::above(1.25);
        at_once.votes(candidate, baseline, exposure);
        let mut single = RatioE::above(1.25);
        (0..candidate).for_each(|_| single.vote(true, exposure));
        (0..baseline).for_each(|_| single.vote(false, exposure));
        prop_assert!((at_once.ln_e() - single.ln_e()).abs() < 1e-9);
    }

    #[test]
    fn the_cheap_bound_is_a_bound(votes in proptest::collection::vec((any::<bool>(), 0.01_f64..0.99), 0..50)) {
        let mut process = RatioE::below(1.5);
        votes.iter().for_each(|(candidate, exposure)| process.vote(*candidate, *exposure));
        prop_assert!(process.ln_e() <= process.ln_e_max() + 1e-12);
    }

    #[test]
    fn goes_on_from_its_state(votes in proptest::collection::vec((any::<bool>(), 0.01_f64..0.99), 0..50)) {
        let mut process = RatioE::above(1.25);
        votes.iter().for_each(|(candidate, exposure)| process.vote(*candidate, *exposure));
        prop_assert_eq!(RatioE::above(1.25).resumed(process.state()), process);
    }
}
