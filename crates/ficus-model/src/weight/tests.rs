use proptest::prelude::*;

use super::*;

#[test]
fn reads_percentages_exactly() {
    assert_eq!("5%".parse::<Weight>().unwrap().ppm(), 50_000);
    assert_eq!("0.25%".parse::<Weight>().unwrap().ppm(), 2_500);
    assert_eq!("0.0001%".parse::<Weight>().unwrap().ppm(), 1);
    assert_eq!("100%".parse::<Weight>().unwrap(), Weight::FULL);
}

#[test]
fn refuses_what_is_no_share() {
    for (text, message) in [
        ("5", "`5` is not a percentage such as \"5%\" or \"0.25%\""),
        ("%", "`%` is not a percentage such as \"5%\" or \"0.25%\""),
        ("101%", "`101%` is outside 0% to 100%"),
        ("-1%", "`-1%` is outside 0% to 100%"),
        ("0.00001%", "`0.00001%` is finer than one part in a million"),
        ("99999999999%", "`99999999999%` is outside 0% to 100%"),
    ] {
        assert_eq!(text.parse::<Weight>().unwrap_err().to_string(), message);
    }
}

proptest! {
    #[test]
    fn text_round_trips(parts in 0u32..=1_000_000) {
        let weight = Weight::from_ppm(parts).unwrap();
        prop_assert_eq!(weight.to_string().parse::<Weight>().unwrap(), weight);
    }

    #[test]
    fn reading_never_panics(text in ".{0,12}") {
        let _outcome = text.parse::<Weight>();
    }
}
