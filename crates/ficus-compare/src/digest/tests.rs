use std::collections::BTreeSet;

use super::*;

fn digester() -> Digester {
    Digester::new(&HashKey::from_bytes([7; 16]))
}

#[test]
fn every_type_has_its_own_hash() {
    let digester = digester();
    let (array, object) = (ArraySum::default(), ObjectSum::default());
    let sums = [
        digester.null(),
        digester.boolean(false),
        digester.boolean(true),
        digester.integer(false, 0),
        digester.integer(false, 1),
        digester.integer(true, 1),
        digester.integer(false, u64::MAX),
        digester.text(""),
        digester.text("0"),
        digester.text("null"),
        digester.ordered(&array),
        digester.unordered(&array),
        digester.object(&object),
        digester.shape(Type::Null),
        digester.shape(Type::Object),
    ];
    assert_eq!(BTreeSet::from(sums).len(), sums.len());
}

#[test]
fn minus_one_is_not_the_largest_integer() {
    let digester = digester();
    assert_ne!(digester.integer(true, 1), digester.integer(false, u64::MAX));
}

#[test]
fn the_key_decides_the_hash() {
    let other = Digester::new(&HashKey::from_bytes([8; 16]));
    assert_ne!(digester().text("a"), other.text("a"));
}

#[test]
fn order_counts_in_arrays_and_not_in_multisets() {
    let digester = digester();
    let sums_of = |texts: [&str; 2]| {
        let (mut ordered, mut unordered) = (ArraySum::default(), ArraySum::default());
        for text in texts {
            digester.push(&mut ordered, digester.text(text));
            digester.mix(&mut unordered, digester.text(text));
        }
        (digester.ordered(&ordered), digester.unordered(&unordered))
    };
    let (forward, backward) = (sums_of(["a", "b"]), sums_of(["b", "a"]));
    assert_ne!(forward.0, backward.0);
    assert_eq!(forward.1, backward.1);
    assert_ne!(forward.1, sums_of(["a", "a"]).1);
}

#[test]
fn a_member_belongs_to_its_key() {
    let digester = digester();
    let object_of = |members: [(&str, u64); 2]| {
        let mut object = ObjectSum::default();
        for (key, value) in members {
            digester.put(&mut object, digester.text(key), digester.integer(false, value));
        }
        digester.object(&object)
    };
    assert_eq!(object_of([("a", 1), ("b", 2)]), object_of([("b", 2), ("a", 1)]));
    assert_ne!(object_of([("a", 1), ("b", 2)]), object_of([("a", 2), ("b", 1)]));
}
