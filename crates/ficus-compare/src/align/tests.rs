use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::json::read;
use crate::key::HashKey;

fn aligned(left: &[Node], right: &[Node], ordered: bool) -> Alignment {
    let digester = Digester::new(&HashKey::from_bytes([5; 16]));
    let elements =
        |nodes: &[Node]| -> Vec<Sum> { nodes.iter().map(|node| strict(node, &digester)).collect() };
    let (left_sums, right_sums) = (elements(left), elements(right));
    let of = |(node, sum)| Element { node, sum };
    let left: Vec<Element<'_>> = left.iter().zip(left_sums).map(of).collect();
    let right: Vec<Element<'_>> = right.iter().zip(right_sums).map(of).collect();
    align(&left, &right, ordered, &digester)
}

fn elements(text: &str) -> Vec<Node> {
    let Ok(Node::Array(elements)) = read(text.as_bytes()) else { panic!("no array: {text}") };
    elements
}

/// Lines `left | right`, the outcome as pairs, what is left over and whether the order differs.
fn check(ordered: bool, script: &str, expected: Expect) {
    let mut shown = String::new();
    for line in script.lines() {
        let (left, right) = line.split_once(" | ").unwrap();
        let Alignment { pairs, left, right, reordered } =
            aligned(&elements(left), &elements(right), ordered);
        let pairs: Vec<String> = pairs.iter().map(|(l, r)| format!("{l}={r}")).collect();
        let order = if reordered { " reordered" } else { "" };
        shown.push_str(&format!("{} -{left:?} +{right:?}{order}\n", pairs.join(" ")));
    }
    expected.assert_eq(&shown);
}

#[test]
fn insertions_and_removals_are_seen_as_such() {
    check(
        true,
        "[1,2,3] | [1,2,3]\n[1,2,3] | [1,9,2,3]\n[1,2,3] | [2,3]\n[] | [1]\n[1,1,1] | [1,1]\n[1,2,1] | [2,1]",
        expect![[r#"
            0=0 1=1 2=2 -[] +[]
            0=0 1=2 2=3 -[] +[1]
            1=0 2=1 -[0] +[]
             -[] +[0]
            0=0 1=1 -[2] +[]
            1=0 2=1 -[0] +[]
        "#]],
    );
}

#[test]
fn changes_pair_by_place_between_equal_elements() {
    check(
        true,
        "[1,2,3] | [1,5,3]\n[1,2,3,4] | [1,7,8,3,4]\n[1,2] | [3,4]",
        expect![[r#"
            0=0 1=1 2=2 -[] +[]
            0=0 1=1 2=3 3=4 -[] +[2]
            0=0 1=1 -[] +[]
        "#]],
    );
}

#[test]
fn another_order_is_told_from_other_elements() {
    check(
        true,
        "[1,2,3] | [3,1,2]\n[1,2] | [2,1]\n[1,2,3,4] | [4,2,3,9]",
        expect![[r#"
            0=1 1=2 2=0 -[] +[] reordered
            0=1 1=0 -[] +[] reordered
            1=1 2=2 3=0 -[0] +[3] reordered
        "#]],
    );
}

#[test]
fn objects_pair_by_the_field_that_names_them() {
    check(
        true,
        r#"[{"id":1,"n":1},{"id":2,"n":2}] | [{"id":2,"n":3},{"id":1,"n":4}]
[{"id":1,"n":1},{"id":2,"n":2},{"id":3,"n":3}] | [{"id":1,"n":9},{"id":3,"n":9}]
[{"id":1,"n":1},{"id":1,"n":2}] | [{"id":1,"n":2},{"id":1,"n":3}]
[{"id":"x1"},{"id":"x2"}] | [{"id":"y1"},{"id":"y2"}]
[{"sku":"a","n":1}] | [{"n":2,"sku":"b"},{"n":2,"sku":"a"}]"#,
        expect![[r#"
            0=1 1=0 -[] +[] reordered
            0=0 2=1 -[1] +[]
            1=0 -[0] +[1]
            0=0 1=1 -[] +[]
            0=1 -[] +[0]
        "#]],
    );
}

#[test]
fn without_order_leftovers_pair_wherever_they_stand() {
    check(
        false,
        "[1,2,3] | [3,9,1]\n[1,2,3] | [2,3,1]",
        expect![[r#"
            0=2 1=1 2=0 -[] +[] reordered
            0=2 1=0 2=1 -[] +[] reordered
        "#]],
    );
}

fn numbers() -> impl Strategy<Value = Vec<Node>> {
    let number = (0u8..6).prop_map(|value| read(value.to_string().as_bytes()).unwrap());
    proptest::collection::vec(number, 0..12)
}

proptest! {
    #[test]
    fn every_element_is_accounted_for_once(left in numbers(), right in numbers(), ordered in any::<bool>()) {
        let found = aligned(&left, &right, ordered);
        let mut lefts: Vec<usize> = found.pairs.iter().map(|(l, _)| *l).chain(found.left).collect();
        let mut rights: Vec<usize> = found.pairs.iter().map(|(_, r)| *r).chain(found.right).collect();
        lefts.sort_unstable();
        rights.sort_unstable();
        prop_assert_eq!(lefts, (0..left.len()).collect::<Vec<_>>());
        prop_assert_eq!(rights, (0..right.len()).collect::<Vec<_>>());
    }

    #[test]
    fn swapping_swaps(left in numbers(), right in numbers(), ordered in any::<bool>()) {
        let there = aligned(&left, &right, ordered);
        let back = aligned(&right, &left, ordered);
        let mut pairs: Vec<(usize, usize)> = back.pairs.iter().map(|(l, r)| (*r, *l)).collect();
        pairs.sort_unstable();
        let mirrored = Alignment { pairs, left: back.right, right: back.left, reordered: back.reordered };
        prop_assert_eq!(there, mirrored);
    }

    #[test]
    fn one_insertion_leaves_one_element_over(mut list in numbers(), at in any::<proptest::sample::Index>()) {
        let before = list.clone();
        list.insert(at.index(before.len() + 1), read(b"99").unwrap());
        let found = aligned(&before, &list, true);
        prop_assert_eq!((found.left.len(), found.right.len(), found.reordered), (0, 1, false));
    }
}
