//! Boundaries and snapshots as tests need them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ficus_gateway::GatewayControls;
use ficus_model::assignment::KeySource;
use ficus_model::boundary::{Boundary, GateSettings, Limits, Shadow, Upstream};
use ficus_model::rollout::{RolloutId, Stage};
use ficus_model::snapshot::Placed;
use ficus_model::{Desired, Side, Snapshot, Weight};

use crate::world::DEADLINE;

/// A share of so many percent.
pub(crate) fn percent(percent: u32) -> Weight {
    Weight::from_ppm(percent * 10_000).unwrap()
}

/// The boundary `quotes` at Shadow, all of it mirrored; reads and `POST /api/price` are safe.
pub(crate) fn quotes(service: Upstream) -> Placed {
    let routes = ["GET /api/rates", "GET /api/quotes/{id}", "POST /api/quotes", "POST /api/price"];
    let patterns =
        |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
    let safe = patterns(&["GET *", "POST /api/price"]);
    let boundary = Boundary {
        name: "quotes".parse().unwrap(),
        owner: "team-pricing".to_owned(),
        surface: patterns(&routes),
        service,
        language: "rust".to_owned(),
        shadow: Shadow { safe, ..Shadow::default() },
        steps: Vec::new(),
        holdback: Weight::ZERO,
        primary_bake: Duration::ZERO,
        gates: GateSettings { warm_up: 0, ..GateSettings::default() },
        limits: Limits { ejection_failures: u32::MAX, ..Limits::default() },
        key: KeySource { subject: None, session_cookie: Some("session".to_owned()) },
    };
    let desired = Desired {
        generation: 1,
        stage: Stage::Shadow,
        weight: Weight::ZERO,
        mirror: Weight::FULL,
        rollout: None,
        writer: Side::Monolith,
    };
    Placed { boundary, desired }
}

/// The boundary in a canary without a mirror.
pub(crate) fn canary(service: Upstream, weight: Weight) -> Placed {
    let mut placed = quotes(service);
    placed.desired.stage = Stage::Canary;
    placed.desired.weight = weight;
    placed.desired.mirror = Weight::ZERO;
    placed.desired.rollout = Some(RolloutId([1; 16]));
    placed
}

/// A table with one boundary.
pub(crate) fn table(generation: u64, monolith: Upstream, placed: Placed) -> Snapshot {
    Snapshot { generation, monolith, boundaries: vec![placed] }
}

/// The samples of one metric by their labels, as the metrics text has them.
fn samples(controls: &GatewayControls, metric: &str) -> BTreeMap<String, String> {
    let text = controls.metrics_text();
    let sample = |line: &str| {
        let rest = line.strip_prefix(metric)?;
        let (labels, number) = rest.rsplit_once(' ')?;
        (labels.is_empty() || labels.starts_with('{'))
            .then(|| (labels.to_owned(), number.to_owned()))
    };
    text.lines().filter_map(sample).collect()
}

/// The sum of the samples whose labels contain a text.
pub(crate) fn sample(controls: &GatewayControls, metric: &str, label: &str) -> f64 {
    let samples = samples(controls, metric);
    let fitting = samples.iter().filter(|(labels, _)| labels.contains(label));
    fitting.map(|(_, number)| number.parse::<f64>().unwrap()).sum()
}

/// The same of a metric that counts.
pub(crate) fn count(controls: &GatewayControls, metric: &str, label: &str) -> u64 {
    let samples = samples(controls, metric);
    let fitting = samples.iter().filter(|(labels, _)| labels.contains(label));
    fitting.map(|(_, number)| number.parse::<u64>().unwrap()).sum()
}

/// What became of the eligible requests, without zeros: reasons and results.
fn coverage(controls: &GatewayControls) -> BTreeMap<String, u64> {
    let word = |labels: &str| labels.rsplit('"').nth(1).unwrap().to_owned();
    let parts = ["ficus_mirror_uncompared_total", "ficus_comparisons_total"];
    let samples = parts.iter().flat_map(|metric| samples(controls, metric));
    let counted = samples.map(|(labels, number)| (word(&labels), number.parse().unwrap()));
    counted.filter(|(_, count)| *count > 0).collect()
}

/// Waits until every one of so many eligible requests is accounted for, and says how.
pub(crate) fn accounted(controls: &GatewayControls, eligible: u64) -> BTreeMap<String, u64> {
    wait("every eligible request to be accounted for", || {
        coverage(controls).values().sum::<u64>() >= eligible
    });
    let coverage = coverage(controls);
    assert_eq!(coverage.values().sum::<u64>(), eligible, "once each: {coverage:?}");
    assert_eq!(count(controls, "ficus_mirror_eligible_total", "quotes"), eligible);
    coverage
}

/// The one way in which every eligible request ended.
pub(crate) fn all_ended(controls: &GatewayControls, eligible: u64, how: &str) {
    assert_eq!(accounted(controls, eligible), [(how.to_owned(), eligible)].into());
}

/// Waits for something that other threads bring about.
pub(crate) fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::yield_now();
    }
}
