use super::*;

/// Entries a verdict leaves behind that changes every second of a day, from generation to generation.
fn recorded_in_a_day(generations: u64) -> u64 {
    let mut patience = Patience::default();
    let (mut last, mut recorded) = (None, 0);
    for second in 0..86_400 {
        let generation = second * generations / 86_400;
        if patience.generation != generation {
            last = None;
        }
        let verdict = if second % 2 == 0 { Verdict::Pass } else { Verdict::Inconclusive };
        let now = Time::from_micros(second * 1_000_000);
        if last != Some(verdict) && patience.allows(generation, last, verdict, now) {
            last = Some(verdict);
            recorded += 1;
        }
    }
    recorded
}

#[test]
fn a_verdict_that_comes_and_goes_does_not_fill_the_ledger() {
    assert_eq!(recorded_in_a_day(1), 304);
    assert!(recorded_in_a_day(6) < 400, "{}", recorded_in_a_day(6));
}

#[test]
fn a_first_pass_and_every_failure_are_told_at_once() {
    let mut patience = Patience::default();
    let now = Time::from_micros(1);
    assert!(patience.allows(1, None, Verdict::Pass, now));
    assert!(patience.allows(1, Some(Verdict::Pass), Verdict::Inconclusive, now));
    assert!(!patience.allows(1, Some(Verdict::Inconclusive), Verdict::Pass, now));
    assert!(patience.allows(1, Some(Verdict::Inconclusive), Verdict::Fail, now));
    assert!(patience.allows(2, Some(Verdict::Inconclusive), Verdict::Pass, now));
}
