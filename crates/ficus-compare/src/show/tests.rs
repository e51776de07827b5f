use expect_test::expect;
use proptest::prelude::*;

use ficus_model::Time;

use super::*;
use crate::json::read;
use crate::key::HashKey;
use crate::rules::Rules;

fn digester() -> Digester {
    Digester::new(&HashKey::from_bytes([1; 16]))
}

fn shown(text: &str) -> String {
    let (rules, _) = Rules::compile(&[], &[], &[], Time::EPOCH);
    value(&read(text.as_bytes()).unwrap(), rules.redaction().veil(), &digester())
}

#[test]
fn values_are_compact_json() {
    expect![[r#"{"a":[1.50,"x\n"],"b":{"c":null,"d":true}}"#]]
        .assert_eq(&shown(r#"{ "b": {"d": true, "c": null}, "a": [1.50, "x\n"] }"#));
}

#[test]
fn a_secret_inside_is_hidden_and_nothing_is_not() {
    let text = shown(r#"{"token":"abc","password":null,"name":"Ada"}"#);
    assert!(!text.contains("abc"));
    assert!(text.starts_with(r#"{"name":"Ada","password":null,"token":[redacted "#), "{text}");
}

#[test]
fn a_large_value_is_cut_where_a_letter_ends() {
    let text = shown(&format!("[\"{}\"]", "é".repeat(5000)));
    assert!(text.len() <= VALUE_BYTES_MAX && text.ends_with('…'), "{text}");
}

#[test]
fn long_texts_are_shown_from_shortly_before_their_difference() {
    let (one, other) = (format!("{}A", "x".repeat(500)), format!("{}B", "x".repeat(500)));
    let (left, right) = excerpts(&one, &other);
    assert_eq!(left, format!("…{}A", "x".repeat(40)));
    assert_eq!(right, format!("…{}B", "x".repeat(40)));
    assert_eq!(excerpts("short", "shorter"), ("short".to_owned(), "shorter".to_owned()));
}

proptest! {
    #[test]
    fn cutting_never_panics_and_always_bounds(text in "\\PC{0,400}", other in "\\PC{0,400}", bound in 3usize..300) {
        prop_assert!(shorten(&text, bound).len() <= bound);
        let (left, right) = excerpts(&text, &other);
        prop_assert!(left.len() <= VALUE_BYTES_MAX && right.len() <= VALUE_BYTES_MAX);
    }
}
