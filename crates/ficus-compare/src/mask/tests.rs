use ficus_model::Time;
use ficus_model::rule::Rule;

use super::*;
use crate::key::HashKey;
use crate::rules::Rules;

fn rules(tolerances: &[(&str, Tolerance)]) -> Rules {
    let rule = |(path, tolerance): &(&str, Tolerance)| Rule {
        name: (*path).to_owned(),
        path: (*path).to_owned(),
        route: None,
        tolerance: *tolerance,
        owner: "team".to_owned(),
        reason: "test".to_owned(),
        expires: Time::from_micros(1),
    };
    let rules: Vec<Rule> = tolerances.iter().map(rule).collect();
    Rules::compile(&rules, &[], &[], Time::EPOCH).0
}

fn digester() -> Digester {
    Digester::new(&HashKey::from_bytes([6; 16]))
}

/// The hashes of one text at `body`, and what the rules have overlooked.
fn text_at_body(tolerance: Option<Tolerance>, text: &str) -> (Hashed, Vec<Sum>) {
    let rules =
        rules(&tolerance.map(|tolerance| ("body", tolerance)).into_iter().collect::<Vec<_>>());
    let applied = rules.applied("GET /", Time::EPOCH);
    let mut masker = Masker::new(applied, digester());
    let sum = masker.digester().text(text);
    let hashed = masker.scalar(applied.cursor().key("body"), Type::Text, sum);
    (hashed, masker.into_sums())
}

/// The loose hash of an array of integers at `body` under one rule.
fn loose_array(tolerance: Tolerance, values: &[u64]) -> Option<Sum> {
    let rules = rules(&[("body", tolerance)]);
    let applied = rules.applied("GET /", Time::EPOCH);
    let cursor = applied.cursor().key("body");
    let mut masker = Masker::new(applied, digester());
    let mut array = Masker::new_array(cursor);
    for value in values {
        let sum = masker.digester().integer(false, *value);
        let element = masker.scalar(masker.inside(cursor).index(), Type::Number, sum);
        masker.push(&mut array, element);
    }
    masker.array(cursor, &array).loose
}

#[test]
fn without_a_rule_both_hashes_are_one() {
    let (hashed, sums) = text_at_body(None, "a");
    assert_eq!(hashed.loose, Some(hashed.strict));
    assert!(sums.is_empty());
}

#[test]
fn what_is_ignored_is_absent_and_kept_in_the_rules_sum() {
    let (one, one_sums) = text_at_body(Some(Tolerance::Ignore), "a");
    let (other, other_sums) = text_at_body(Some(Tolerance::Ignore), "b");
    assert_eq!((one.loose, other.loose), (None, None));
    assert_ne!(one.strict, other.strict);
    assert_ne!(one_sums, other_sums);
}

#[test]
fn of_a_shape_only_the_type_is_left() {
    let (one, _) = text_at_body(Some(Tolerance::SameType), "a");
    let (other, _) = text_at_body(Some(Tolerance::SameType), "b");
    assert_eq!(one.loose, other.loose);
    assert_ne!(one.loose, None);
}

#[test]
fn nearness_has_no_hash_of_its_own() {
    for tolerance in [Tolerance::Absolute(1.0), Tolerance::Relative(1.0), Tolerance::EmptyIsNull] {
        let (hashed, sums) = text_at_body(Some(tolerance), "a");
        assert_eq!((hashed.loose, sums), (Some(hashed.strict), vec![0]), "{tolerance:?}");
    }
}

#[test]
fn an_unordered_array_is_a_multiset() {
    let unordered = |values: &[u64]| loose_array(Tolerance::Unordered, values);
    assert_eq!(unordered(&[1, 2, 2]), unordered(&[2, 1, 2]));
    assert_ne!(unordered(&[1, 2, 2]), unordered(&[1, 1, 2]));
    assert_ne!(unordered(&[1]), unordered(&[1, 1]));
    assert_ne!(unordered(&[]), loose_array(Tolerance::EmptyIsNull, &[]));
}

#[test]
fn an_empty_array_is_absent_where_empty_is_null() {
    assert_eq!(loose_array(Tolerance::EmptyIsNull, &[]), None);
    assert_ne!(loose_array(Tolerance::EmptyIsNull, &[0]), None);
}

#[test]
fn inside_of_what_is_overlooked_no_rule_counts() {
    let rules = rules(&[("body", Tolerance::Ignore), ("body.a", Tolerance::Ignore)]);
    let applied = rules.applied("GET /", Time::EPOCH);
    let masker = Masker::new(applied, digester());
    assert!(masker.inside(applied.cursor().key("body")).quiet());
    assert!(!masker.inside(applied.cursor()).quiet());
}
