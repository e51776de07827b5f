use proptest::prelude::*;

use super::*;
use crate::stats::tests::{agrees, same};

/// Appendix A.3 of the design note.
#[test]
fn intervals_agree_with_the_golden_vectors() {
    let sequence = ConfidenceSequence::new(0.05, 1000.0);
    let (low, high) = sequence.interval(7, 1000);
    agrees(low, 0.001_431_020_714_23);
    agrees(high, 0.017_868_576_710_1);
    let (low, high) = sequence.interval(0, 1000);
    same(low, 0.0);
    agrees(high, 0.004_122_203_099_96);
}

/// Appendix A.3, in the form of `beta_binomial_mixture_bound`: the sum at which the evidence reaches 1/α.
#[test]
fn bounds_on_the_sum_agree_with_the_golden_vectors() {
    agrees(sum_bound(0.99, 1000.0), 7.647_023_146_09);
    agrees(sum_bound(0.01, 1000.0), 11.388_404_918_3);
    agrees(sum_bound(0.5, 100_000.0), 563.398_902_273);
}

fn sum_bound(p: f64, trials: f64) -> f64 {
    let sequence = ConfidenceSequence::new(0.05, 1000.0);
    // Fractional successes: the same formula with real counts.
    let ln_e = |sum: f64| {
        let (hits, misses) = (trials * p + sum, trials - trials * p - sum);
        let variance = p * (1.0 - p);
        let inverse = -f64::ln(0.05);
        let tuned = 1000.0 * variance / (2.0 * inverse + (1.0 + 2.0 * inverse).ln());
        let prior = (tuned - variance).max(1e-3 * variance);
        ln_beta(prior / p + misses, prior / (1.0 - p) + hits)
            - ln_beta(prior / p, prior / (1.0 - p))
            - hits * p.ln()
            - misses * (-p).ln_1p()
    };
    let whole_hits = 40_u64;
    let offset = whole_hits as f64 - 1000.0 * p;
    if (0.0..=1.0).contains(&(offset / 1000.0)) && trials < 2000.0 {
        assert!((ln_e(offset) - sequence.ln_e(p, whole_hits, 1000)).abs() < 1e-9);
    }
    bisect(0.0, trials * (1.0 - p), |sum| ln_e(sum) < -f64::ln(0.05))
}

/// Section 3.4: what it costs to prove a probability below 0.1 % with 0, 1 and 3 successes.
#[test]
fn the_price_of_proof_is_the_documented_one() {
    let sequence = ConfidenceSequence::against(0.05, 0.001);
    for (successes, expected) in [(0, 4109_u64), (1, 7069), (3, 11368)] {
        let trials = sequence.clean_trials_needed(successes, successes, 0.001).unwrap();
        let total = trials + successes;
        assert!(total.abs_diff(expected) <= 1, "{successes}: {total}");
    }
}

#[test]
fn before_the_first_trial_everything_is_possible() {
    let sequence = ConfidenceSequence::new(0.05, 1000.0);
    same(sequence.lower(0, 0), 0.0);
    same(sequence.upper(0, 0), 1.0);
    same(sequence.upper(3, 3), 1.0);
    assert!(!sequence.excludes_from_above(0.5, 0, 0) && !sequence.excludes_from_below(0.5, 0, 0));
}

#[test]
fn a_hopeless_bound_has_no_price() {
    let sequence = ConfidenceSequence::against(0.05, 0.001);
    assert_eq!(sequence.clean_trials_needed(50_000, 100_000, 0.001), None);
    assert_eq!(sequence.clean_trials_needed(0, 10_000, 0.001), Some(0));
}

proptest! {
    #[test]
    fn the_interval_encloses_the_mean_and_agrees_with_the_short_cuts(
        trials in 1_u64..5000, share in 0.0_f64..=1.0, bound in 0.001_f64..0.999,
    ) {
        let successes = whole(share * trials as f64).min(trials);
        let sequence = ConfidenceSequence::new(0.05, 400.0);
        let (low, high) = sequence.interval(successes, trials);
        let mean = successes as f64 / trials as f64;
        prop_assert!(low <= mean && mean <= high, "{} {} {}", low, mean, high);
        if (bound - high).abs() > 1e-9 {
            prop_assert_eq!(sequence.excludes_from_above(bound, successes, trials), high < bound);
        }
        if (bound - low).abs() > 1e-9 {
            prop_assert_eq!(sequence.excludes_from_below(bound, successes, trials), low > bound);
        }
    }

    /// Each trial is a fair game for the evidence when the probability is the true one.
    #[test]
    fn evidence_against_the_truth_does_not_grow(p in 0.01_f64..0.99, successes in 0_u64..40, failures in 0_u64..40) {
        let sequence = ConfidenceSequence::new(0.05, 100.0);
        let now = sequence.ln_e(p, successes, successes + failures).exp();
        let next = p * sequence.ln_e(p, successes + 1, successes + failures + 1).exp()
            + (1.0 - p) * sequence.ln_e(p, successes, successes + failures + 1).exp();
        prop_assert!((next - now).abs() <= 1e-9 * now, "{} {}", now, next);
    }
}
