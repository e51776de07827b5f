use super::*;

fn baseline() -> Histogram {
    let mut histogram = Histogram::default();
    (1..=100).for_each(|millis| histogram.record(Duration::from_millis(millis)));
    histogram
}

#[test]
fn too_few_observations_give_no_thresholds() {
    let mut thin = Histogram::default();
    (1..50).for_each(|millis| thin.record(Duration::from_millis(millis)));
    assert_eq!(Thresholds::of(&thin, None), None);
    thin.record(Duration::from_millis(50));
    assert!(Thresholds::of(&thin, None).is_some());
}

#[test]
fn the_candidate_is_granted_its_margin() {
    let thresholds = Thresholds::of(&baseline(), None).unwrap();
    let just_over_median = thresholds.micros[0].unwrap() + 1;
    assert_eq!(thresholds.crossed(just_over_median, Side::Monolith, 0.1), 0b001);
    assert_eq!(thresholds.crossed(just_over_median, Side::Service, 0.1), 0);
    assert_eq!(thresholds.crossed(just_over_median * 111 / 100, Side::Service, 0.1), 0b001);
}

#[test]
fn a_request_that_never_ends_crosses_every_level() {
    let thresholds = Thresholds::of(&baseline(), Some(Duration::from_millis(20))).unwrap();
    assert_eq!(thresholds.known(), 0b1111);
    assert_eq!(thresholds.crossed(u64::MAX, Side::Service, 0.1), 0b1111);
    assert_eq!(thresholds.crossed(21_000, Side::Monolith, 0.1), 0b1000);
}

#[test]
fn one_slow_level_is_evidence_and_none_is_not() {
    let mut evidence = ExceedanceE::slower(3);
    evidence.votes(2, 30, 30, 0.05);
    assert!(evidence.ln_e() > 100.0_f64.ln());
    let mut even = ExceedanceE::slower(3);
    even.votes(0, 50, 950, 0.05);
    even.votes(1, 10, 190, 0.05);
    even.votes(2, 1, 19, 0.05);
    assert!(even.ln_e() < 0.0);
}

#[test]
fn levels_that_do_not_exist_are_ignored() {
    let mut evidence = ExceedanceE::not_slower(3, 1.5);
    let before = evidence.clone();
    evidence.votes(7, 5, 5, 0.5);
    assert_eq!(evidence, before);
}
