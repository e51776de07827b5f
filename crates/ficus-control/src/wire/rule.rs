//! Accepted noise, as a boundary's file has it.

use ficus_model::Time;
use ficus_model::rule::{Rule, Tolerance};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::time_text;

/// Noise somebody has accepted, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleView {
    /// The name shown where it was used.
    pub name: String,
    /// Where it applies.
    pub path: String,
    /// The route it is limited to; absent for all.
    pub route: Option<String>,
    /// What it allows, as in the boundary's file.
    #[schema(example = "relative 1%")]
    pub tolerance: String,
    /// Who answers for it.
    pub owner: String,
    /// Why the difference is harmless.
    pub reason: String,
    /// From when on it is not applied any more, RFC 3339.
    pub expires: String,
    /// Whether it has expired.
    pub expired: bool,
}

impl RuleView {
    /// `rule` as of `at`.
    pub fn new(at: Time, rule: &Rule) -> Self {
        Self {
            name: rule.name.clone(),
            path: rule.path.clone(),
            route: rule.route.clone(),
            tolerance: tolerance(rule.tolerance),
            owner: rule.owner.clone(),
            reason: rule.reason.clone(),
            expires: time_text(rule.expires),
            expired: rule.expires <= at,
        }
    }
}

/// A tolerance as the boundary's file writes it.
fn tolerance(tolerance: Tolerance) -> String {
    match tolerance {
        Tolerance::Ignore => "ignore".to_owned(),
        Tolerance::Absolute(bound) => format!("absolute {bound}"),
        Tolerance::Relative(share) => format!("relative {}%", share * 100.0),
        Tolerance::TimeWithin(span) => format!("within {span:?}"),
        Tolerance::Unordered => "unordered".to_owned(),
        Tolerance::SameType => "same-type".to_owned(),
        Tolerance::EmptyIsNull => "empty-is-null".to_owned(),
    }
}
