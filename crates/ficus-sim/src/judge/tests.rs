use super::*;

/// Runs per test: enough to see a broken judge, few enough for every build.
const RUNS: u64 = 40;

fn short(scenario: Scenario) -> Scenario {
    Scenario { seconds: 1_200, requests_per_second: 20.0, ..scenario }
}

fn alarms(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.alarm.is_some()).count()
}

#[test]
fn healthy_rollouts_raise_no_alarm() {
    for scenario in Scenario::healthy() {
        let outcomes = run(&short(scenario.clone()), 1, RUNS);
        // At 1 % each, two of forty happen once in seventeen such tests; these seeds are fixed.
        assert!(alarms(&outcomes) <= 1, "{}: {}", scenario.name, alarms(&outcomes));
    }
}

#[test]
fn rivals_cry_wolf_on_the_same_rollouts() {
    let outcomes = run(&short(Scenario::ramp()), 1, RUNS);
    let cried = |cry: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| cry(outcome)).count();
    assert!(cried(|outcome| outcome.z_test.is_some()) > 10);
    assert!(cried(|outcome| outcome.threshold.is_some()) > 20);
}

#[test]
fn five_times_the_errors_are_found_within_ten_minutes() {
    let scenario = Scenario { seconds: 600, ..Scenario::failing("5×", 5.0) };
    let outcomes = run(&scenario, 2, RUNS);
    assert!(alarms(&outcomes) >= outcomes.len() - 1);
    assert!(
        outcomes.iter().flat_map(|outcome| outcome.alarm).all(|alarm| alarm.gate == Gate::Errors)
    );
}

#[test]
fn a_slow_tail_is_found_as_latency() {
    let scenario = Scenario { seconds: 2_400, ..Scenario::slow_tail() };
    let outcomes = run(&scenario, 3, 10);
    assert!(alarms(&outcomes) >= 9, "{}", alarms(&outcomes));
    assert!(
        outcomes.iter().flat_map(|outcome| outcome.alarm).all(|alarm| alarm.gate == Gate::Latency)
    );
}

#[test]
fn equal_seeds_give_equal_rollouts() {
    let scenario = short(Scenario::sticky());
    assert_eq!(run(&scenario, 9, 3), run(&scenario, 9, 3));
    assert_ne!(run(&scenario, 9, 3), run(&scenario, 10, 3));
}

#[test]
fn the_weight_follows_the_steps() {
    let ramp = Scenario::ramp();
    let at = |share: f64| {
        ramp.weight(crate::judge::tests::seconds(share * ramp.seconds as f64)).to_string()
    };
    assert_eq!(
        [0.0, 0.2, 0.3, 0.6, 0.99].map(at),
        ["1.00%", "5.00%", "10.00%", "25.00%", "50.00%"]
    );
}

fn seconds(value: f64) -> u64 {
    Duration::from_secs_f64(value).as_secs()
}

#[test]
fn a_leak_grows_over_the_whole_length() {
    let leak = Scenario::leak();
    let at = |minutes: u64| leak.error_ratio_at(Duration::from_mins(minutes));
    assert!(
        (at(0) - 1.0).abs() < 1e-9 && (at(30) - 5.5).abs() < 1e-9 && (at(60) - 10.0).abs() < 1e-9
    );
}

#[test]
fn a_crowd_is_uneven_but_average_on_the_whole() {
    let crowd = Crowd::draw(&mut Random::new(4), 0.005);
    let mut random = Random::new(5);
    let picked = (0..200_000).map(|_| crowd.pick(random.bits())).collect::<Vec<_>>();
    let average = picked.iter().map(|user| user.error_factor).sum::<f64>() / 2e5;
    assert!((average - 1.0).abs() < 0.1, "{average}");
    let heavy = picked.iter().filter(|user| user.error_factor > 5.0).count();
    assert!((1_000..20_000).contains(&heavy), "{heavy}");
}
