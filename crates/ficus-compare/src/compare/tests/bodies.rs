//! Random JSON, small enough that collisions of keys and values happen.

use proptest::prelude::*;

use crate::node::Node;
use crate::number::Number;

/// A value over few keys and few scalars.
pub(super) fn json() -> impl Strategy<Value = Node> {
    let numbers =
        ["0", "1", "-1", "1.5", "2e3", "9007199254740993", "18446744073709551615", "1e30"];
    let scalar = prop_oneof![
        Just(Node::Null),
        any::<bool>().prop_map(Node::Boolean),
        proptest::sample::select(numbers.to_vec()).prop_map(|text| Node::Number(Number::new(text))),
        "[a-c<é]{0,2}".prop_map(Node::Text),
    ];
    scalar.prop_recursive(3, 24, 4, |inside| {
        let key = proptest::sample::select(vec!["a", "b", "c", "id"]).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inside.clone(), 0..5).prop_map(Node::Array),
            proptest::collection::btree_map(key, inside, 0..4)
                .prop_map(|members| Node::object(members.into_iter().collect())),
        ]
    })
}

/// Two values that differ in few places, or not at all.
pub(super) fn similar() -> impl Strategy<Value = (Node, Node)> {
    (json(), json(), any::<u64>()).prop_map(|(one, other, seed)| {
        let changed = replaced(&one, &other, &mut seed.rotate_left(7));
        (one, changed)
    })
}

fn replaced(node: &Node, by: &Node, seed: &mut u64) -> Node {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    if (*seed >> 33).is_multiple_of(7) {
        return by.clone();
    }
    match node {
        Node::Array(elements) => {
            let mut elements: Vec<Node> =
                elements.iter().map(|element| replaced(element, by, seed)).collect();
            if (*seed >> 40).is_multiple_of(3) {
                elements.reverse();
            }
            Node::Array(elements)
        }
        Node::Object(members) => {
            let member = |(key, value): &(String, Node)| (key.clone(), replaced(value, by, seed));
            Node::Object(members.iter().map(member).collect())
        }
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => node.clone(),
    }
}

/// The value as text; the seed decides the order of members and the escapes.
pub(super) fn text(node: &Node, seed: u64) -> String {
    match node {
        Node::Null => "null".to_owned(),
        Node::Boolean(value) => value.to_string(),
        Node::Number(number) => number.as_str().to_owned(),
        Node::Text(text) => quoted(text, seed),
        Node::Array(elements) => {
            let elements: Vec<String> =
                elements.iter().map(|value| self::text(value, seed)).collect();
            format!("[{}]", elements.join(","))
        }
        Node::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}:{}", quoted(key, seed), self::text(value, seed)))
                .collect();
            let turns = usize::try_from(seed % 5).unwrap().min(members.len());
            members.rotate_left(turns);
            format!("{{ {} }}", members.join(" , "))
        }
    }
}

fn quoted(text: &str, seed: u64) -> String {
    let escaped = |letter: char| match letter {
        '<' if seed.is_multiple_of(2) => "\\u003c".to_owned(),
        'é' if seed.is_multiple_of(2) => "\\u00E9".to_owned(),
        letter => letter.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}
