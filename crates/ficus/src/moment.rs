//! Times as people write and read them. UTC throughout, so that two readers of one ledger see the same text.

use ficus_model::Time;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant as RFC 3339 to the second: `2026-11-23T14:30:00Z`.
pub(crate) fn timestamp(time: Time) -> String {
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    match Timestamp::from_microsecond(micros) {
        Ok(timestamp) => timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => format!("{} µs after 1970", time.as_micros()),
    }
}

/// Reads a date (its first moment, UTC) or an RFC 3339 timestamp; nothing before 1970.
pub(crate) fn parse(text: &str) -> Option<Time> {
    let timestamp = match text.parse::<Timestamp>() {
        Ok(timestamp) => timestamp,
        Err(_) => TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
    };
    u64::try_from(timestamp.as_microsecond()).ok().map(Time::from_micros)
}

/// What this machine's clock says.
pub(crate) fn now() -> Time {
    let micros = Timestamp::now().as_microsecond();
    Time::from_micros(u64::try_from(micros).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_their_first_moment() {
        assert_eq!(parse("2026-11-23"), parse("2026-11-23T00:00:00Z"));
        assert_eq!(parse("2026-11-23").map(timestamp).as_deref(), Some("2026-11-23T00:00:00Z"));
    }

    #[test]
    fn offsets_become_utc() {
        let time = parse("2026-11-23T10:00:00+02:00").map(timestamp);
        assert_eq!(time.as_deref(), Some("2026-11-23T08:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2026-13-01", "1969-12-31"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
