use super::*;
use crate::judge::tests::{seconds, start};

#[test]
fn counts_are_grouped_by_thousands() {
    for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(grouped(count), text);
    }
}

#[test]
fn spans_are_said_as_people_say_them() {
    for (span, text) in [
        (0, "about 1 s"),
        (45, "about 45 s"),
        (300, "about 5 min"),
        (10_800, "about 3 h"),
        (200_000, "about 3 days"),
    ] {
        assert_eq!(about(seconds(span)), text);
    }
}

#[test]
fn latencies_are_said_in_their_own_unit() {
    assert_eq!(
        [latency(850), latency(12_345), latency(1_200_000)],
        ["850 µs", "12.3 ms", "1.20 s"]
    );
}

#[test]
fn the_wait_follows_the_rate_seen_so_far() {
    let forecast = Forecast { since: start(), now: start().plus(seconds(60)), weight: 0.05 };
    assert_eq!(forecast.wait(300, 150), Some(seconds(120)));
    assert_eq!(forecast.wait(300, 0), None);
    assert_eq!(forecast.words(300, 150), "about 300 more requests to the service, about 2 min");
    let just_started = Forecast { now: start(), ..forecast };
    assert_eq!(just_started.words(1_500, 150), "about 1,500 more requests to the service");
}

#[test]
fn a_few_events_hardly_move_the_forecast() {
    let close = |actual: f64, expected: f64| assert!((actual - expected).abs() < 0.01, "{actual}");
    close(likely_ratio(0, 0.0), 1.0);
    close(likely_ratio(2, 0.1), 1.37);
    close(likely_ratio(500, 100.0), 4.81);
}
