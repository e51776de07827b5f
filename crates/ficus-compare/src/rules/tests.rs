use expect_test::{Expect, expect};

use super::*;

fn rule(name: &str, path: &str, tolerance: Tolerance, expires: u64) -> Rule {
    Rule {
        name: name.to_owned(),
        path: path.to_owned(),
        route: None,
        tolerance,
        owner: "team-pricing".to_owned(),
        reason: "a test".to_owned(),
        expires: Time::from_micros(expires),
    }
}

fn check(rules: &[Rule], headers: &[&str], redacted: &[&str], expected: Expect) -> Rules {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let (rules, findings) =
        Rules::compile(rules, &owned(headers), &owned(redacted), Time::from_micros(10));
    let shown: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    expected.assert_eq(&shown);
    rules
}

#[test]
fn says_everything_that_is_wrong_at_once() {
    let rules = [
        rule("a", "items[].price", Tolerance::Ignore, 20),
        rule("b", "query.page", Tolerance::Ignore, 20),
        rule("c", "body.x", Tolerance::Relative(f64::NAN), 20),
        rule("d", "status", Tolerance::SameType, 20),
        rule("e", "body.x", Tolerance::Ignore, 10),
        rule("e", "body.y", Tolerance::Ignore, 20),
    ];
    check(
        &rules,
        &["Content-Length", "etag"],
        &["name", "body.name"],
        expect![[r#"
            warning: several rules are named `e` [compare/rule-name]
            error: rule `a`: `items[].price` is not a path: a path starts with `status`, `header.`, `query.` or `body` [compare/rule-path]
            error: rule `b`: `query.page` is not a path: a rule is about the answer, not about the query [compare/rule-path]
            error: rule `c`: a tolerance is a finite number, zero or more [compare/rule-tolerance]
            error: rule `d`: outside the body only `ignore` applies [compare/rule-tolerance]
            warning: rule `e` has expired and is not applied [compare/rule-expired]
            warning: header `content-length` is never compared as text [compare/header-never-compared]
            error: `name` is not a path to redact: a path starts with `status`, `header.`, `query.` or `body` [compare/redacted-path]
        "#]],
    );
}

#[test]
fn what_holds_at_a_place_comes_loosest_first() {
    let rules = [
        rule("near", "body.x", Tolerance::Absolute(1.0), 20),
        rule("any", "body.**", Tolerance::Ignore, 30),
    ];
    let rules = check(&rules, &[], &[], expect![[""]]);
    let at = |now| {
        let applied = rules.applied("GET /", Time::from_micros(now));
        let holding: BTreeSet<usize> =
            applied.at(applied.cursor().key("body").key("x")).map(|(rule, _)| rule).collect();
        (applied.at(applied.cursor().key("body").key("x")).next(), applied.names(&holding))
    };
    assert_eq!(at(10), (Some((0, Tolerance::Ignore)), vec!["any".to_owned(), "near".to_owned()]));
    assert_eq!(at(20), (Some((0, Tolerance::Ignore)), vec!["any".to_owned()]));
    assert_eq!(at(30), (None, vec![]));
}

#[test]
fn headers_are_compared_once_and_lower_case() {
    let rules = check(&[], &["ETag", "etag", "Location"], &[], expect![[""]]);
    assert_eq!(rules.headers(), ["etag", "location"]);
}
