use proptest::prelude::*;

use super::*;

#[test]
fn a_key_keeps_its_marks_until_they_are_taken_off() {
    let mut keys = Keys::default();
    assert_eq!(keys.marks(7), Some(0));
    keys.mark(7, 1);
    keys.mark(7, 2);
    keys.mark(8, 2);
    assert_eq!((keys.marks(7), keys.marks(8)), (Some(3), Some(2)));
    keys.unmark(2);
    assert_eq!((keys.marks(7), keys.marks(8)), (Some(1), Some(0)));
    assert_eq!(keys.marks.len(), 1);
}

#[test]
fn nothing_to_remember_takes_no_room() {
    let mut keys = Keys::default();
    keys.mark(7, 0);
    assert_eq!(keys, Keys::default());
}

#[test]
fn a_full_table_halves_the_sample_and_never_admits_the_others_again() {
    let mut keys = Keys::default();
    let all = 0..KEYS_MAX as u64 + 1;
    all.clone().for_each(|key| keys.mark(key, 1));
    assert_eq!(keys.halvings, 1);
    let left = keys.marks.len();
    assert!((KEYS_MAX * 9 / 20..KEYS_MAX * 11 / 20).contains(&left), "{left}");
    let gone = all.filter(|key| keys.marks(*key).is_none()).collect::<Vec<_>>();
    assert_eq!(gone.len() + left, KEYS_MAX + 1);
    gone.iter().for_each(|key| keys.mark(*key, 1));
    assert_eq!(keys.marks.len(), left);
}

#[test]
fn being_in_the_sample_says_nothing_about_the_side() {
    // The side is chosen by the leading bits of the same hash.
    let admitted =
        (0..10_000_u64).map(|index| index << 50).filter(|key| mix(*key).leading_zeros() >= 1);
    let low = admitted.clone().filter(|key| *key < 5_000 << 50).count();
    let all = admitted.count();
    assert!((all * 47 / 100..all * 53 / 100).contains(&low), "{low} of {all}");
}

proptest! {
    #[test]
    fn marks_of_different_bits_do_not_disturb_each_other(first in any::<u8>(), second in any::<u8>(), key in any::<u64>()) {
        let mut keys = Keys::default();
        keys.mark(key, first);
        keys.mark(key, second);
        prop_assert_eq!(keys.marks(key), Some(first | second));
        keys.unmark(second);
        prop_assert_eq!(keys.marks(key), Some(first & !second));
    }
}
