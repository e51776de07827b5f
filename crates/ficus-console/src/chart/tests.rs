use ficus_control::wire::{
    ArmView, CoverageView, QuantityView, ReadingView, SampleView, VerdictView,
};
use ficus_model::Weight;
use proptest::prelude::*;

use super::{COLUMNS_MAX, bad_share, bar, gauge, merge_arm, merged, nice_top, parts, plots};
use crate::pages::seed;

fn arm(requests: u64, bad: u64, latency: Option<f64>) -> ArmView {
    ArmView { requests, bad, p50: latency, p90: latency, p99: latency }
}

fn sample(second: u32, monolith: ArmView, service: ArmView) -> SampleView {
    SampleView {
        at: format!("2026-11-23T14:{:02}:{:02}Z", second / 60, second % 60),
        seconds: 1.0,
        weight: Weight::ZERO.into(),
        monolith,
        service,
    }
}

fn reading(measured: Option<f64>, bound: Option<f64>) -> ReadingView {
    let quantity = |value| QuantityView { value, unit: "share".into(), text: String::new() };
    ReadingView {
        gate: "parity".into(),
        subject: "all".into(),
        verdict: VerdictView::Pass,
        measured: quantity(measured),
        bound: quantity(bound),
        samples: 0,
        needed: None,
        wait_seconds: None,
        reason: String::new(),
    }
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert!(plots(&[]).is_empty());
    assert!(plots(&[sample(0, arm(0, 0, None), arm(0, 0, None))]).is_empty());
}

#[test]
fn a_line_breaks_where_an_arm_had_no_request() {
    let samples = [
        sample(1, arm(5, 0, Some(0.01)), arm(1, 0, Some(0.01))),
        sample(2, arm(5, 0, Some(0.01)), arm(0, 0, None)),
        sample(3, arm(5, 0, Some(0.01)), arm(1, 0, Some(0.02))),
    ];
    let latency = plots(&samples).into_iter().find(|plot| plot.title == "Median latency");
    let lines = latency.expect("drawn").lines;
    assert_eq!(lines[0].path.matches('M').count(), 1);
    assert_eq!(lines[1].path.matches('M').count(), 2);
    assert_eq!(lines[1].class, "service");
}

#[test]
fn every_plot_says_its_newest_values_in_words() {
    let all = plots(&seed::boundary().samples);
    let summaries: Vec<_> = all.iter().map(|plot| plot.summary.as_str()).collect();
    expect_test::expect![[r#"
        [
            "Weight, 13:00:15 to 13:59:45. Newest: 10.00% on the service.",
            "Bad answers, 13:00:15 to 13:59:45. Newest: monolith 0.33%, service 3.0%.",
            "Median latency, 13:00:15 to 13:59:45. Newest: monolith 12.6 ms, service 14.8 ms.",
            "99th percentile, 13:00:15 to 13:59:45. Newest: monolith 41.9 ms, service 52.9 ms.",
        ]
    "#]]
    .assert_debug_eq(&summaries);
}

#[test]
fn merging_keeps_counts_and_weighs_latencies() {
    let arms = [arm(9, 1, Some(0.01)), arm(1, 1, Some(0.11)), arm(0, 0, None)];
    let all = merge_arm(arms.iter());
    assert_eq!((all.requests, all.bad), (10, 2));
    assert!((all.p50.expect("two had one") - 0.02).abs() < 1e-12);
    assert_eq!(bad_share(&all), Some(0.2));
    assert_eq!(bad_share(&arms[2]), None);
}

#[test]
fn scales_end_at_a_round_number() {
    for (value, top) in [(0.011, 0.02), (0.02, 0.02), (3.1, 5.0), (7.0, 10.0)] {
        assert!((nice_top(value) - top).abs() < 1e-9, "{value}");
    }
}

#[test]
fn a_gauge_needs_two_numbers() {
    assert_eq!(gauge(&reading(None, Some(1.0))), "");
    assert_eq!(gauge(&reading(Some(0.0), Some(0.0))), "");
    let drawn = gauge(&reading(Some(2.0), Some(1.0)));
    assert!(drawn.contains(r#"class="gauge-fill" y="3" width="80""#), "{drawn}");
    assert!(drawn.contains(r#"class="gauge-bound" x="40""#), "{drawn}");
}

#[test]
fn a_bar_is_as_long_as_the_weight() {
    assert!(bar(&50_000).contains(r#"class="bar-fill" width="5""#));
    assert!(bar(&1_000_000).contains(r#"class="bar-fill" width="100""#));
}

#[test]
fn coverage_leaves_out_what_did_not_happen() {
    let coverage = CoverageView {
        eligible: 4,
        compared: 4,
        matched: 3,
        ignored: 0,
        mismatched: 1,
        share: Some(1.0),
        text: "100%".into(),
        uncompared: Vec::new(),
    };
    let drawn = parts(&coverage);
    assert!(drawn.contains(r#"class="part matched" x="0" width="75""#), "{drawn}");
    assert!(!drawn.contains("ignored"));
}

proptest! {
    #[test]
    fn whatever_was_sampled_stays_inside_the_picture(
        arms in proptest::collection::vec((0_u64..1000, 0_u64..50, proptest::option::of(0.0_f64..1e3)), 1..400)
    ) {
        let samples: Vec<_> = (0..).zip(&arms).map(|(second, (requests, bad, latency))| {
            sample(second, arm(*requests, *bad, *latency), arm(0, 0, None))
        }).collect();
        prop_assert!(merged(&samples).len() <= COLUMNS_MAX);
        for plot in plots(&samples) {
            for line in &plot.lines {
                prop_assert!(!line.path.contains("NaN") && !line.path.contains("inf"));
                if let Some((x, y)) = line.end {
                    prop_assert!((0.0..=plot.width).contains(&x) && (0.0..=plot.height).contains(&y));
                }
            }
        }
    }
}
