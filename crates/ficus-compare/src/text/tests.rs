use proptest::prelude::*;

use super::*;
use crate::key::HashKey;

fn digester() -> Digester {
    Digester::new(&HashKey::from_bytes([4; 16]))
}

#[test]
fn line_ends_and_trailing_space_are_no_difference() {
    assert_eq!(lines("a\r\nb \n\n", "a\nb", &digester()), None);
    assert!(lines("a\n\nb", "a\nb", &digester()).is_some());
    assert!(lines(" a", "a", &digester()).is_some());
}

#[test]
fn the_first_line_that_differs_is_shown() {
    let difference = lines("one\ntwo\nthree", "one\n2\n3", &digester()).unwrap();
    assert_eq!(difference.baseline.as_deref(), Some("line 2: two"));
    assert_eq!(difference.candidate.as_deref(), Some("line 2: 2"));
}

#[test]
fn bytes_are_told_by_length_and_place_and_never_shown() {
    let difference = bytes(b"secret one", b"secret two!", &digester());
    let (left, right) = (difference.baseline.unwrap(), difference.candidate.unwrap());
    assert!(left.starts_with("10 bytes, first difference at 7, hash "), "{left}");
    assert!(right.starts_with("11 bytes, first difference at 7, hash "), "{right}");
    assert!(!left.contains("secret"));
}

proptest! {
    #[test]
    fn a_difference_is_seen_from_both_sides(left in "[ab\n\r ]{0,12}", right in "[ab\n\r ]{0,12}") {
        let there = lines(&left, &right, &digester());
        let back = lines(&right, &left, &digester());
        prop_assert_eq!(there.is_some(), back.is_some());
        prop_assert!(left != right || there.is_none());
    }
}
