use proptest::prelude::*;

use super::*;

fn apart(left: &str, right: &str) -> i128 {
    Timestamp::parse(left).unwrap().nanos - Timestamp::parse(right).unwrap().nanos
}

#[test]
fn counts_from_the_unix_epoch() {
    for (text, seconds) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2000-03-01T00:00:00+00:00", 951_868_800),
        ("2026-11-23T14:05:00Z", 1_795_442_700),
        ("1969-12-31T23:59:59Z", -1),
        ("2026-11-23T15:05:00+01:00", 1_795_442_700),
        ("2026-11-23T08:35:00-05:30", 1_795_442_700),
    ] {
        assert_eq!(Timestamp::parse(text).unwrap().nanos, seconds * 1_000_000_000, "{text}");
    }
}

#[test]
fn reads_the_fractions_go_writes() {
    assert_eq!(apart("2026-01-01T00:00:00.25Z", "2026-01-01T00:00:00Z"), 250_000_000);
    assert_eq!(apart("2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00Z"), 1);
    assert_eq!(apart("2026-01-01T00:00:00.1234567899Z", "2026-01-01T00:00:00Z"), 123_456_789);
}

#[test]
fn refuses_what_is_no_timestamp() {
    for text in [
        "",
        "2026-11-23",
        "14:05:00Z",
        "2026-11-23T14:05:00",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T14:60:00Z",
        "2026-11-23T14:05:00.Z",
        "2026-11-23T14:05:00+1:00",
        "2026-1-23T14:05:00Z",
        "Mon, 23 Nov 2026 14:05:00 GMT",
        "2026-11-23T14:05:00Zjunk",
        "ééééTéééééééé",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}

#[test]
fn nearness_is_symmetric_and_within_one_zone() {
    let at = |text: &str| Timestamp::parse(text).unwrap();
    let (one, other) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:02.000Z"));
    assert!(one.within(other, Duration::from_secs(2)) && other.within(one, Duration::from_secs(2)));
    assert!(!one.within(other, Duration::from_millis(1999)));
    let elsewhere = at("2026-01-01T01:00:00+01:00");
    assert!(!one.within(elsewhere, Duration::from_hours(1)));
}

proptest! {
    #[test]
    fn reading_never_panics(text in "[0-9TZ:.+\\- é]{0,30}") {
        let _read = Timestamp::parse(&text);
    }

    #[test]
    fn the_next_day_is_a_day_later(year in 1600i64..2400, month in 1i64..=12, day in 1i64..=27) {
        let date = |day: i64| format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        prop_assert_eq!(apart(&date(day + 1), &date(day)), i128::from(DAY_SECONDS) * 1_000_000_000);
    }
}
