use proptest::prelude::*;

use super::*;

fn same(left: &str, right: &str) -> bool {
    Number::new(left).canonical() == Number::new(right).canonical()
}

#[test]
fn spelling_does_not_matter_below_two_to_the_53() {
    for (left, right) in [
        ("1", "1.0"),
        ("1", "1e0"),
        ("100", "1E2"),
        ("0", "-0"),
        ("0", "-0.0"),
        ("0.5", "5e-1"),
        ("0.1", "0.1000000000000000055"),
        ("0", "1e-400"),
    ] {
        assert!(same(left, right), "{left} and {right}");
    }
}

#[test]
fn values_matter_everywhere() {
    for (left, right) in [
        ("1", "-1"),
        ("0.1", "0.2"),
        ("9007199254740992", "9007199254740993"),
        ("18446744073709551615", "-1"),
        ("18446744073709551615", "18446744073709551616"),
        ("1e400", "1e401"),
        ("1e400", "-1e400"),
        ("1e99999999999", "1e99999999998"),
    ] {
        assert!(!same(left, right), "{left} and {right}");
    }
}

#[test]
fn large_numbers_are_compared_by_exact_value() {
    for (left, right) in [
        ("1e20", "100000000000000000000"),
        ("1e20", "100000000000000000000.0"),
        ("9007199254740993", "9007199254740993.00"),
        ("1e400", "10e399"),
        ("123456789012345678901234567890", "1.2345678901234567890123456789e29"),
    ] {
        assert!(same(left, right), "{left} and {right}");
    }
}

proptest! {
    #[test]
    fn a_shifted_point_changes_nothing(digits in 1u64.., shift in 0u32..30) {
        let shifted = format!("{digits}{}e-{shift}", "0".repeat(shift as usize));
        prop_assert!(same(&digits.to_string(), &shifted));
    }

    #[test]
    fn a_double_read_back_is_itself(value in proptest::num::f64::NORMAL) {
        let (plain, scientific) = (format!("{value:?}"), format!("{value:e}"));
        prop_assert!(same(&plain, &scientific));
    }

    #[test]
    fn neighbours_differ(value in 0u64..u64::MAX) {
        prop_assert!(!same(&value.to_string(), &(value + 1).to_string()));
    }
}
