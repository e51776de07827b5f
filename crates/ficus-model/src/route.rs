//! Routes as a team writes them: `POST /api/quotes`, `GET /api/quotes/{id}`, `GET *`.
//!
//! Templates match the raw path, segment by segment and byte for byte: nothing is decoded, so a route can not be
//! reached by a spelling that its owner did not write.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Segments in one template; longer ones are refused.
const SEGMENTS_MAX: usize = 32;

/// One route of a surface, or a pattern over routes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoutePattern {
    /// The text as written, for people and for metrics.
    pub text: String,
    /// The method; `None` stands for any.
    pub method: Option<String>,
    /// The path template.
    pub path: Vec<Segment>,
    /// Host the route is limited to, lower-case, without port.
    pub host: Option<String>,
    /// Header values the request must carry: lower-case name, exact value.
    pub headers: Vec<(String, String)>,
}

/// One segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Exactly this text.
    Literal(String),
    /// One segment of any text, not empty: `{id}`.
    Parameter(String),
    /// Everything that follows, at the end only: `{rest...}` or `*`.
    Rest,
}

/// Why a text is not a route.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RouteError {
    /// Not a method and a path.
    #[error("`{0}` is not a route: write a method and a path, as in \"GET /api/quotes/{{id}}\"")]
    Shape(String),
    /// The method is not a token of capital letters.
    #[error("`{0}` is not a method: capital letters, or * for any")]
    Method(String),
    /// The path does not start with a slash, or has a character that no path has.
    #[error("`{0}` is not a path: it starts with a slash and has no spaces, query or fragment")]
    Path(String),
    /// A parameter is not `{name}`, or a rest is not at the end.
    #[error("`{0}` is not a path segment: text, {{name}}, or {{name...}} at the end")]
    Segment(String),
    /// The template has too many segments.
    #[error("the path has more than {SEGMENTS_MAX} segments")]
    TooLong,
}

impl RoutePattern {
    /// Whether a request's method and raw path (without query) fall under this route. Host and headers are not asked.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && path.strip_prefix('/').is_some_and(|path| path_matches(&self.path, path))
    }

    /// Whether some request could fall under both routes.
    pub fn overlaps(&self, other: &Self) -> bool {
        let either = |left: &Option<String>, right: &Option<String>| {
            left.is_none() || right.is_none() || left == right
        };
        either(&self.method, &other.method)
            && either(&self.host, &other.host)
            && headers_overlap(&self.headers, &other.headers)
            && paths_overlap(&self.path, &other.path)
    }

    /// Whether every request under `other` also falls under this route.
    pub fn covers(&self, other: &Self) -> bool {
        let wider =
            |mine: &Option<String>, theirs: &Option<String>| mine.is_none() || mine == theirs;
        wider(&self.method, &other.method)
            && wider(&self.host, &other.host)
            && self.headers.iter().all(|header| other.headers.contains(header))
            && path_covers(&self.path, &other.path)
    }

    /// Whether the method is one of those that HTTP defines as safe (RFC 9110 §9.2.1).
    pub fn method_is_safe(&self) -> bool {
        matches!(self.method.as_deref(), Some("GET" | "HEAD" | "OPTIONS"))
    }
}

impl FromStr for RoutePattern {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        let mut words = text.split_ascii_whitespace();
        let (Some(method), Some(path), None) = (words.next(), words.next(), words.next()) else {
            return Err(RouteError::Shape(text.to_owned()));
        };
        let method = parse_method(method)?;
        let path = parse_path(path)?;
        Ok(Self { text: text.to_owned(), method, path, host: None, headers: Vec::new() })
    }
}

impl fmt::Display for RoutePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn parse_method(text: &str) -> Result<Option<String>, RouteError> {
    if text == "*" {
        return Ok(None);
    }
    if text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(Some(text.to_owned()));
    }
    Err(RouteError::Method(text.to_owned()))
}

fn parse_path(text: &str) -> Result<Vec<Segment>, RouteError> {
    if text == "*" {
        return Ok(vec![Segment::Rest]);
    }
    let not_a_path = || RouteError::Path(text.to_owned());
    let inner = text.strip_prefix('/').ok_or_else(not_a_path)?;
    if inner.contains(['?', '#']) || inner.chars().any(char::is_control) || !inner.is_ascii() {
        return Err(not_a_path());
    }
    let segments: Vec<Segment> = inner.split('/').map(parse_segment).collect::<Result<_, _>>()?;
    if segments.len() > SEGMENTS_MAX {
        return Err(RouteError::TooLong);
    }
    let last = segments.len().saturating_sub(1);
    if segments.iter().take(last).any(|segment| *segment == Segment::Rest) {
        return Err(RouteError::Segment("{...}".to_owned()));
    }
    Ok(segments)
}

fn parse_segment(text: &str) -> Result<Segment, RouteError> {
    if text == "*" {
        return Ok(Segment::Rest);
    }
    if !text.contains(['{', '}', '*']) {
        return Ok(Segment::Literal(text.to_owned()));
    }
    let wrong = || RouteError::Segment(text.to_owned());
    let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(wrong)?;
    let (name, rest) = name.strip_suffix("...").map_or((name, false), |name| (name, true));
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(wrong());
    }
    Ok(if rest { Segment::Rest } else { Segment::Parameter(name.to_owned()) })
}

fn path_matches(template: &[Segment], path: &str) -> bool {
    let mut parts = path.split('/');
    for segment in template {
        let part = match segment {
            Segment::Rest => return true,
            Segment::Literal(_) | Segment::Parameter(_) => parts.next(),
        };
        let fits = match (segment, part) {
            (Segment::Literal(text), Some(part)) => text == part,
            (_, Some(part)) => !part.is_empty(),
            (_, None) => false,
        };
        if !fits {
            return false;
        }
    }
    parts.next().is_none()
}

fn paths_overlap(left: &[Segment], right: &[Segment]) -> bool {
    match (left.split_first(), right.split_first()) {
        (None, None) | (Some((Segment::Rest, _)), _) | (_, Some((Segment::Rest, _))) => true,
        (None, Some(_)) | (Some(_), None) => false,
        (Some((first, left)), Some((second, right))) => {
            segments_overlap(first, second) && paths_overlap(left, right)
        }
    }
}

fn segments_overlap(left: &Segment, right: &Segment) -> bool {
    match (left, right) {
        (Segment::Literal(left), Segment::Literal(right)) => left == right,
        (Segment::Literal(text), _) | (_, Segment::Literal(text)) => !text.is_empty(),
        _ => true,
    }
}

fn path_covers(wide: &[Segment], narrow: &[Segment]) -> bool {
    match (wide.split_first(), narrow.split_first()) {
        (None, None) | (Some((Segment::Rest, _)), _) => true,
        (None, Some(_)) | (Some(_), None | Some((Segment::Rest, _))) => false,
        (Some((first, wide)), Some((second, narrow))) => {
            let fits = match (first, second) {
                (Segment::Literal(first), Segment::Literal(second)) => first == second,
                (Segment::Literal(_), _) => false,
                (_, Segment::Literal(text)) => !text.is_empty(),
                _ => true,
            };
            fits && path_covers(wide, narrow)
        }
    }
}

/// Two sets of required values exclude each other only where they ask one header for two values.
fn headers_overlap(left: &[(String, String)], right: &[(String, String)]) -> bool {
    left.iter().all(|(name, value)| {
        right.iter().all(|(other, other_value)| name != other || value == other_value)
    })
}

#[cfg(test)]
mod tests;
