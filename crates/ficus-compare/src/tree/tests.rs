use ficus_model::Time;

use super::*;
use crate::json::read;
use crate::key::HashKey;
use crate::rules::Rules;

fn sum(text: &str) -> Sum {
    strict(&read(text.as_bytes()).unwrap(), &Digester::new(&HashKey::from_bytes([8; 16])))
}

#[test]
fn equal_values_have_equal_hashes() {
    assert_eq!(sum(r#"{"a":[1.0,"<"],"b":null}"#), sum(r#"{"b":null,"a":[1,"\u003c"]}"#));
    assert_eq!(sum("1e400"), sum("10e399"));
    assert_eq!(sum("9007199254740993.0"), sum("9007199254740993"));
}

#[test]
fn other_values_have_others() {
    for (left, right) in [
        ("[1,2]", "[2,1]"),
        ("[]", "{}"),
        ("null", "false"),
        ("1e400", "1e401"),
        (r#"{"a":{"b":1}}"#, r#"{"b":{"a":1}}"#),
        (r#"[["a"],[]]"#, r#"[[],["a"]]"#),
    ] {
        assert_ne!(sum(left), sum(right), "{left} and {right}");
    }
}

#[test]
fn without_rules_the_hash_under_rules_is_the_strict_one() {
    let rules = Rules::default();
    let applied = rules.applied("GET /", Time::EPOCH);
    let node = read(br#"{"a":[1,{"b":[]}],"c":"d"}"#).unwrap();
    let mut masker = Masker::new(applied, Digester::new(&HashKey::from_bytes([8; 16])));
    let found = hashed(&node, applied.cursor().key("body"), &mut masker);
    assert_eq!(
        found,
        Hashed { strict: strict(&node, masker.digester()), loose: Some(found.strict) }
    );
}
