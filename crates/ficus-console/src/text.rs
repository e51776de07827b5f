//! Numbers and times as people read them. All of it pure; times are UTC.

use jiff::Timestamp;

/// Digits with commas between thousands, as the judges write them.
pub(crate) fn grouped(digits: &str) -> String {
    let count = digits.chars().count();
    let mut text = String::with_capacity(digits.len() + count);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (count - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `time` (RFC 3339) in another form; as it is when it is no time.
fn formatted(time: &str, form: &str) -> String {
    time.parse::<Timestamp>()
        .map_or_else(|_| time.to_owned(), |timestamp| timestamp.strftime(form).to_string())
}

/// `23 Nov 14:28:05`.
pub(crate) fn moment(time: &str) -> String {
    formatted(time, "%-d %b %H:%M:%S")
}

/// `14:28:05`.
pub(crate) fn clock(time: &str) -> String {
    formatted(time, "%H:%M:%S")
}

/// `23 Nov 2026`.
pub(crate) fn day(time: &str) -> String {
    formatted(time, "%-d %b %Y")
}

/// `23 Nov 2026 14:28:05`.
pub(crate) fn full(time: &str) -> String {
    formatted(time, "%-d %b %Y %H:%M:%S")
}

/// Seconds as people say them, in one unit, or two below a day.
pub(crate) fn span(seconds: f64) -> String {
    let rounded = seconds.max(0.0).ceil();
    match rounded {
        below if below < 90.0 => format!("{below:.0} s"),
        below if below < 5400.0 => format!("{:.0} min", below / 60.0),
        below if below < 172_800.0 => format!("{:.1} h", below / 3600.0),
        long => format!("{:.0} days", long / 86_400.0),
    }
}

/// A latency in seconds.
pub(crate) fn latency(seconds: f64) -> String {
    match seconds * 1000.0 {
        below if below < 10.0 => format!("{below:.2} ms"),
        below if below < 100.0 => format!("{below:.1} ms"),
        below if below < 1000.0 => format!("{below:.0} ms"),
        _ => format!("{seconds:.2} s"),
    }
}

/// `part` of `whole` in percent; a dash of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52 lose nothing")]
pub(crate) fn share(part: u64, whole: u64) -> String {
    match (part, whole) {
        (_, 0) => "–".to_owned(),
        (0, _) => "0%".to_owned(),
        (part, whole) => percent(part as f64 / whole as f64),
    }
}

/// A fraction in percent, with as many decimals as it needs to differ from nothing.
pub(crate) fn percent(fraction: f64) -> String {
    match fraction * 100.0 {
        none if none <= 0.0 => "0%".to_owned(),
        below if below < 0.001 => "<0.001%".to_owned(),
        below if below < 0.1 => format!("{below:.3}%"),
        below if below < 1.0 => format!("{below:.2}%"),
        percent => format!("{percent:.1}%"),
    }
}

/// With a capital letter.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// With a capital letter and a full stop.
pub(crate) fn sentence(fragment: &str) -> String {
    let stop = if fragment.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    capitalised(fragment) + stop
}

#[cfg(test)]
mod tests;
