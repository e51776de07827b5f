use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use expect_test::expect_file;
use ficus_model::Side;
use ficus_model::observation::Outcome;

use super::format::Text;
use super::*;
use crate::fixture::{bound_to, core, first_lane, in_canary, percent, placed, rollout};
use crate::refusal::Refusal;

fn scraped() -> String {
    let (controls, _) = bound_to(in_canary(placed("quotes", &["GET /a"]), percent(5), rollout(1)));
    let (core, lane) = (core(&controls), first_lane(&controls));
    let counters = lane.live.counters[0].side(Side::Service);
    counters.record(Outcome::Answered(200), Duration::from_millis(2), false);
    counters.record(Outcome::Answered(503), Duration::from_secs(100), false);
    counters.record(Outcome::Answered(200), Duration::from_secs(3), true);
    counters.record(Outcome::Timeout, Duration::from_secs(1), false);
    lane.ceiling.close();
    counters.retries.add(1);
    core.counts.add(Count::Upgraded);
    core.counts.refused(Refusal::Framing);
    controls.metrics_text()
}

fn has(text: &str, line: &str) {
    assert!(text.lines().any(|given| given == line), "no `{line}` in\n{text}");
}

#[test]
fn numbers_are_shown_by_boundary_and_side() {
    let text = scraped();
    for line in [
        r#"ficus_requests_total{boundary="quotes",side="service",outcome="2xx"} 2"#,
        r#"ficus_requests_total{boundary="quotes",side="service",outcome="5xx"} 1"#,
        r#"ficus_requests_total{boundary="quotes",side="service",outcome="timeout"} 1"#,
        r#"ficus_requests_total{boundary="-",side="monolith",outcome="2xx"} 0"#,
        r#"ficus_request_duration_seconds_bucket{boundary="quotes",side="service",le="0.001"} 0"#,
        r#"ficus_request_duration_seconds_bucket{boundary="quotes",side="service",le="0.0025"} 1"#,
        r#"ficus_request_duration_seconds_bucket{boundary="quotes",side="service",le="60"} 1"#,
        r#"ficus_request_duration_seconds_bucket{boundary="quotes",side="service",le="+Inf"} 2"#,
        r#"ficus_request_duration_seconds_sum{boundary="quotes",side="service"} 100.002"#,
        r#"ficus_request_duration_seconds_count{boundary="quotes",side="service"} 2"#,
        r#"ficus_weight_ratio{boundary="quotes"} 0"#,
        r#"ficus_weight_ceiling_ratio{boundary="quotes"} 0"#,
        r#"ficus_mirror_ratio{boundary="quotes"} 1"#,
        r#"ficus_mirror_uncompared_total{boundary="quotes",reason="unsafe"} 0"#,
        r#"ficus_refusals_total{reason="framing"} 1"#,
        r#"ficus_retries_total{boundary="quotes",side="service"} 1"#,
        r#"ficus_upstream_ejections_total{boundary="quotes",side="service"} 0"#,
        "ficus_upgrades_total 1",
        "ficus_table_generation 1",
    ] {
        has(&text, line);
    }
}

#[test]
fn the_text_holds_to_its_format_and_to_the_list() {
    let text = scraped();
    let mut kinds = BTreeMap::new();
    let mut family = "";
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a kind");
            assert!(kinds.insert(name, kind).is_none(), "{name} begins twice");
            family = name;
        } else if !line.starts_with("# HELP ") {
            assert!(line.starts_with(family), "`{line}` is out of its family {family}");
            let (_, number) = line.rsplit_once(' ').expect("a number");
            assert!(number.parse::<f64>().is_ok(), "{line}");
        }
    }
    let listed: BTreeMap<&str, &str> =
        all().map(|metric| (metric.name, metric.kind.as_str())).collect();
    assert_eq!(kinds, listed, "what is shown is what is listed");
}

#[test]
fn names_follow_the_conventions() {
    let mut names = BTreeSet::new();
    for metric in all() {
        let Metric { name, kind, help, labels } = metric;
        assert!(names.insert(name), "{name} is listed twice");
        assert!(name.starts_with("ficus_"), "{name}");
        assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
        assert_eq!(name.ends_with("_seconds"), kind == Kind::Histogram, "{name}");
        assert!(help.ends_with('.') && !help.contains('|') && !help.contains('\n'), "{name}");
        assert!(labels.iter().all(|label| label.bytes().all(|byte| byte.is_ascii_lowercase())));
    }
}

#[test]
fn labels_are_escaped() {
    let mut text = Text::default();
    text.family(&ELIGIBLE).sample(&["a\"b\\c\nd"], 1);
    has(&text.finish(), r#"ficus_mirror_eligible_total{boundary="a\"b\\c\nd"} 1"#);
}

#[test]
fn the_reference_page_is_fresh() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/metrics.md");
    expect_file![page].assert_eq(&reference());
}
