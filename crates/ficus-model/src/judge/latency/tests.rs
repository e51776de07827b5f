use super::*;
use crate::judge::Judge;
use crate::judge::tests::{Traffic, batch, percent, routes, seconds, seen, settings, start};
use crate::observation::Outcome;
use crate::verdict::{Gate, Verdict};

/// Teaches the judge that the monolith answers within 1 to 100 ms.
fn taught(settings: &GateSettings) -> Judge {
    let mut judge = Judge::new(settings, routes(), start());
    let usual = |millis: u64| Observation {
        latency: Duration::from_millis(millis),
        ..seen(start(), Side::Monolith, percent("0%"))
    };
    judge.observe(&batch((1..=100).map(usual).collect()));
    let later = start().plus(settings.window);
    judge.observe(&batch(vec![seen(later, Side::Monolith, percent("0%"))]));
    judge
}

fn no_warm_up() -> GateSettings {
    GateSettings { warm_up: 0, ..settings() }
}

#[test]
fn traffic_before_the_rollout_teaches_what_is_usual() {
    let judge = taught(&settings());
    let thresholds = judge.evidence().latency.baselines[0].thresholds.unwrap();
    assert!((49_000..52_000).contains(&thresholds.micros[0].unwrap()));
    assert_eq!(judge.evidence().latency.baselines[1].thresholds, None);
    assert_eq!(judge.evidence().errors.whole, Sides::default());
}

#[test]
fn a_well_known_baseline_does_not_wait_for_the_first_window() {
    let mut judge = Judge::new(&settings(), routes(), start());
    judge.observe(&batch(vec![seen(start(), Side::Monolith, percent("0%")); 1_001]));
    assert!(judge.evidence().latency.baselines[0].thresholds.is_some());
}

#[test]
fn a_thin_window_goes_on_until_it_says_something() {
    let mut judge = Judge::new(&settings(), routes(), start());
    for second in 0..60 {
        let at = start().plus(seconds(second));
        judge.observe(&batch(vec![seen(at, Side::Monolith, percent("0%"))]));
        let known = judge.evidence().latency.baselines[0].thresholds.is_some();
        assert_eq!(known, second >= 50, "{second}");
    }
}

#[test]
fn streams_and_refusals_say_nothing_about_latency() {
    let mut judge = taught(&no_warm_up());
    let request = seen(start().plus(seconds(11)), Side::Service, percent("5%"));
    let slow = Observation { latency: seconds(60), ..request };
    judge.observe(&batch(vec![
        Observation { streamed: true, ..slow },
        Observation { outcome: Outcome::Shed, ..slow },
    ]));
    assert_eq!(judge.evidence().bins[0].timed, Sides::default());
    judge.observe(&batch(vec![slow]));
    assert_eq!(judge.evidence().bins[0].timed.service, 1);
}

#[test]
fn a_client_that_gives_up_on_a_hanging_service_still_votes() {
    let mut judge = taught(&no_warm_up());
    let request = seen(start().plus(seconds(11)), Side::Service, percent("5%"));
    let gone = Observation { outcome: Outcome::ClientGone, latency: seconds(3), ..request };
    judge.observe(&batch(vec![gone]));
    let bin = &judge.evidence().bins[0];
    assert!(bin.crossings[..3].iter().all(|signal| signal.worse.events.service == 1));
    assert_eq!(bin.answered, Sides::default());
}

#[test]
fn a_timeout_crosses_whatever_the_clock_says() {
    let mut judge = taught(&no_warm_up());
    let request = seen(start().plus(seconds(11)), Side::Service, percent("5%"));
    judge.observe(&batch(vec![Observation { outcome: Outcome::Timeout, ..request }]));
    assert_eq!(judge.evidence().bins[0].crossings[2].worse.events.service, 1);
}

#[test]
fn a_slow_route_does_not_excuse_a_fast_one() {
    let mut judge = taught(&no_warm_up());
    let later = start().plus(seconds(11));
    let other =
        Observation { route: 1, latency: seconds(9), ..seen(later, Side::Monolith, percent("0%")) };
    judge.observe(&batch(vec![other; 1_001]));
    let thresholds = |route: usize| judge.evidence().latency.baselines[route].thresholds.unwrap();
    assert!(thresholds(1).micros[0].unwrap() > 50 * thresholds(0).micros[0].unwrap());
}

#[test]
fn an_equal_service_passes_every_level_and_a_slow_tail_fails_one() {
    let mut traffic = Traffic::at("50%");
    traffic.run(400);
    for level in ["p50", "p90", "p99"] {
        let reading = traffic.reading(Gate::Latency, level);
        assert_eq!(reading.verdict, Verdict::Pass, "{reading:?}");
        assert!(reading.measured.value > 0.0 && reading.bound.value > reading.measured.value);
    }
}

#[test]
fn an_objective_is_one_more_level() {
    let settings =
        GateSettings { latency_objective: Some(Duration::from_millis(30)), ..settings() };
    let mut traffic = Traffic::judged_by(&settings, "50%");
    traffic.run(30);
    let reading = traffic.reading(Gate::Latency, "objective");
    assert!((reading.bound.value - 0.030).abs() < 1e-9, "{reading:?}");
}

/// Nobody misses a lenient objective, so there is nothing to compare: the service's own share must suffice.
#[test]
fn an_objective_nobody_misses_is_proven_by_the_services_own_share() {
    let settings = GateSettings { latency_objective: Some(seconds(1)), ..settings() };
    let mut traffic = Traffic::judged_by(&settings, "50%");
    traffic.run(60);
    let waiting = traffic.reading(Gate::Latency, "objective");
    assert!(waiting.needed.is_some_and(|needed| (1_000..1_500).contains(&needed)), "{waiting:?}");
    traffic.run(30);
    let proven = traffic.reading(Gate::Latency, "objective");
    assert_eq!(proven.verdict, Verdict::Pass);
    assert!(proven.reason.starts_with("0 of 4,"), "{}", proven.reason);
}

#[test]
fn what_is_missing_is_said_in_words() {
    let mut traffic = Traffic::at("50%");
    assert!(traffic.reading(Gate::Latency, "p99").reason.contains("has not answered anybody"));
    traffic.per_second = 20;
    traffic.run(2);
    let reason = traffic.reading(Gate::Latency, "p99").reason;
    assert!(reason.contains("is not known yet"), "{reason}");
    traffic.per_second = 100;
    let reading = {
        traffic.run(20);
        traffic.reading(Gate::Latency, "p99")
    };
    assert!(reading.needed.is_some() && reading.wait.is_some(), "{reading:?}");
    assert!(reading.reason.contains("more requests to the service"), "{}", reading.reason);
}

#[test]
fn without_a_holdback_there_is_nothing_to_compare_with() {
    let mut traffic = Traffic::at("100%");
    traffic.run(30);
    let reading = traffic.reading(Gate::Latency, "p50");
    assert_eq!(reading.verdict, Verdict::Inconclusive);
    assert!(reading.reason.contains("keep a holdback"), "{}", reading.reason);
}
