use super::*;

#[test]
fn times_are_written_as_people_and_machines_read_them() {
    let cases = [
        (0, "1970-01-01T00:00:00.000000Z"),
        (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
        (951_868_799_999_999, "2000-02-29T23:59:59.999999Z"),
        (1_709_210_096_000_000, "2024-02-29T12:34:56.000000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
    ];
    for (micros, text) in cases {
        assert_eq!(rfc3339(Time::from_micros(micros)), text);
    }
}

#[test]
fn the_clock_is_past_the_day_this_was_written() {
    assert!(now() > Time::from_micros(1_700_000_000_000_000));
}
