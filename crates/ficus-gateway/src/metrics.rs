//! What the gateway counts, by name, and how it is written for Prometheus.
//!
//! [`all`] is the one list: the text format, the reference page (`docs/reference/metrics.md`) and its test come from it.
//! Live requests are counted per boundary and side, never per path, so that the number of series is bounded by the
//! configuration. What no boundary claims has the boundary `-`.

use std::fmt::Write as _;

use crate::counts::Count;

mod format;
mod scrape;

pub(crate) use scrape::text;

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
