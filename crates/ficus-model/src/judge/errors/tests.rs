use super::*;
use crate::judge::tests::{Traffic, settings};

#[test]
fn a_service_that_never_fails_passes_by_the_absolute_bound() {
    let mut traffic = Traffic::at("50%");
    traffic.run(60);
    let waiting = traffic.reading(Gate::Errors, "all");
    assert_eq!(waiting.verdict, Verdict::Inconclusive);
    let needed = waiting.needed.unwrap();
    assert!((1_000..1_500).contains(&needed), "{needed}");
    assert!(waiting.wait.unwrap().as_secs().abs_diff(needed / 50) <= 5, "{:?}", waiting.wait);
    traffic.run(30);
    let proven = traffic.reading(Gate::Errors, "all");
    assert_eq!(proven.verdict, Verdict::Pass);
    assert!(
        proven.reason.starts_with("the service's error rate is proven below 0.100%: 0 of 4,"),
        "{}",
        proven.reason
    );
}

#[test]
fn an_equally_failing_service_passes_by_the_ratio() {
    let mut traffic = Traffic::at("50%");
    traffic.monolith_bad = 0.02;
    traffic.service_bad = 0.02;
    traffic.run(400);
    let proven = traffic.reading(Gate::Errors, "all");
    assert_eq!(proven.verdict, Verdict::Pass, "{proven:?}");
    assert!(
        proven.reason.starts_with("the error ratio is proven below 1.50×"),
        "{}",
        proven.reason
    );
}

#[test]
fn the_forecast_is_of_the_right_size() {
    let mut traffic = Traffic::at("50%");
    traffic.monolith_bad = 0.02;
    traffic.service_bad = 0.02;
    traffic.run(30);
    let forecast = traffic.reading(Gate::Errors, "all").needed.unwrap();
    let mut actual = 0;
    while traffic.reading(Gate::Errors, "all").verdict == Verdict::Inconclusive {
        traffic.run(1);
        actual += 50;
    }
    assert!((forecast / 6..forecast * 6).contains(&actual), "forecast {forecast}, took {actual}");
}

#[test]
fn a_hopeless_ratio_says_so() {
    let mut traffic = Traffic::at("50%");
    traffic.monolith_bad = 0.05;
    traffic.service_bad = 0.10;
    traffic.run(40);
    let reading = traffic.reading(Gate::Errors, "all");
    assert_eq!(reading.needed, None, "{reading:?}");
}

#[test]
fn blame_names_the_route() {
    let mut errors = Errors::new(&settings(), 2);
    errors.routes[0].service = Tally { total: 100, bad: 1 };
    errors.routes[1].service = Tally { total: 50, bad: 30 };
    let routes = crate::judge::tests::routes();
    let text = errors.blame(&settings(), &routes);
    assert!(text.ends_with("most on GET /api/quotes/{id}"), "{text}");
}

#[test]
fn a_bin_with_one_side_only_is_no_evidence() {
    let mut errors = Errors::new(&settings(), 1);
    let mut bin = Bin::default();
    bin.answered.service = 10;
    bin.errors.worse.events.service = 10;
    let before = errors.worse.ln_e();
    errors.score(&bin, true);
    assert!((errors.worse.ln_e() - before).abs() < 1e-12);
}
