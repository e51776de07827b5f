use super::{capitalised, clock, day, grouped, latency, moment, percent, sentence, share, span};

#[test]
fn thousands_are_grouped() {
    let shown = ["7", "999", "1000", "1234567"].map(grouped);
    assert_eq!(shown, ["7", "999", "1,000", "1,234,567"]);
}

#[test]
fn times_are_utc_and_what_is_none_stays() {
    let time = "2026-11-23T14:28:05.25+02:00";
    assert_eq!(moment(time), "23 Nov 12:28:05");
    assert_eq!((clock(time).as_str(), day(time).as_str()), ("12:28:05", "23 Nov 2026"));
    assert_eq!(moment("never"), "never");
}

#[test]
fn spans_have_the_unit_people_would_choose() {
    let shown = [0.2, 89.0, 240.0, 5400.0, 259_200.0].map(span);
    assert_eq!(shown, ["1 s", "89 s", "4 min", "1.5 h", "3 days"]);
}

#[test]
fn latencies_keep_three_digits() {
    let shown = [0.0042, 0.042, 0.42, 4.2].map(latency);
    assert_eq!(shown, ["4.20 ms", "42.0 ms", "420 ms", "4.20 s"]);
}

#[test]
fn a_small_share_never_reads_as_none() {
    let shown = [share(0, 9), share(1, 1_000_000_000), share(1, 1000), share(1, 3), share(1, 0)];
    assert_eq!(shown, ["0%", "<0.001%", "0.10%", "33.3%", "–"]);
    assert_eq!(percent(0.000_5), "0.050%");
}

#[test]
fn fragments_become_sentences() {
    assert_eq!(sentence("it failed"), "It failed.");
    assert_eq!(sentence("Why?"), "Why?");
    assert_eq!(capitalised(""), "");
}
