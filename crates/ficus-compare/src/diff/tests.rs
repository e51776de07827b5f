use std::time::Duration;

use super::*;
use crate::json::read;

fn node(text: &str) -> Node {
    read(text.as_bytes()).unwrap()
}

fn covered(tolerance: Tolerance, left: &str, right: &str) -> bool {
    let (left, right) = (node(left), node(right));
    let there = covers(tolerance, &left, &right);
    assert_eq!(there, covers(tolerance, &right, &left), "a tolerance is symmetric");
    there
}

#[test]
fn absolute_tolerances_mean_what_is_written() {
    let cent = Tolerance::Absolute(0.01);
    assert!(
        covered(cent, "1.10", "1.09")
            && covered(cent, "0.3", "0.29")
            && covered(cent, "-0.005", "0.005")
    );
    assert!(
        !covered(cent, "1.10", "1.0899")
            && !covered(cent, "1", "\"1\"")
            && !covered(cent, "1", "null")
    );
    assert!(covered(Tolerance::Absolute(0.0), "1", "1"));
    assert!(!covered(Tolerance::Absolute(0.0), "1", "1.0000001"));
}

#[test]
fn relative_tolerances_are_shares_of_the_larger() {
    let share = Tolerance::Relative(0.1);
    assert!(
        covered(share, "100", "90")
            && covered(share, "-100", "-90")
            && covered(share, "1e300", "0.95e300")
    );
    assert!(
        !covered(share, "100", "89.9")
            && !covered(share, "1", "-1")
            && !covered(share, "0", "0.001")
    );
}

#[test]
fn numbers_beyond_doubles_are_near_nothing() {
    assert!(!covered(Tolerance::Absolute(1e300), "1e400", "2e400"));
    assert!(!covered(Tolerance::Relative(1.0), "1e400", "-1e400"));
}

#[test]
fn times_must_be_times_on_both_sides() {
    let second = Tolerance::TimeWithin(Duration::from_secs(1));
    assert!(covered(second, r#""2026-01-01T00:00:00Z""#, r#""2026-01-01T00:00:01.0Z""#));
    assert!(!covered(second, r#""2026-01-01T00:00:00Z""#, r#""soon""#));
    assert!(!covered(second, r#""2026-01-01T00:00:00Z""#, "1767225600"));
}

#[test]
fn only_two_tolerances_absorb_absence() {
    let (empty, full) = (node("[]"), node("[1]"));
    assert!(absorbs(Tolerance::Ignore, &full) && absorbs(Tolerance::EmptyIsNull, &empty));
    assert!(!absorbs(Tolerance::EmptyIsNull, &full));
    for tolerance in [Tolerance::SameType, Tolerance::Unordered, Tolerance::Absolute(1.0)] {
        assert!(!absorbs(tolerance, &empty), "{tolerance:?}");
    }
}

#[test]
fn the_better_example_is_the_shorter_one_from_either_side() {
    let difference = |baseline: &str, candidate: &str| Difference {
        path: "body".to_owned(),
        kind: DifferenceKind::Value,
        baseline: Some(baseline.to_owned()),
        candidate: Some(candidate.to_owned()),
    };
    assert!(shorter(&difference("1", "2"), &difference("10", "2")));
    assert!(shorter(&difference("1", "2"), &difference("1", "3")));
    assert!(shorter(&difference("2", "1"), &difference("3", "1")));
    assert!(!shorter(&difference("2", "1"), &difference("1", "2")));
}
