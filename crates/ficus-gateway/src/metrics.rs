//! What the gateway counts, by name, and how it is written for Prometheus.
//!
//! [`ALL`] is the one list: the text format, the reference page (`docs/reference/metrics.md`) and its test come from it.
//! Live requests are counted per boundary and side, never per path, so that the number of series is bounded by the
//! configuration. What no boundary claims has the boundary `-`.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use ficus_model::comparison::Uncompared;
use ficus_model::{Side, Weight};

use crate::core::Shared;
use crate::counters::{Ended, SideCounters};
use crate::counts::Count;
use crate::coverage::CompareResult;
use crate::histogram::Merged;
use crate::lane::{Lane, Live};
use crate::refusal::Refusal;

mod text;

use text::Text;

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// What it says, in one sentence.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
}

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows while the process lives.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by upper bound, with sum and count.
    Histogram,
}

impl Kind {
    /// The word of the text format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, help, labels }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, help, labels }
}

const REQUESTS: Metric = counter(
    "ficus_requests_total",
    &["boundary", "side", "outcome"],
    "Live requests that have ended, by the class of their status or by how they failed.",
);
const DURATION: Metric = Metric {
    name: "ficus_request_duration_seconds",
    kind: Kind::Histogram,
    help: "From the complete request head to the end of the answer, of answered requests that are \
           no streams.",
    labels: &["boundary", "side"],
};
const IN_FLIGHT: Metric =
    gauge("ficus_requests_in_flight", &["boundary", "side"], "Live requests under way.");
const EJECTED: Metric = gauge(
    "ficus_upstream_ejected",
    &["boundary", "side"],
    "1 while requests are turned away from a side because it failed too often in a row.",
);
const RETRIES: Metric = counter(
    "ficus_retries_total",
    &["boundary", "side"],
    "Live requests sent a second time, on a fresh connection to the same side.",
);
const EJECTIONS: Metric = counter(
    "ficus_upstream_ejections_total",
    &["boundary", "side"],
    "Times a side was left alone for a while because it failed too often in a row.",
);
const WEIGHT: Metric = gauge(
    "ficus_weight_ratio",
    &["boundary"],
    "The service's share of live traffic, as applied: what is wanted, under the local ceiling.",
);
const CEILING: Metric = gauge(
    "ficus_weight_ceiling_ratio",
    &["boundary"],
    "The most the gateway itself allows of the running rollout; 0 after a local abort.",
);
const ABORTS: Metric = counter(
    "ficus_local_aborts_total",
    &["boundary"],
    "Rollouts the gateway has taken to weight zero by itself.",
);
const MIRROR: Metric = gauge(
    "ficus_mirror_ratio",
    &["boundary"],
    "Share of the safe requests that is copied to the service.",
);
const ELIGIBLE: Metric = counter(
    "ficus_mirror_eligible_total",
    &["boundary"],
    "Requests of a boundary whose mirror is on. All of them end up compared or uncompared.",
);
const UNCOMPARED: Metric = counter(
    "ficus_mirror_uncompared_total",
    &["boundary", "reason"],
    "Eligible requests that were not compared, by reason.",
);
const COMPARISONS: Metric = counter(
    "ficus_comparisons_total",
    &["boundary", "result"],
    "Eligible requests whose two answers were compared, by result.",
);
const COPIES: Metric =
    gauge("ficus_mirror_copies_in_flight", &["boundary"], "Copies under way or waiting.");
const HELD: Metric =
    gauge("ficus_mirror_held_bytes", &[], "Bytes of requests and answers that copies hold.");
const REFUSALS: Metric = counter(
    "ficus_refusals_total",
    &["reason"],
    "Answers of the gateway's own, by reason; framing rejects are among them.",
);
const AMBIGUOUS: Metric = counter(
    "ficus_ambiguous_paths_total",
    &[],
    "Requests left to the monolith because their path means one route as written and another once \
     normalised.",
);
const CONNECTIONS: Metric = gauge("ficus_client_connections", &[], "Client connections open.");
const LOST: Metric = counter(
    "ficus_dropped_total",
    &["kind"],
    "What was dropped because a queue was full or its receiver did not take it: observations, \
     observation and comparison batches, spans, log lines.",
);
const SPANS: Metric = counter("ficus_spans_exported_total", &[], "Spans the collector has taken.");
const GENERATION: Metric =
    gauge("ficus_table_generation", &[], "Generation of the route table in use.");
const DRAINING: Metric = gauge("ficus_draining", &[], "1 while the gateway takes nothing new.");

/// What the path counts per core, with the metric it is shown as.
const PATH: [(Count, Metric); 7] = [
    (
        Count::Accepted,
        counter("ficus_client_connections_accepted_total", &[], "Client connections accepted."),
    ),
    (
        Count::ConnectionsOverLimit,
        counter(
            "ficus_client_connections_refused_total",
            &[],
            "Client connections closed at once because as many as allowed were open.",
        ),
    ),
    (
        Count::Ended,
        counter("ficus_client_connections_ended_total", &[], "Client connections that have ended."),
    ),
    (
        Count::Connected,
        counter("ficus_upstream_connections_total", &[], "Connections opened to upstreams."),
    ),
    (
        Count::InterimDropped,
        counter(
            "ficus_interim_answers_dropped_total",
            &[],
            "Interim answers (1xx) that could not be passed on.",
        ),
    ),
    (Count::Upgraded, counter("ficus_upgrades_total", &[], "Upgraded connections begun.")),
    (Count::Cut, counter("ficus_drain_cuts_total", &[], "Exchanges cut at the end of the drain.")),
];

/// Every metric, in the order of the text and of the reference page.
pub fn all() -> impl Iterator<Item = Metric> {
    let own = [
        REQUESTS,
        DURATION,
        IN_FLIGHT,
        EJECTED,
        RETRIES,
        EJECTIONS,
        WEIGHT,
        CEILING,
        ABORTS,
        MIRROR,
        ELIGIBLE,
        UNCOMPARED,
        COMPARISONS,
        COPIES,
        HELD,
        REFUSALS,
        AMBIGUOUS,
        CONNECTIONS,
        LOST,
        SPANS,
        GENERATION,
        DRAINING,
    ];
    own.into_iter().chain(PATH.into_iter().map(|(_, metric)| metric))
}

/// Upper bounds of the latency histogram: label and microseconds.
const BOUNDS: [(&str, u64); 16] = [
    ("0.0005", 500),
    ("0.001", 1_000),
    ("0.0025", 2_500),
    ("0.005", 5_000),
    ("0.01", 10_000),
    ("0.025", 25_000),
    ("0.05", 50_000),
    ("0.1", 100_000),
    ("0.25", 250_000),
    ("0.5", 500_000),
    ("1", 1_000_000),
    ("2.5", 2_500_000),
    ("5", 5_000_000),
    ("10", 10_000_000),
    ("30", 30_000_000),
    ("60", 60_000_000),
];

/// A metric and how it is read off a lane.
type Read<'metric> = (&'metric Metric, fn(&Lane) -> Weight);

/// A metric and how it is read off a side's counters.
type Counted<'metric> = (&'metric Metric, fn(&SideCounters) -> u64);

/// A boundary as it is scraped: its label, what outlives tables, and its lane.
type Row<'table> = (&'table str, &'table Live, Option<&'table Lane>);

/// The metrics of the whole gateway as Prometheus text.
pub(crate) fn text(shared: &Shared) -> String {
    let table = shared.table.load();
    let lanes = table.lanes.iter().map(|lane| {
        let row: Row<'_> = (lane.name.as_str(), &lane.live, Some(lane));
        row
    });
    let rows: Vec<Row<'_>> = lanes.chain([("-", &*table.unclaimed, None)]).collect();
    let mut text = Text::default();
    requests(&mut text, &rows);
    durations(&mut text, &rows);
    arms(&mut text, shared, &rows);
    failures(&mut text, &rows);
    weights(&mut text, &rows);
    coverage(&mut text, &rows);
    text.family(&HELD).sample(&[], shared.observer.budget.held());
    let ambiguous = table.ambiguous.load(Ordering::Relaxed);
    path(&mut text, shared);
    text.family(&AMBIGUOUS).sample(&[], ambiguous);
    losses(&mut text, shared);
    text.family(&GENERATION).sample(&[], table.snapshot.generation);
    text.family(&DRAINING).sample(&[], u8::from(shared.draining()));
    text.finish()
}

fn requests(text: &mut Text, rows: &[Row<'_>]) {
    let mut family = text.family(&REQUESTS);
    for (boundary, live, lane) in rows {
        for &side in sides(*lane) {
            for ended in Ended::ALL {
                let cores = live.counters.iter().map(|counters| counters.side(side).ended(ended));
                let labels = [boundary, side.as_str(), ended.as_str()];
                family.sample(&labels, cores.sum::<u64>());
            }
        }
    }
}

fn durations(text: &mut Text, rows: &[Row<'_>]) {
    let mut family = text.family(&DURATION);
    for (boundary, live, lane) in rows {
        for &side in sides(*lane) {
            let mut merged = Merged::default();
            for counters in &live.counters {
                counters.side(side).latency.add_to(&mut merged);
            }
            let bounds = BOUNDS.map(|(bound, micros)| (bound, merged.at_most(micros)));
            family.histogram(&[boundary, side.as_str()], &bounds, &merged);
        }
    }
}

fn arms(text: &mut Text, shared: &Shared, rows: &[Row<'_>]) {
    let table = shared.table.load();
    let mut family = text.family(&IN_FLIGHT);
    for (boundary, _, lane) in rows {
        for &side in sides(*lane) {
            let arm = lane.map_or(&table.fallback, |lane| lane.arm(side));
            family.sample(&[boundary, side.as_str()], arm.in_flight());
        }
    }
    let mut family = text.family(&EJECTED);
    for (boundary, _, lane) in rows {
        for &side in sides(*lane) {
            let arm = lane.map_or(&table.fallback, |lane| lane.arm(side));
            family.sample(&[boundary, side.as_str()], u8::from(arm.shows_ejected()));
        }
    }
}

fn failures(text: &mut Text, rows: &[Row<'_>]) {
    let read: [Counted<'_>; 2] = [
        (&RETRIES, |counters| counters.retries.total()),
        (&EJECTIONS, |counters| counters.ejections.total()),
    ];
    for (metric, total) in read {
        let mut family = text.family(metric);
        for (boundary, live, lane) in rows {
            for &side in sides(*lane) {
                let cores = live.counters.iter().map(|counters| total(counters.side(side)));
                family.sample(&[boundary, side.as_str()], cores.sum::<u64>());
            }
        }
    }
}

fn weights(text: &mut Text, rows: &[Row<'_>]) {
    let lanes: Vec<_> =
        rows.iter().filter_map(|(boundary, _, lane)| Some((*boundary, (*lane)?))).collect();
    let read: [Read<'_>; 3] = [
        (&WEIGHT, Lane::weight),
        (&CEILING, |lane| lane.ceiling.weight()),
        (&MIRROR, |lane| lane.mirror),
    ];
    for (metric, weight) in read {
        let mut family = text.family(metric);
        for (boundary, lane) in &lanes {
            family.sample(&[boundary], weight(lane).fraction());
        }
    }
    let mut family = text.family(&ABORTS);
    for (boundary, lane) in &lanes {
        family.sample(&[boundary], lane.live.aborts.load(Ordering::Relaxed));
    }
}

fn coverage(text: &mut Text, rows: &[Row<'_>]) {
    let lanes = || rows.iter().filter(|(_, _, lane)| lane.is_some());
    let mut family = text.family(&ELIGIBLE);
    for (boundary, live, _) in lanes() {
        family.sample(&[boundary], live.coverage.eligible());
    }
    let mut family = text.family(&UNCOMPARED);
    for (boundary, live, _) in lanes() {
        for reason in Uncompared::ALL {
            family.sample(&[boundary, reason.as_str()], live.coverage.uncompared(reason));
        }
    }
    let mut family = text.family(&COMPARISONS);
    for (boundary, live, _) in lanes() {
        for result in CompareResult::ALL {
            family.sample(&[boundary, result.as_str()], live.coverage.compared(result));
        }
    }
    let mut family = text.family(&COPIES);
    for (boundary, live, _) in lanes() {
        family.sample(&[boundary], live.copies.load(Ordering::Relaxed));
    }
}

fn path(text: &mut Text, shared: &Shared) {
    let connections = shared.connections.load(Ordering::Relaxed);
    text.family(&CONNECTIONS).sample(&[], connections);
    for (count, metric) in &PATH {
        let cores = shared.counts.iter().map(|counts| counts.of(*count));
        text.family(metric).sample(&[], cores.sum::<u64>());
    }
    let mut family = text.family(&REFUSALS);
    for refusal in Refusal::ALL {
        let cores = shared.counts.iter().map(|counts| counts.of_refusal(refusal));
        family.sample(&[refusal.as_str()], cores.sum::<u64>());
    }
}

fn losses(text: &mut Text, shared: &Shared) {
    let losses = &shared.observer.losses;
    let kinds = [
        ("observations", &losses.observations),
        ("observation_batches", &losses.reports),
        ("comparison_batches", &losses.comparisons),
        ("spans", &losses.spans),
        ("log_lines", &losses.lines),
    ];
    let mut family = text.family(&LOST);
    for (kind, tally) in kinds {
        family.sample(&[kind], tally.total());
    }
    text.family(&SPANS).sample(&[], losses.spans_exported.total());
}

/// The sides that have numbers: what no boundary claims has one.
fn sides(lane: Option<&Lane>) -> &'static [Side] {
    match lane {
        Some(_) => &Side::ALL,
        None => &[Side::Monolith],
    }
}

/// The reference page.
pub fn reference() -> String {
    let mut page = String::from(PREFACE);
    for metric in all() {
        let Metric { name, kind, help, labels } = metric;
        let labels = match labels {
            [] => "–".to_owned(),
            labels => {
                labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ")
            }
        };
        // Writing to a string does not fail.
        let _written = writeln!(page, "| `{name}` | {} | {labels} | {help} |", kind.as_str());
    }
    page
}

/// The reference page up to its table.
const PREFACE: &str = "\
# Metrics

This page is generated from `crates/ficus-gateway/src/metrics.rs`; a test fails when it is stale, and
`UPDATE_EXPECT=1 cargo test -p ficus-gateway metrics` writes it anew.

The gateway serves these as Prometheus text. Live requests are counted per boundary and side, copies never among
them; `boundary=\"-\"` is what no boundary claims. Counters begin at zero with the process.

| name | kind | labels | meaning |
|---|---|---|---|
";

#[cfg(test)]
mod tests;
