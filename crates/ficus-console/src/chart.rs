//! Lines, bars and gauges as SVG, by pure functions from views.
//!
//! Nothing is drawn by script and nothing by `style`: geometry stands in attributes, colour in the style sheet's
//! classes. The two arms differ by dash as well as by colour, each plot says its latest values in words, and each
//! column answers to the pointer with its numbers.

use std::fmt::Write as _;

use ficus_control::wire::{ArmView, CoverageView, ReadingView, SampleView, VerdictView};

use crate::text;

/// Columns of a plot at most; more samples share one.
const COLUMNS_MAX: usize = 120;
/// Geometry of a plot, in its own units.
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 168.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 450.0;
const TOP: f64 = 10.0;
const BASE: f64 = 144.0;
/// Parts per million in the whole.
const WHOLE_PPM: f64 = 1_000_000.0;

/// Both arms of one signal, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plot {
    /// What is drawn.
    pub(crate) title: &'static str,
    /// The newest values, short.
    pub(crate) latest: String,
    /// The whole plot in a sentence.
    pub(crate) summary: String,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) base: f64,
    /// Horizontal lines with their values.
    pub(crate) rows: Vec<Tick>,
    /// Times below.
    pub(crate) columns_text: Vec<Tick>,
    pub(crate) lines: Vec<Line>,
    /// Invisible columns that answer to the pointer.
    pub(crate) columns: Vec<Column>,
    pub(crate) column_width: f64,
}

/// A labelled position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) text: String,
    pub(crate) anchor: &'static str,
}

/// One arm's line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) class: &'static str,
    pub(crate) path: String,
    pub(crate) end: Option<(f64, f64)>,
}

/// One column's numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) at: f64,
    pub(crate) text: String,
}

/// What a plot shows of an interval.
struct Signal {
    title: &'static str,
    /// The least top of the scale.
    top_min: f64,
    value: fn(&ArmView) -> Option<f64>,
    text: fn(f64) -> String,
}

const SIGNALS: [Signal; 3] = [
    Signal { title: "Bad answers", top_min: 0.01, value: bad_share, text: text::percent },
    Signal { title: "Median latency", top_min: 0.001, value: |arm| arm.p50, text: text::latency },
    Signal { title: "99th percentile", top_min: 0.001, value: |arm| arm.p99, text: text::latency },
];

/// The plots of a boundary's samples: none without a sample.
pub(crate) fn plots(samples: &[SampleView]) -> Vec<Plot> {
    let columns = merged(samples);
    if columns.iter().all(|column| column.monolith.requests + column.service.requests == 0) {
        return Vec::new();
    }
    let mut plots = vec![weight_plot(&columns)];
    plots.extend(SIGNALS.iter().map(|signal| arms_plot(signal, &columns)));
    plots
}

fn arms_plot(signal: &Signal, columns: &[SampleView]) -> Plot {
    let read = |arm: fn(&SampleView) -> &ArmView| -> Vec<Option<f64>> {
        columns.iter().map(|column| (signal.value)(arm(column))).collect()
    };
    let monolith = read(|column| &column.monolith);
    let service = read(|column| &column.service);
    let said = |value: Option<f64>| value.map_or_else(|| "no request".to_owned(), signal.text);
    let texts: Vec<String> = columns
        .iter()
        .zip(monolith.iter().zip(&service))
        .map(|(column, (monolith, service))| {
            let at = text::clock(&column.at);
            format!("{at}: monolith {}, service {}", said(*monolith), said(*service))
        })
        .collect();
    let series = [("monolith", monolith), ("service", service)];
    plotted(signal.title, signal.top_min, signal.text, columns, &series, texts)
}

fn weight_plot(columns: &[SampleView]) -> Plot {
    let weights =
        columns.iter().map(|column| Some(f64::from(column.weight.ppm) / WHOLE_PPM)).collect();
    let texts = columns
        .iter()
        .map(|column| format!("{}: {} on the service", text::clock(&column.at), column.weight.text))
        .collect();
    let series = [("service", weights)];
    plotted("Weight", 0.01, text::percent, columns, &series, texts)
}

fn plotted(
    title: &'static str,
    top_min: f64,
    said: fn(f64) -> String,
    columns: &[SampleView],
    series: &[(&'static str, Vec<Option<f64>>)],
    texts: Vec<String>,
) -> Plot {
    let highest = series.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    let top = nice_top(highest.fold(top_min, f64::max));
    let x = |index: usize| LEFT + (RIGHT - LEFT) * position(index, columns.len());
    let y = |value: f64| round(BASE - (BASE - TOP) * (value / top).clamp(0.0, 1.0));
    let line = |(class, values): &(&'static str, Vec<Option<f64>>)| Line {
        class,
        path: path(values, x, y),
        end: values
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, value)| Some((round(x(index)), y((*value)?)))),
    };
    let rows = [0.0, 0.5, 1.0].map(|part| {
        let value = top * part;
        let text = if part == 0.0 { "0".to_owned() } else { said(value) };
        Tick { at: y(value), text, anchor: "end" }
    });
    let width = (RIGHT - LEFT) / count(columns.len().max(2) - 1);
    let latest = texts.last().and_then(|text| text.split_once(": ")).map_or("", |(_, text)| text);
    Plot {
        title,
        summary: format!("{title}, {}. Newest: {latest}.", between(columns)),
        latest: latest.to_owned(),
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: RIGHT,
        base: BASE,
        rows: rows.into(),
        columns_text: times(columns),
        lines: series.iter().map(line).collect(),
        columns: texts
            .into_iter()
            .enumerate()
            .map(|(index, text)| Column { at: round(x(index) - width / 2.0), text })
            .collect(),
        column_width: round(width),
    }
}

/// A line through the values, broken where there is none; a value alone becomes a short dash.
fn path(values: &[Option<f64>], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for (index, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let (x, y) = (round(x(index)), y(*value));
            // Writing to a string can not fail.
            let _ = match pen_down {
                true => write!(path, "L{x} {y}"),
                false => write!(path, "M{x} {y}h0.1"),
            };
        }
        pen_down = value.is_some();
    }
    path
}

fn times(columns: &[SampleView]) -> Vec<Tick> {
    let tick = |column: &SampleView, at, anchor| Tick { at, text: text::clock(&column.at), anchor };
    match columns {
        [] => Vec::new(),
        [only] => vec![tick(only, LEFT, "start")],
        [first, .., last] => vec![tick(first, LEFT, "start"), tick(last, RIGHT, "end")],
    }
}

fn between(columns: &[SampleView]) -> String {
    match columns {
        [] => "no sample".to_owned(),
        [only] => format!("at {}", text::clock(&only.at)),
        [first, .., last] => format!("{} to {}", text::clock(&first.at), text::clock(&last.at)),
    }
}

/// At most [`COLUMNS_MAX`] samples, each of as many neighbours as needed.
pub(crate) fn merged(samples: &[SampleView]) -> Vec<SampleView> {
    let size = samples.len().div_ceil(COLUMNS_MAX).max(1);
    samples.chunks(size).filter_map(merge).collect()
}

fn merge(chunk: &[SampleView]) -> Option<SampleView> {
    let last = chunk.last()?;
    Some(SampleView {
        at: last.at.clone(),
        seconds: chunk.iter().map(|sample| sample.seconds).sum(),
        weight: last.weight.clone(),
        monolith: merge_arm(chunk.iter().map(|sample| &sample.monolith)),
        service: merge_arm(chunk.iter().map(|sample| &sample.service)),
    })
}

/// Counts add up; latencies are averaged by requests, for drawing only: no judge reads them.
pub(crate) fn merge_arm<'a>(arms: impl Iterator<Item = &'a ArmView> + Clone) -> ArmView {
    let mean = |value: fn(&ArmView) -> Option<f64>| {
        let known =
            arms.clone().filter_map(|arm| Some((value(arm)?, precise(arm.requests.max(1)))));
        let (sum, weight) = known.fold((0.0, 0.0), |(sum, weight), (value, requests)| {
            (value.mul_add(requests, sum), weight + requests)
        });
        (weight > 0.0).then(|| sum / weight)
    };
    ArmView {
        requests: arms.clone().map(|arm| arm.requests).sum(),
        bad: arms.clone().map(|arm| arm.bad).sum(),
        p50: mean(|arm| arm.p50),
        p90: mean(|arm| arm.p90),
        p99: mean(|arm| arm.p99),
    }
}

/// The bad share of an arm; nothing without a request.
pub(crate) fn bad_share(arm: &ArmView) -> Option<f64> {
    (arm.requests > 0).then(|| precise(arm.bad) / precise(arm.requests))
}

/// The weight as a bar; the number stands beside it, so the bar itself is silent.
pub(crate) fn bar(ppm: &u32) -> String {
    let width = round(f64::from(*ppm) / WHOLE_PPM * 100.0);
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"bar-track\" width=\"100\" height=\"4\"/>\
         <rect class=\"bar-fill\" width=\"{width}\" height=\"4\"/></svg>"
    )
}

/// Measured as a bar, the bound as a mark across it; empty when there is nothing to draw.
pub(crate) fn gauge(reading: &ReadingView) -> String {
    let (Some(measured), Some(bound)) = (reading.measured.value, reading.bound.value) else {
        return String::new();
    };
    let whole = measured.max(bound) * 1.25;
    if whole <= 0.0 || !whole.is_finite() {
        return String::new();
    }
    let part = |value: f64| round((value / whole).clamp(0.0, 1.0) * 100.0);
    let class = match reading.verdict {
        VerdictView::Pass => "pass",
        VerdictView::Inconclusive => "inconclusive",
        VerdictView::Fail => "fail",
    };
    format!(
        "<svg class=\"gauge {class}\" viewBox=\"0 0 100 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"bar-track\" y=\"3\" width=\"100\" height=\"6\"/>\
         <rect class=\"gauge-fill\" y=\"3\" width=\"{}\" height=\"6\"/>\
         <rect class=\"gauge-bound\" x=\"{}\" width=\"1.2\" height=\"12\"/></svg>",
        part(measured),
        part(bound)
    )
}

/// Coverage as one stacked bar; the table below it has the numbers.
pub(crate) fn parts(coverage: &CoverageView) -> String {
    let chosen = |wanted| {
        let reasons = coverage.uncompared.iter().filter(move |reason| reason.chosen == wanted);
        reasons.map(|reason| reason.count).sum::<u64>()
    };
    let parts = [
        ("matched", coverage.matched),
        ("ignored", coverage.ignored),
        ("mismatched", coverage.mismatched),
        ("lost", chosen(false)),
        ("chosen", chosen(true)),
    ];
    let whole = precise(coverage.eligible.max(1));
    let mut svg = "<svg class=\"parts\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">".to_owned();
    let mut x = 0.0;
    for (class, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
        let width = precise(count) / whole * 100.0;
        // Writing to a string can not fail.
        let _ = write!(
            svg,
            "<rect class=\"part {class}\" x=\"{}\" width=\"{}\" height=\"6\"/>",
            round(x),
            round(width.max(0.4))
        );
        x += width;
    }
    svg + "</svg>"
}

/// 1, 2 or 5 times a power of ten, at or above `value`.
fn nice_top(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let top = steps.into_iter().map(|step| step * power).find(|top| *top >= value * 0.999);
    top.unwrap_or(power * 10.0)
}

/// Where the column stands between the first and the last, 0 to 1.
fn position(index: usize, length: usize) -> f64 {
    if length < 2 { 0.0 } else { count(index) / count(length - 1) }
}

/// Two decimals are finer than any screen.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand columns")]
fn count(value: usize) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52 lose nothing")]
fn precise(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
