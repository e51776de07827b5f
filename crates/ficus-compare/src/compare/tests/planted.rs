//! One defect planted in a random body: it is found, alone, at its place, and a rule made of its path covers it.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{bodies, bodies_compared, compiled};
use crate::node::Node;
use crate::number::Number;
use crate::rules::Rules;
use ficus_model::comparison::{Comparison, Difference, DifferenceKind};

/// A text no random body has.
const PLANTED: &str = "planted";

/// An object of objects and arrays with distinct elements, so that a place has one meaning.
fn body() -> impl Strategy<Value = Node> {
    let scalar = prop_oneof![
        (0u32..1000).prop_map(|value| Node::Number(Number::new(&value.to_string()))),
        "[a-z]{1,6}".prop_map(Node::Text),
        any::<bool>().prop_map(Node::Boolean),
    ];
    let value = scalar.prop_recursive(3, 24, 4, |inside| {
        let members = proptest::collection::btree_map("[a-h]", inside.clone(), 1..4);
        prop_oneof![
            proptest::collection::vec(inside, 1..5).prop_map(Node::Array),
            members.prop_map(|members| Node::object(members.into_iter().collect())),
        ]
    });
    let members = proptest::collection::btree_map("[a-h]", value, 1..4);
    members.prop_map(|members| Node::object(members.into_iter().collect()))
}

/// Replaces the `place`-th scalar by a text nobody has; tells its path.
fn plant(node: &mut Node, path: &str, place: &mut usize) -> Option<String> {
    match node {
        Node::Array(elements) => {
            elements.iter_mut().find_map(|element| plant(element, &format!("{path}[]"), place))
        }
        Node::Object(members) => members
            .iter_mut()
            .find_map(|(key, value)| plant(value, &format!("{path}.{key}"), place)),
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) if *place == 0 => {
            *node = Node::Text(PLANTED.to_owned());
            Some(path.to_owned())
        }
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => {
            *place -= 1;
            None
        }
    }
}

fn scalars(node: &Node) -> usize {
    match node {
        Node::Array(elements) => elements.iter().map(scalars).sum(),
        Node::Object(members) => members.iter().map(|(_, value)| scalars(value)).sum(),
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => 1,
    }
}

fn differences(one: &Node, other: &Node, rules: &Rules) -> Comparison {
    let (one, other) = (bodies::text(one, 1), bodies::text(other, 2));
    bodies_compared(one.as_bytes(), other.as_bytes(), rules).unwrap()
}

fn only(comparison: Comparison) -> Difference {
    let Comparison::Mismatch(mut found) = comparison else { panic!("a defect was let through") };
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

proptest! {
    #[test]
    fn a_changed_value_is_found_alone_and_its_path_makes_a_rule(before in body(), place in any::<Index>()) {
        let mut after = before.clone();
        let path = plant(&mut after, "body", &mut place.index(scalars(&before))).unwrap();
        let found = only(differences(&before, &after, &Rules::default()));
        prop_assert_eq!(&found.path, &path);
        prop_assert!(matches!(found.kind, DifferenceKind::Value | DifferenceKind::Type));
        prop_assert_eq!(found.candidate.as_deref(), Some("\"planted\""));
        let rule = format!("noise {} ignore", found.path);
        let ignored = differences(&before, &after, &compiled(&[&rule]));
        prop_assert_eq!(ignored, Comparison::Ignored(vec!["noise".to_owned()]));
    }

    #[test]
    fn an_added_member_is_found_alone(before in body()) {
        let Node::Object(mut members) = before.clone() else { panic!("an object") };
        members.push(("planted".to_owned(), Node::Null));
        let after = Node::object(members);
        let found = only(differences(&before, &after, &Rules::default()));
        prop_assert_eq!((found.path.as_str(), found.kind), ("body.planted", DifferenceKind::Extra));
        let lost = only(differences(&after, &before, &Rules::default()));
        prop_assert_eq!((lost.path.as_str(), lost.kind), ("body.planted", DifferenceKind::Missing));
        let tolerated = differences(&before, &after, &compiled(&["omitempty body.* empty"]));
        prop_assert_eq!(tolerated, Comparison::Ignored(vec!["omitempty".to_owned()]));
    }

    #[test]
    fn an_element_put_in_anywhere_is_found_alone(
        elements in proptest::collection::vec(body(), 0..6),
        place in any::<Index>(),
    ) {
        let before = Node::Array(elements.clone());
        let mut more = elements.clone();
        more.insert(place.index(elements.len() + 1), Node::Text(PLANTED.to_owned()));
        let found = only(differences(&before, &Node::Array(more), &Rules::default()));
        prop_assert_eq!((found.path.as_str(), found.kind), ("body[]", DifferenceKind::Extra));
    }

    #[test]
    fn nothing_secret_is_ever_shown(
        secret in "[A-Za-z0-9]{12,24}",
        name in proptest::sample::select(vec!["password", "accessToken", "client_secret", "email", "Authorization"]),
        before in body(),
        outside in any::<bool>(),
    ) {
        let hidden = Node::object(vec![(name.to_owned(), Node::Text(secret.clone()))]);
        let both = |value: Node| Node::object(vec![("x".to_owned(), value), ("y".to_owned(), before.clone())]);
        let (one, other) = if outside {
            (both(hidden), both(Node::Null))
        } else {
            let other = Node::object(vec![(name.to_owned(), Node::Text(format!("{secret}2")))]);
            (both(hidden), both(other))
        };
        let Comparison::Mismatch(found) = differences(&one, &other, &Rules::default()) else {
            panic!("they differ")
        };
        for difference in found {
            let shown = format!("{difference:?}");
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }
}
