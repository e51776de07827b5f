use std::time::Duration;

use expect_test::{Expect, expect};
use ficus_model::Time;
use ficus_model::rule::Rule;

use super::*;
use crate::json::read;
use crate::key::HashKey;
use crate::rules::Rules;

/// Lines `left | right`; the outcome is one line per difference, or the rules that were needed, or `same`.
fn check(tolerances: &[(&str, Tolerance)], script: &str, expected: Expect) {
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
    let (rules, _) = Rules::compile(&rules, &[], &[], Time::EPOCH);
    let lines = script.lines().map(|line| {
        let (left, right) = line.split_once(" | ").unwrap();
        let applied = rules.applied("GET /", Time::EPOCH);
        let mut differ = Differ::new(applied, Digester::new(&HashKey::from_bytes([1; 16])));
        let body = Spot::root("body", applied.cursor(), rules.redaction().veil());
        differ.values(&node(left), &node(right), &body);
        let (found, used) = differ.finish();
        outcome(&found, &applied.names(&used))
    });
    expected.assert_eq(&lines.collect::<String>());
}

fn outcome(found: &[Difference], rules: &[String]) -> String {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "(absent)".to_owned());
    let shown: Vec<String> = found
        .iter()
        .map(|one| {
            let (left, right) = (side(&one.baseline), side(&one.candidate));
            format!("{} {} {left} | {right}", one.path, one.kind.as_str())
        })
        .collect();
    match (shown.as_slice(), rules) {
        ([], []) => "same\n".to_owned(),
        ([], rules) => format!("needed {}\n", rules.join(", ")),
        (shown, _) => format!("{}\n", shown.join("; ")),
    }
}

#[test]
fn objects_differ_by_member() {
    check(
        &[],
        r#"{"a":1,"b":2} | {"b":2,"a":1}
{"a":1} | {"a":1,"b":{"c":[]}}
{"a":{"b":{"c":1}}} | {"a":{"b":{"c":"1"}}}
{"a":1,"c":3} | {"b":2,"c":4}
{"a":1,"a":2} | {"a":1}"#,
        expect![[r#"
            same
            body.b extra (absent) | {"c":[]}
            body.a.b.c type 1 | "1"
            body.a missing 1 | (absent); body.b extra (absent) | 2; body.c value 3 | 4
            body.a missing 2 | (absent)
        "#]],
    );
}

#[test]
fn arrays_differ_by_element() {
    check(
        &[],
        r#"[1,2,3] | [1,3]
[1,2] | [2,1]
[[1,2],[3]] | [[2,1],[3]]
[{"id":1,"t":["x"]},{"id":2,"t":[]}] | [{"id":2,"t":[]},{"id":1,"t":["y"]}]
[1,2,3,4,5] | [9]
[1,2,3,4] | [5,6,7,8]
[] | [null]"#,
        expect![[r#"
            body[] missing 2 | (absent)
            body order 1 | 2
            body[] order 1 | 2
            body order {"id":1,"t":["x"]} | {"id":2,"t":[]}; body[].t[] value "x" | "y"
            body length 5 elements | 1 element; body[] value 1 | 9
            body[] value 1 | 5
            body[] extra (absent) | null
        "#]],
    );
}

#[test]
fn one_class_keeps_its_shortest_example() {
    check(
        &[],
        r#"[{"n":1000},{"n":20},{"n":300}] | [{"n":1001},{"n":21},{"n":301}]
{"1":{"n":1},"22":{"n":2}} | {"1":{"n":5},"22":{"n":6}}"#,
        expect![[r#"
            body[].n value 20 | 21
            body.*.n value 1 | 5
        "#]],
    );
}

#[test]
fn rules_inside_arrays_do_not_disturb_alignment() {
    check(
        &[("body[].at", Tolerance::Ignore)],
        r#"[{"n":1,"at":1},{"n":2,"at":2}] | [{"n":1,"at":3},{"n":2,"at":4}]
[{"n":1,"at":1},{"n":2,"at":2}] | [{"n":2,"at":9}]
[{"n":1,"at":1}] | [{"n":1}]
[{"n":1,"at":1},{"n":2,"at":2}] | [{"n":2,"at":2},{"n":1,"at":1}]"#,
        expect![[r#"
            needed body[].at
            body[] missing {"at":1,"n":1} | (absent)
            needed body[].at
            body order {"at":1,"n":1} | {"at":2,"n":2}
        "#]],
    );
}

#[test]
fn whole_elements_can_be_overlooked() {
    check(
        &[("body.list[]", Tolerance::EmptyIsNull)],
        r#"{"list":[1,null,2]} | {"list":[1,2]}
{"list":[null,1]} | {"list":[1,{}]}
{"list":[null,1]} | {"list":[null,2]}
{"list":[null]} | {"list":[]}"#,
        expect![[r#"
            needed body.list[]
            needed body.list[]
            body.list[] value 1 | 2
            needed body.list[]
        "#]],
    );
}

#[test]
fn several_rules_at_one_place_are_tried_the_loosest_first() {
    check(
        &[
            ("body.a", Tolerance::EmptyIsNull),
            ("body.a", Tolerance::Unordered),
            ("body.a[]", Tolerance::Absolute(1.0)),
        ],
        r#"{"a":null} | {"a":[]}
{"a":[1,5]} | {"a":[5,1]}
{"a":[1,5]} | {"a":[1,6]}
{"a":[1,5]} | {"a":[1,7]}
{"a":null} | {"a":[1]}"#,
        expect![[r#"
            needed body.a
            needed body.a
            needed body.a[]
            body.a[] value 5 | 7
            body.a type null | [1]
        "#]],
    );
}

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
