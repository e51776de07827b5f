use crate::json::read;

use super::*;

fn node(text: &str) -> Node {
    read(text.as_bytes()).unwrap()
}

#[test]
fn sameness_overlooks_member_order_and_spelling_of_numbers() {
    for (left, right) in [
        (r#"{"a":1,"b":[2,{"c":null}]}"#, r#"{"b":[2.0,{"c":null}],"a":1e0}"#),
        (r#""\u00e9""#, "\"é\""),
        ("[]", "[ ]"),
    ] {
        assert!(node(left).same(&node(right)), "{left} and {right}");
    }
}

#[test]
fn sameness_sees_everything_else() {
    for (left, right) in [
        ("[1,2]", "[2,1]"),
        ("[1]", "[1,1]"),
        ("null", "[]"),
        ("[]", "{}"),
        (r#"{"a":1}"#, r#"{"b":1}"#),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
        ("1", r#""1""#),
        ("true", "false"),
    ] {
        assert!(!node(left).same(&node(right)), "{left} and {right}");
    }
}

#[test]
fn only_nothing_is_empty() {
    for text in ["null", "[]", "{}"] {
        assert!(node(text).empty(), "{text}");
    }
    for text in ["0", "false", r#""""#, "[null]", r#"{"a":null}"#] {
        assert!(!node(text).empty(), "{text}");
    }
}
