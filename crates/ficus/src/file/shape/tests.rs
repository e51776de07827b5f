use proptest::prelude::*;

use super::*;

fn read<T: Shape>(text: &str) -> Result<T, String> {
    let value = DeValue::parse(text).expect("TOML");
    T::read(value.get_ref())
}

fn survives<T: Shape + PartialEq + std::fmt::Debug>(value: &T) {
    let text = value.write();
    assert_eq!(read::<T>(&text).as_ref(), Ok(value), "{text}");
}

#[test]
fn what_is_written_reads_back() {
    survives(&"a \"b\" \\ c".to_owned());
    survives(&Bytes(64 << 20));
    survives(&Bytes(1000));
    survives(&Weight::from_ppm(2_500).expect("a share"));
    survives(&Duration::from_millis(90_250));
    survives(&Instant(Time::from_micros(1_795_444_080_000_000)));
    survives(&Upstream { host: "::1".to_owned(), port: 9 });
    let tolerances = [
        Tolerance::Ignore,
        Tolerance::Absolute(0.5),
        Tolerance::Relative(0.01),
        Tolerance::TimeWithin(Duration::from_secs(5)),
        Tolerance::Unordered,
        Tolerance::SameType,
        Tolerance::EmptyIsNull,
    ];
    tolerances.iter().for_each(survives);
}

#[test]
fn durations_carry_their_units() {
    for (text, millis) in
        [("250ms", 250), ("1.5s", 1500), ("1h30m", 5_400_000), ("2d", 172_800_000)]
    {
        assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
    }
    for text in ["", "5", "s", "-1s", "1 year", "1e400s", "1..5s", "ms5"] {
        assert!(parse_duration(text).is_err(), "{text}");
    }
}

#[test]
fn numbers_are_what_they_look_like() {
    assert_eq!(read::<f64>("1"), Ok(1.0));
    assert_eq!(read::<u64>("0x10"), Ok(16));
    assert!(read::<f64>("inf").is_err());
    assert!(read::<u64>("-1").is_err());
    assert!(read::<u32>("5000000000").is_err());
    assert!(read::<f64>("\"1\"").is_err());
}

#[test]
fn sizes_know_both_families_of_units() {
    assert_eq!(read::<Bytes>("\"1MB\""), Ok(Bytes(1_000_000)));
    assert_eq!(read::<Bytes>("1048576"), Ok(Bytes(1 << 20)));
    for text in ["\"1\"", "\"MiB\"", "\"99999999999GiB\"", "true"] {
        assert!(read::<Bytes>(text).is_err(), "{text}");
    }
}

#[test]
fn a_tolerance_has_one_bound_and_none_below_zero() {
    assert_eq!(read::<Tolerance>("{ relative = \"1%\" }"), Ok(Tolerance::Relative(0.01)));
    assert_eq!(read::<Tolerance>("{ absolute = 2 }"), Ok(Tolerance::Absolute(2.0)));
    let within = Tolerance::TimeWithin(Duration::from_secs(5));
    assert_eq!(read::<Tolerance>("{ time-within = \"5s\" }"), Ok(within));
    for text in
        ["\"absolute -1\"", "\"absolute NaN\"", "\"relative 1\"", "\"within 5\"", "\"ignore 3\""]
    {
        assert!(read::<Tolerance>(text).is_err(), "{text}");
    }
    for text in ["{}", "{ absolute = -1 }", "{ absolute = 1, relative = 1 }", "\"loose\"", "7"] {
        assert!(read::<Tolerance>(text).is_err(), "{text}");
    }
}

#[test]
fn addresses_may_say_localhost() {
    let address: SocketAddr = read("\"localhost:80\"").expect("an address");
    assert_eq!(address.to_string(), "127.0.0.1:80");
    assert_eq!(parse_upstream("a.example").map(|upstream| upstream.port), Ok(80));
}

proptest! {
    #[test]
    fn every_duration_reads_back(micros in 0_u64..10_000_000_000_000) {
        let span = Duration::from_micros(micros);
        let read = parse_duration(&duration_text(span)).expect("its own text");
        prop_assert!(read.abs_diff(span) <= Duration::from_micros(1));
    }

    #[test]
    fn no_text_panics_a_parser(text in "\\PC{0,24}") {
        let readable = [
            parse_duration(&text).is_ok(),
            parse_upstream(&text).is_ok(),
            parse_instant(&text).is_ok(),
        ];
        prop_assert!(readable.iter().filter(|one| **one).count() <= 2);
    }
}
