use super::*;

fn tally(bad: u64, total: u64) -> Tally {
    Tally { total, bad }
}

#[test]
fn factors_are_the_workbook_s() {
    let factors = life_rules().map(|rule| rule.factor);
    for (actual, expected) in factors.into_iter().zip([14.4, 6.0, 3.0, 1.0]) {
        assert!((actual - expected).abs() < 1e-12, "{actual}");
    }
    assert_eq!(life_rules()[0].short, Duration::from_mins(5));
}

#[test]
fn rollout_windows_are_scoped_to_the_rollout() {
    let [fast, slow] = rollout_rules(0.02);
    assert_eq!((fast.long, fast.short), (Duration::from_mins(5), Duration::from_secs(25)));
    assert_eq!((slow.long, slow.short), (Duration::from_mins(30), Duration::from_secs(150)));
    assert!((slow.factor - 28.8).abs() < 1e-9);
}

#[test]
fn a_factor_beyond_all_errors_can_never_fire() {
    let [fast, slow] = rollout_rules(0.02);
    assert!(fast.satisfiable(0.999) && !fast.satisfiable(0.99));
    assert!(slow.satisfiable(0.99));
    assert!(!fast.fires(tally(100, 100), tally(100, 100), 0.99, 0.01));
}

/// https://github.com/pyrra-dev/pyrra/issues/1925: one error at low traffic must not page.
#[test]
fn one_error_at_low_traffic_does_not_fire() {
    let [_, slow] = rollout_rules(0.02);
    assert!(!slow.fires(tally(1, 3), tally(1, 1), 0.999, 0.01));
    assert!(slow.fires(tally(40, 200), tally(4, 20), 0.999, 0.01));
}

#[test]
fn the_rule_ends_with_the_trouble() {
    let [_, slow] = rollout_rules(0.02);
    assert!(!slow.fires(tally(40, 200), tally(0, 20), 0.999, 0.01));
    assert!(!slow.fires(tally(40, 200), tally(0, 0), 0.999, 0.01));
}

/// https://github.com/vonrobak/fedora-homelab-containers/issues/165: 90 % failing for days must not stay unseen.
#[test]
fn a_hardly_used_broken_service_is_found_by_counts() {
    assert!(sustained(tally(10, 11), 0.999));
    assert!(!sustained(tally(9, 10), 0.999));
    assert!(!sustained(tally(10, 10_000), 0.999));
}

#[test]
fn the_price_is_the_excess_over_the_baseline() {
    let price = Price::of(tally(50, 1000), tally(100, 20_000), 0.005, 0.01);
    assert!((price.estimate - 45.0).abs() < 1e-9);
    assert!(price.lower > 10.0 && price.lower < 45.0 && price.upper > 45.0);
    let free = Price::of(tally(0, 1000), tally(100, 20_000), 0.005, 0.01);
    assert_eq!((free.lower, free.estimate), (0.0, 0.0));
}

#[test]
fn a_trail_forgets_what_is_old_and_bears_a_clock_that_jumps_back() {
    let mut trail = Trail::new(5, 6);
    trail.record(100, tally(1, 10));
    trail.record(103, tally(0, 10));
    trail.record(7, tally(0, 1));
    assert_eq!(trail.over(104, Duration::from_secs(5)), tally(1, 21));
    trail.record(110, tally(0, 5));
    assert_eq!(trail.over(110, Duration::from_secs(5)), tally(0, 5));
    assert_eq!(trail.over(110, Duration::from_secs(15)), tally(1, 26));
    trail.record(500, tally(2, 2));
    assert_eq!(trail.slots.len(), 1);
    assert_eq!(trail.over(600, Duration::from_secs(30)), tally(0, 0));
}
