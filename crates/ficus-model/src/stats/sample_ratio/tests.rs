use proptest::prelude::*;

use super::*;

#[test]
fn a_lost_tenth_of_the_candidates_reports_is_found() {
    let mut evidence = SampleRatioE::default();
    evidence.assign_many(4_500, 99_500, 0.05);
    assert!(evidence.ln_e > 1000.0_f64.ln(), "{}", evidence.ln_e);
}

#[test]
fn the_kept_coin_is_believed() {
    let mut evidence = SampleRatioE::default();
    evidence.assign_many(5_000, 100_000, 0.05);
    assert!(evidence.ln_e < 0.0);
}

#[test]
fn weights_that_leave_nothing_to_chance_say_nothing() {
    let mut evidence = SampleRatioE::default();
    evidence.assign_many(10, 10, 0.0);
    evidence.assign_many(0, 10, 1.0);
    assert_eq!(evidence, SampleRatioE::default());
}

#[test]
fn evidence_carries_on_over_a_change_of_weight() {
    let mut evidence = SampleRatioE::default();
    evidence.assign_many(0, 200, 0.05);
    let before = evidence.ln_e;
    evidence.assign(true, 0.1);
    assert_eq!((evidence.candidate, evidence.total), (1, 1));
    // The first factor under a new weight bets the weight itself: exactly 1.
    assert!((evidence.ln_e - before).abs() < 1e-12);
}

proptest! {
    #[test]
    fn many_at_once_equal_one_by_one(sides in proptest::collection::vec(any::<bool>(), 1..80), weight in 0.01_f64..0.99) {
        let mut single = SampleRatioE::default();
        sides.iter().for_each(|side| single.assign(*side, weight));
        let mut at_once = SampleRatioE::default();
        let candidates = sides.iter().filter(|side| **side).count() as u64;
        at_once.assign_many(candidates, sides.len() as u64, weight);
        prop_assert!((single.ln_e - at_once.ln_e).abs() < 1e-9);
    }

    #[test]
    fn a_kept_coin_is_a_fair_game(candidate in 0_u64..50, others in 0_u64..50, weight in 0.01_f64..0.99) {
        let mut evidence = SampleRatioE::default();
        evidence.assign_many(candidate, candidate + others, weight);
        let next = |side: bool| {
            let mut next = evidence;
            next.assign(side, weight);
            (next.ln_e - evidence.ln_e).exp()
        };
        prop_assert!((weight * next(true) + (1.0 - weight) * next(false) - 1.0).abs() < 1e-9);
    }
}
