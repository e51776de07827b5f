//! The race as text and as JSON: medians, quartiles, and ratios of pairs from the same round.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::peers::Peer;
use super::race::{Finished, Sample};

/// Median and quartiles.
#[derive(Debug, Clone, Copy)]
struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

/// A Markdown table of one scenario.
pub(crate) fn render(finished: &Finished) -> String {
    let scenario = finished.scenario;
    let mut text = format!(
        "### {} (fixed rate {}/s)\n\n| proxy | req/CPU-s (quartiles) | × haproxy | × envoy | p50 µs | p99 µs | errors | second upstream | RSS MB |\n|---|---|---|---|---|---|---|---|---|\n",
        scenario.name, scenario.rate
    );
    for (peer, samples) in &finished.peers {
        let speed = spread(samples.iter().filter_map(|sample| sample.per_cpu_second));
        let speed = speed.map_or_else(
            || "–".to_owned(),
            |spread| format!("{:.0} ({:.0}–{:.0})", spread.median, spread.low, spread.high),
        );
        let figure = |value: fn(&Sample) -> f64| {
            spread(samples.iter().map(value)).map_or(f64::NAN, |spread| spread.median)
        };
        let _written = writeln!(
            text,
            "| {} | {speed} | {} | {} | {:.0} | {:.0} | {} | {:.1}% | {:.0} |",
            peer.name(),
            ratio(finished, samples, Peer::Haproxy),
            ratio(finished, samples, Peer::Envoy),
            figure(|sample| sample.fixed.p50),
            figure(|sample| sample.fixed.p99),
            samples.iter().map(|sample| sample.fixed.errors).sum::<u64>(),
            figure(|sample| sample.second_share) * 100.0,
            figure(|sample| sample.resident_bytes as f64) / 1e6,
        );
    }
    text
}

/// Writes every sample to `target/bench/gateway.json`.
pub(crate) fn write_json(results: &[Finished]) -> Result<PathBuf> {
    let sample = |sample: &Sample| {
        json!({
            "req_per_cpu_second": sample.per_cpu_second,
            "fixed_rate_replies": sample.fixed.replies, "fixed_rate": sample.fixed.rate,
            "errors": sample.fixed.errors, "p50_us": sample.fixed.p50, "p99_us": sample.fixed.p99,
            "second_upstream_share": sample.second_share, "resident_bytes": sample.resident_bytes,
        })
    };
    let scenarios: Vec<_> = results
        .iter()
        .map(|finished| {
            let peers: serde_json::Map<_, _> = finished
                .peers
                .iter()
                .map(|(peer, samples)| (peer.name().to_owned(), samples.iter().map(sample).collect()))
                .collect();
            json!({ "scenario": finished.scenario.name, "rate": finished.scenario.rate, "peers": peers })
        })
        .collect();
    let file = PathBuf::from("target/bench/gateway.json");
    fs::write(&file, serde_json::to_string_pretty(&scenarios)?)?;
    Ok(file)
}

/// Median ratio to a peer over the rounds both ran.
fn ratio(finished: &Finished, samples: &[Sample], peer: Peer) -> String {
    let others =
        finished.peers.iter().find(|(other, _)| *other == peer).map(|(_, samples)| samples);
    let pairs = samples.iter().zip(others.into_iter().flatten());
    let ratios =
        pairs.filter_map(|(mine, theirs)| Some(mine.per_cpu_second? / theirs.per_cpu_second?));
    spread(ratios).map_or_else(|| "–".to_owned(), |spread| format!("{:.2}", spread.median))
}

fn spread(values: impl Iterator<Item = f64>) -> Option<Spread> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let at = |quarters: usize| sorted.get((last * quarters + 2) / 4).copied();
    Some(Spread { low: at(1)?, median: at(2)?, high: at(3)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_order_statistics() {
        let spread = spread([5.0, 1.0, 4.0, 2.0, 3.0].into_iter()).unwrap();
        assert_eq!((spread.low, spread.median, spread.high), (2.0, 3.0, 4.0));
        assert!(super::spread(std::iter::empty()).is_none());
    }
}
