//! The shapes a value may have: how each is read from TOML, written back, and named to people.
//!
//! Units are part of the text (`"250ms"`, `"5%"`, `"1MiB"`), so a bare number never has to be guessed at. A problem is
//! a phrase that fits behind `key …:`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ficus_model::boundary::Upstream;
use ficus_model::name::{BoundaryName, Principal};
use ficus_model::route::RoutePattern;
use ficus_model::rule::Tolerance;
use ficus_model::{Time, Weight};
use toml::de::DeValue;

/// A type that one TOML value can be read as.
pub(crate) trait Shape: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// A phrase that says what is wrong with it.
    fn read(value: &DeValue<'_>) -> Result<Self, String>;

    /// The value as TOML, as it is shown for a default.
    fn write(&self) -> String;
}

/// A share given as a percentage and used as a fraction between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

/// An instant given as a date (its first moment, UTC) or an RFC 3339 timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) Time);

impl Shape for String {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        text(value).map(str::to_owned)
    }

    fn write(&self) -> String {
        quoted(self)
    }
}

impl Shape for bool {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| format!("{} is not true or false", named(value)))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Shape for PathBuf {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        match text(value)? {
            "" => Err("the path is empty".to_owned()),
            path => Ok(Self::from(path)),
        }
    }

    fn write(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Shape for SocketAddr {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let text = text(value)?;
        let numeric = text.replacen("localhost:", "127.0.0.1:", 1);
        numeric.parse().map_err(|_| format!("`{text}` is not an address with a port"))
    }

    fn write(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Shape for Upstream {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        parse_upstream(text(value)?)
    }

    fn write(&self) -> String {
        quoted(&format!("http://{}:{}", self.host, self.port))
    }
}

impl Shape for Weight {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        text(value)?.parse().map_err(|error: ficus_model::weight::WeightError| error.to_string())
    }

    fn write(&self) -> String {
        quoted(&percentage(self.fraction()))
    }
}

impl Shape for Share {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        Weight::read(value).map(|weight| Self(weight.fraction()))
    }

    fn write(&self) -> String {
        quoted(&percentage(self.0))
    }
}

impl Shape for f64 {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let whole = value.as_integer().filter(|integer| integer.radix() == 10);
        let broken = value.as_float().map(toml::de::DeFloat::as_str);
        let written = broken.or_else(|| whole.map(toml::de::DeInteger::as_str));
        let number = written.and_then(|text| text.parse::<Self>().ok());
        let finite = number.filter(|number| number.is_finite());
        finite.ok_or_else(|| format!("{} is not a number", named(value)))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Shape for u64 {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let number = value
            .as_integer()
            .and_then(|integer| Self::from_str_radix(integer.as_str(), integer.radix()).ok());
        number.ok_or_else(|| format!("{} is not a whole number", named(value)))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Shape for u32 {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let number = u64::read(value)?;
        Self::try_from(number).map_err(|_| format!("{number} is too large"))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Shape for usize {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let number = u64::read(value)?;
        Self::try_from(number).map_err(|_| format!("{number} is too large"))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Shape for Duration {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        parse_duration(text(value)?)
    }

    fn write(&self) -> String {
        quoted(&duration_text(*self))
    }
}

impl Shape for Bytes {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        if value.is_integer() {
            return u64::read(value).map(Self);
        }
        parse_bytes(text(value)?).map(Self)
    }

    fn write(&self) -> String {
        let units = [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        let fitting =
            units.iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size));
        match fitting {
            Some((unit, size)) => quoted(&format!("{}{unit}", self.0 / size)),
            None => quoted(&format!("{}B", self.0)),
        }
    }
}

impl Shape for Instant {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let written = match value.as_datetime() {
            Some(moment) => moment.to_string(),
            None => text(value)?.to_owned(),
        };
        parse_instant(&written).map(Self)
    }

    fn write(&self) -> String {
        quoted(&crate::moment::timestamp(self.0))
    }
}

impl Shape for BoundaryName {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        text(value)?.parse().map_err(|error: ficus_model::name::NameError| error.to_string())
    }

    fn write(&self) -> String {
        quoted(self.as_str())
    }
}

impl Shape for Principal {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        text(value)?.parse().map_err(|error: ficus_model::name::NameError| error.to_string())
    }

    fn write(&self) -> String {
        quoted(self.as_str())
    }
}

impl Shape for RoutePattern {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        text(value)?.parse().map_err(|error: ficus_model::route::RouteError| error.to_string())
    }

    fn write(&self) -> String {
        quoted(&self.text)
    }
}

impl Shape for Tolerance {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let DeValue::Table(table) = value else { return parse_tolerance_text(text(value)?) };
        let mut entries = table.iter();
        let (Some((name, bound)), None) = (entries.next(), entries.next()) else {
            return Err("a tolerance has one bound".to_owned());
        };
        match name.get_ref().as_ref() {
            "absolute" => magnitude(bound.get_ref()).map(Self::Absolute),
            "relative" => match bound.get_ref().as_str() {
                Some(_) => Share::read(bound.get_ref()).map(|share| Self::Relative(share.0)),
                None => magnitude(bound.get_ref()).map(Self::Relative),
            },
            "time-within" => Duration::read(bound.get_ref()).map(Self::TimeWithin),
            other => Err(format!("`{other}` is not a tolerance")),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Absolute(bound) => quoted(&format!("absolute {bound}")),
            Self::Relative(bound) => quoted(&format!("relative {}", percentage(*bound))),
            Self::TimeWithin(span) => quoted(&format!("within {}", duration_text(*span))),
            Self::Ignore => quoted("ignore"),
            Self::Unordered => quoted("unordered"),
            Self::SameType => quoted("same-type"),
            Self::EmptyIsNull => quoted("empty-is-null"),
        }
    }
}

/// Reads `http://host:port`, also without a scheme or a trailing slash.
///
/// # Errors
/// A phrase that says what is wrong with it.
pub(crate) fn parse_upstream(text: &str) -> Result<Upstream, String> {
    let rest = match text.split_once("://") {
        Some(("http", rest)) => rest,
        Some((scheme, _)) => {
            return Err(format!("scheme `{scheme}` is not spoken to upstreams, only `http` is"));
        }
        None => text,
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return Err(format!("`{text}` has a path; requests keep the path they came with"));
    }
    if authority.contains('@') {
        return Err("an address carries no credentials".to_owned());
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') => {
            let number = port.parse::<u16>().ok().filter(|port| *port > 0);
            (host, number.ok_or_else(|| format!("`{port}` is not a port"))?)
        }
        _ => (authority, 80),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if bare.is_empty() || bare.contains(char::is_whitespace) {
        return Err(format!("`{text}` names no host"));
    }
    Ok(Upstream { host: bare.to_owned(), port })
}

/// Reads a duration such as `250ms`, `1.5s`, `10m` or `1h30m`.
///
/// # Errors
/// A phrase that says what is wrong with it.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration");
    let mut rest = text.trim();
    let mut sum = Duration::ZERO;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (number, unit) = rest.split_at(digits.ok_or_else(wrong)?);
        let end = unit.find(|letter: char| letter.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, next) = unit.split_at(end);
        let seconds = unit_seconds(unit.trim()).ok_or_else(wrong)?;
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())?;
        sum = sum.checked_add(part).ok_or_else(wrong)?;
        rest = next;
    }
    Ok(sum)
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    })
}

/// A duration in the largest units that fit, as [`parse_duration`] reads it.
pub(crate) fn duration_text(span: Duration) -> String {
    let micros = span.as_micros();
    let units = [("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000)];
    let mut text = String::new();
    let mut rest = micros;
    for (unit, size) in units {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if rest > 0 && rest.is_multiple_of(1000) {
        text.push_str(&format!("{}ms", rest / 1000));
    } else if rest > 0 {
        text.push_str(&format!("{rest}us"));
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// A fraction as the shortest percentage.
pub(crate) fn percentage(fraction: f64) -> String {
    let rounded = format!("{:.4}", fraction * 100.0);
    format!("{}%", rounded.trim_end_matches('0').trim_end_matches('.'))
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a number of bytes");
    let end = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(end);
    let size: u64 = match unit.trim() {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(size).ok_or_else(wrong)
}

/// Reads a date or an RFC 3339 timestamp.
///
/// # Errors
/// A phrase that says what is wrong with it.
pub(crate) fn parse_instant(text: &str) -> Result<Time, String> {
    crate::moment::parse(text).ok_or_else(|| format!("`{text}` is not a date"))
}

/// A tolerance as one text: a word, and a bound where the word takes one.
fn parse_tolerance_text(text: &str) -> Result<Tolerance, String> {
    let unknown = || format!("`{text}` is not a tolerance");
    match text.split_once(' ') {
        None => match text {
            "ignore" => Ok(Tolerance::Ignore),
            "unordered" => Ok(Tolerance::Unordered),
            "same-type" => Ok(Tolerance::SameType),
            "empty-is-null" => Ok(Tolerance::EmptyIsNull),
            _ => Err(unknown()),
        },
        Some(("absolute", bound)) => not_negative(bound.parse().map_err(|_| unknown())?),
        Some(("relative", bound)) => {
            let share: Result<Weight, _> = bound.parse();
            let problem = |error: ficus_model::weight::WeightError| error.to_string();
            share.map(|share| Tolerance::Relative(share.fraction())).map_err(problem)
        }
        Some(("within", bound)) => parse_duration(bound).map(Tolerance::TimeWithin),
        Some(_) => Err(unknown()),
    }
}

fn not_negative(bound: f64) -> Result<Tolerance, String> {
    if bound.is_finite() && bound >= 0.0 {
        return Ok(Tolerance::Absolute(bound));
    }
    Err(format!("`{bound}` is no distance"))
}

fn magnitude(value: &DeValue<'_>) -> Result<f64, String> {
    let number = f64::read(value)?;
    if number < 0.0 { Err(format!("`{number}` is below zero")) } else { Ok(number) }
}

fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, String> {
    value.as_str().ok_or_else(|| format!("{} is not a text in quotes", named(value)))
}

fn named(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("`{text}`"),
        DeValue::Integer(integer) => format!("`{integer}`"),
        DeValue::Float(float) => format!("`{float}`"),
        DeValue::Boolean(word) => format!("`{word}`"),
        DeValue::Datetime(moment) => format!("`{moment}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests;
