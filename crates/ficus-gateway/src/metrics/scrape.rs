//! Reads every counter of the gateway and writes the text.
//!
//! Rows are boundaries, so every number is bounded by the configuration; sums over the cores are made here, when
//! somebody asks.

use std::sync::atomic::Ordering;

use ficus_model::comparison::Uncompared;
use ficus_model::{Side, Weight};

use super::format::Text;
use super::{
    ABORTS, AMBIGUOUS, CEILING, COMPARISONS, CONNECTIONS, COPIES, DRAINING, DURATION, EJECTED,
    EJECTIONS, ELIGIBLE, GENERATION, HELD, IN_FLIGHT, LOST, MIRROR, Metric, PATH, REFUSALS,
    REQUESTS, RETRIES, SPANS, UNCOMPARED, WEIGHT,
};
use crate::core::Shared;
use crate::counters::{Ended, SideCounters};
use crate::coverage::CompareResult;
use crate::histogram::Merged;
use crate::lane::{Lane, Live};
use crate::refusal::Refusal;

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
