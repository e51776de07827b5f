use ficus_model::Time;

use super::*;
use crate::key::HashKey;
use crate::rules::Rules;

fn path(keys: &[&str]) -> String {
    let rules = Rules::default();
    let digester = Digester::new(&HashKey::from_bytes([2; 16]));
    let applied = rules.applied("GET /", Time::EPOCH);
    below(&Spot::root("body", applied.cursor(), rules.redaction().veil()), keys, &digester)
}

fn below(spot: &Spot<'_>, keys: &[&str], digester: &Digester) -> String {
    match keys.split_first() {
        None => spot.path(digester),
        Some((&"[]", rest)) => below(&spot.index(), rest, digester),
        Some((key, rest)) => below(&spot.key(key), rest, digester),
    }
}

#[test]
fn plain_keys_and_indices() {
    assert_eq!(path(&[]), "body");
    assert_eq!(path(&["[]"]), "body[]");
    assert_eq!(path(&["items", "[]", "[]", "price"]), "body.items[][].price");
    assert_eq!(path(&["@type", "snake_case-2"]), "body.@type.snake_case-2");
}

#[test]
fn keys_that_are_ids_or_secrets_are_any_key() {
    for key in
        ["10023", "7b0e1f3a-9a44-4f4c-8f2e-0a1b2c3d4e5f", "9f86d081884c7d65", "ada@example.org"]
    {
        assert_eq!(path(&[key, "n"]), "body.*.n", "{key}");
    }
    for key in ["EUR", "deadbeef", "facade-decade-beef"] {
        assert_eq!(path(&[key]), format!("body.{key}"));
    }
}

#[test]
fn odd_and_long_keys_stay_readable_and_bounded() {
    assert_eq!(path(&["a.b"]), "body[\"a.b\"]");
    assert_eq!(path(&[""]), "body[\"\"]");
    assert!(path(&[&"k".repeat(5000)]).len() <= PATH_BYTES_MAX);
}
