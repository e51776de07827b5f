//! Accepted noise: what a comparison may overlook, who said so, and until when.

use std::time::Duration;

use crate::time::Time;

/// One rule of a boundary's comparison. A use of it makes the comparison `Ignored`, never `Match`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The name shown where the rule was used.
    pub name: String,
    /// Where it applies: `header.date`, `body.items[].updated_at`, or with a trailing `.**` everything below.
    pub path: String,
    /// Route it is limited to, as written in the surface; everywhere when absent.
    pub route: Option<String>,
    /// What it allows.
    pub tolerance: Tolerance,
    /// Who answers for it.
    pub owner: String,
    /// Why the difference is harmless.
    pub reason: String,
    /// From then on the rule is not applied any more.
    pub expires: Time,
}

/// How loose a rule is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Anything goes, absence included.
    Ignore,
    /// Numbers may differ by this much.
    Absolute(f64),
    /// Numbers may differ by this share of the larger magnitude.
    Relative(f64),
    /// RFC 3339 timestamps may be this far apart.
    TimeWithin(Duration),
    /// The elements of this array may come in any order.
    Unordered,
    /// Same JSON type, any value.
    SameType,
    /// `null`, absence and an empty array or object count as equal.
    EmptyIsNull,
}
