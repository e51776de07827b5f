//! How much longer: counts and spans in the words of a reading.

use std::time::Duration;

use crate::stats::whole;
use crate::time::Time;

/// What is needed to say how long a number of requests takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forecast {
    /// Since when the samples were gathered.
    pub(super) since: Time,
    /// The present.
    pub(super) now: Time,
    /// The service's share of the traffic, a fraction.
    pub(super) weight: f64,
}

impl Forecast {
    /// How long `needed` more take when `seen` have come in so far; `None` before anything came.
    pub(super) fn wait(&self, needed: u64, seen: u64) -> Option<Duration> {
        let elapsed = self.now.since(self.since).as_secs_f64();
        if seen == 0 || elapsed <= 0.0 {
            return None;
        }
        let seconds = elapsed * needed as f64 / seen as f64;
        Some(Duration::from_secs(whole(seconds).min(u64::from(u32::MAX))))
    }

    /// The same in words.
    pub(super) fn words(&self, needed: u64, seen: u64) -> String {
        let requests = grouped(needed);
        match self.wait(needed, seen) {
            Some(wait) => format!("about {requests} more requests to the service, {}", about(wait)),
            None => format!("about {requests} more requests to the service"),
        }
    }
}

/// The ratio of a count to what was expected, drawn towards 1 by as much as five events would: a few requests must not
/// forecast a ratio of zero or infinity.
pub(super) fn likely_ratio(count: u64, expected: f64) -> f64 {
    const EVENTS_ASSUMED: f64 = 5.0;
    (count as f64 + EVENTS_ASSUMED) / (expected + EVENTS_ASSUMED)
}

/// A count with its thousands set apart: `12,345`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A span as people say it: `about 40 s`, `about 5 min`, `about 3 h`, `about 2 days`.
pub(super) fn about(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..=119 => format!("about {} s", seconds.max(1)),
        120..=7_199 => format!("about {} min", seconds.div_ceil(60)),
        7_200..=172_799 => format!("about {} h", seconds.div_ceil(3_600)),
        _ => format!("about {} days", seconds.div_ceil(86_400)),
    }
}

/// A latency as people read it: `850 µs`, `12.3 ms`, `1.20 s`.
pub(super) fn latency(micros: u64) -> String {
    let value = micros as f64;
    match micros {
        0..=999 => format!("{micros} µs"),
        1_000..=999_999 => format!("{:.1} ms", value / 1e3),
        _ => format!("{:.2} s", value / 1e6),
    }
}

#[cfg(test)]
mod tests;
