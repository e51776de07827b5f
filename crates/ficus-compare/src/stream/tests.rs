use ficus_model::Time;
use ficus_model::rule::{Rule, Tolerance};
use proptest::prelude::*;

use super::*;
use crate::json::read;
use crate::key::HashKey;
use crate::rules::Rules;
use crate::tree::{hashed, strict};

fn digester() -> Digester {
    Digester::new(&HashKey::from_bytes([3; 16]))
}

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

fn sums(text: &str, rules: &Rules) -> Option<BodySums> {
    let applied = rules.applied("GET /", Time::EPOCH);
    body_sums(text.as_bytes(), applied, applied.cursor().key("body"), digester())
}

fn strict_sum(text: &str) -> Option<Sum> {
    sums(text, &Rules::default()).map(|sums| sums.hashed.strict)
}

#[test]
fn member_order_and_escapes_do_not_matter() {
    assert_eq!(strict_sum(r#"{"a":"<","b":[1,2]}"#), strict_sum(r#"{"b":[1,2.0],"a":"\u003c"}"#));
}

#[test]
fn everything_a_reader_can_tell_apart_hashes_apart() {
    let texts = [
        "null",
        "false",
        "true",
        "0",
        "1",
        "-1",
        "18446744073709551615",
        "0.5",
        r#""""#,
        r#""0""#,
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "[null]",
        "[0,1]",
        "[1,0]",
        r#"{"a":null}"#,
        r#"{"a":0}"#,
        r#"{"b":0}"#,
        r#"{"a":{"b":0}}"#,
        r#"{"a":0,"b":0}"#,
        r#"[{"a":0},{"b":0}]"#,
    ];
    let mut sums: Vec<Sum> = texts.iter().map(|text| strict_sum(text).unwrap()).collect();
    sums.sort_unstable();
    sums.dedup();
    assert_eq!(sums.len(), texts.len());
}

#[test]
fn leaves_to_the_tree_what_it_cannot_speak_for() {
    for text in ["1e20", "9007199254740993.0", "1e999", r#"{"a":1,"a":1}"#, "{", "1 2", ""] {
        assert_eq!(strict_sum(text), None, "{text}");
    }
    assert!(strict_sum(r#"{"a":{"a":1},"b":{"a":1}}"#).is_some());
}

#[test]
fn a_masked_value_enters_only_the_sum_of_its_rule() {
    let rules = rules(&[("body.at", Tolerance::Ignore), ("body.ids", Tolerance::Unordered)]);
    let one = sums(r#"{"at":1,"ids":[1,2],"n":1}"#, &rules).unwrap();
    let other = sums(r#"{"ids":[2,1],"at":1,"n":1}"#, &rules).unwrap();
    assert_ne!(one.hashed.strict, other.hashed.strict);
    assert_eq!(one.hashed.loose, other.hashed.loose);
    let differ: Vec<bool> = one.masks.iter().zip(&other.masks).map(|(l, r)| l != r).collect();
    assert_eq!(differ, [false, true]);
}

#[test]
fn absence_and_emptiness_are_one_under_their_rule() {
    let rules = rules(&[("body.a", Tolerance::EmptyIsNull)]);
    let loose = |text: &str| sums(text, &rules).unwrap().hashed.loose;
    for text in [r#"{"a":null,"b":1}"#, r#"{"a":[],"b":1}"#, r#"{"a":{},"b":1}"#] {
        assert_eq!(loose(text), loose(r#"{"b":1}"#), "{text}");
    }
    assert_ne!(loose(r#"{"a":0,"b":1}"#), loose(r#"{"b":1}"#));
}

proptest! {
    #[test]
    fn stream_and_tree_make_the_same_hashes(text in "[\\[\\]{}\":,0-9ab.\\- ]{0,30}", ordered in any::<bool>()) {
        let tolerance = if ordered { Tolerance::SameType } else { Tolerance::Unordered };
        let rules = rules(&[("body", tolerance), ("body[]", Tolerance::EmptyIsNull)]);
        let applied = rules.applied("GET /", Time::EPOCH);
        if let Some(streamed) = sums(&text, &rules) {
            let node = read(text.as_bytes()).unwrap();
            let mut masker = Masker::new(applied, digester());
            let from_tree = hashed(&node, applied.cursor().key("body"), &mut masker);
            prop_assert_eq!(from_tree.strict, strict(&node, &digester()));
            prop_assert_eq!(streamed, BodySums { hashed: from_tree, masks: masker.into_sums() });
        }
    }
}
