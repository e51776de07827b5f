//! RFC 3339 timestamps, as far as their distance is asked for.

use std::time::Duration;

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

/// An instant and the offset it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timestamp {
    nanos: i128,
    offset_minutes: i64,
}

impl Timestamp {
    /// Reads `2026-11-23T14:05:00.25Z` or `…+01:00`; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't', ' '])?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let clock_end = time.get(8..)?;
        let [hour, minute, second] = numbers(time.get(..8)?, ':', [2, 2, 2])?;
        let zone_start = clock_end.find(['Z', 'z', '+', '-'])?;
        let (fraction, zone) = clock_end.split_at(zone_start);
        let offset_minutes = offset(zone)?;
        let legal = (1..=12).contains(&month)
            && (1..=days_of_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60;
        if !legal {
            return None;
        }
        let days = days_since_epoch(year, month, day);
        let seconds = days * DAY_SECONDS + hour * 3600 + (minute - offset_minutes) * 60 + second;
        let nanos = i128::from(seconds) * 1_000_000_000 + i128::from(fraction_nanos(fraction)?);
        Some(Self { nanos, offset_minutes })
    }

    /// Whether both are written for the same zone and lie at most `span` apart.
    pub(crate) fn within(self, other: Self, span: Duration) -> bool {
        let apart = self.nanos.abs_diff(other.nanos);
        self.offset_minutes == other.offset_minutes && apart <= span.as_nanos()
    }
}

/// Three numbers of fixed width with a separator between them.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut read = [0; 3];
    for (slot, width) in read.iter_mut().zip(widths) {
        *slot = digits(parts.next()?, width)?;
    }
    parts.next().is_none().then_some(read)
}

fn digits(text: &str, width: usize) -> Option<i64> {
    let plain = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Digits beyond the ninth are cut off.
fn fraction_nanos(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let written = text.strip_prefix('.')?;
    if written.is_empty() || !written.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = written.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, counted over years and months.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let leap_days = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    let months: i64 = (1..month).map(|month| days_of_month(year, month)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests;
