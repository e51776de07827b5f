//! Classes of differences, each with its smallest example and the rule that would accept it.
//!
//! A difference is either a defect of the service or noise. For the second case the view carries the rule as it would
//! stand in the boundary's file: as strict as the example allows, limited to the route, owned, and with an end.

use std::time::Duration;

use ficus_model::Time;
use ficus_model::comparison::DifferenceKind;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::state::{BoundaryState, MismatchClass};
use crate::wire::time_text;

/// How long a suggested rule lasts.
const RULE_SPAN: Duration = Duration::from_hours(24 * 30);

/// What differs on one boundary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MismatchesView {
    /// The boundary.
    pub boundary: String,
    /// As of when, RFC 3339.
    pub at: String,
    /// The classes, the most frequent first.
    pub classes: Vec<MismatchView>,
    /// Differences of further classes: counted, not kept.
    #[serde(default)]
    pub unclassed: u64,
}

/// Differences of one class: same route, same place, same kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MismatchView {
    /// Names the class: eight hexadecimal digits that depend on nothing but route, path and kind.
    #[schema(example = "5f0c9a12")]
    pub id: String,
    /// The route as written in the surface.
    pub route: String,
    /// Where: `status`, `header.content-type`, `body.items[].price`.
    pub path: String,
    /// `value`, `type`, `missing`, `extra`, `length`, `order`, `media-type` or `bytes`.
    pub kind: String,
    /// The kind as a sentence.
    pub meaning: String,
    /// How often.
    pub count: u64,
    /// First seen, RFC 3339.
    pub first: String,
    /// Last seen, RFC 3339.
    pub last: String,
    /// The smallest example.
    pub example: ExampleView,
    /// The rule that would accept it, ready to paste into the boundary's file.
    pub rule: String,
    /// The command that accepts it.
    pub accept: String,
}

/// One readable example, redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExampleView {
    /// The request line.
    pub request: String,
    /// The trace it belongs to.
    pub trace: Option<String>,
    /// What the monolith answered there; absent when it answered nothing there.
    pub baseline: Option<String>,
    /// What the service answered there; absent when it answered nothing there.
    pub candidate: Option<String>,
}

impl MismatchesView {
    /// The differences of `boundary` as of `at`.
    pub fn new(at: Time, boundary: &BoundaryState) -> Self {
        let view = |class| MismatchView::new(at, boundary, class);
        Self {
            boundary: boundary.boundary.name.to_string(),
            at: time_text(at),
            classes: boundary.mismatches.iter().map(view).collect(),
            unclassed: boundary.mismatches_unclassed,
        }
    }
}

impl MismatchView {
    /// One class of `boundary`, with the rule that would accept it from `at` on.
    pub fn new(at: Time, boundary: &BoundaryState, class: &MismatchClass) -> Self {
        let id = class_id(class);
        let name = &boundary.boundary.name;
        Self {
            route: class.route.clone(),
            path: class.path.clone(),
            kind: class.kind.as_str().to_owned(),
            meaning: meaning(class.kind).to_owned(),
            count: class.count,
            first: time_text(class.first),
            last: time_text(class.last),
            example: ExampleView {
                request: class.example.request.clone(),
                trace: class.example.trace.clone(),
                baseline: class.example.baseline.clone(),
                candidate: class.example.candidate.clone(),
            },
            rule: suggested_rule(at, &boundary.boundary.owner, class),
            accept: format!(
                "ficus mismatches {name} --accept {id} --reason \"why it is harmless\""
            ),
            id,
        }
    }
}

/// A name for the class that survives reordering and restarts.
fn class_id(class: &MismatchClass) -> String {
    let text = format!("{}\n{}\n{}", class.route, class.path, class.kind.as_str());
    Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The rule in TOML.
pub(super) fn suggested_rule(at: Time, owner: &str, class: &MismatchClass) -> String {
    let expires = super::timestamp(at.plus(RULE_SPAN)).strftime("%Y-%m-%d").to_string();
    let line = |key: &str, value: &str| format!("{key} = {}\n", quoted(value));
    ["[[shadow.rules]]\n".to_owned()]
        .into_iter()
        .chain([
            line("name", &rule_name(&class.path)),
            line("path", &class.path),
            line("route", &class.route),
            format!("tolerance = {}\n", tolerance(class)),
            line("owner", owner),
            line("reason", "why it is harmless"),
            line("expires", &expires),
        ])
        .collect()
}

/// A rule's name from its path: `body.items[].price` becomes `body-items-price`.
fn rule_name(path: &str) -> String {
    let dashed: String = path
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

/// The strictest tolerance under which the example would have been equal.
fn tolerance(class: &MismatchClass) -> &'static str {
    let hollow = |value: &Option<String>| {
        matches!(value.as_deref(), None | Some("null" | "[]" | "{}" | "\"\""))
    };
    let both = (&class.example.baseline, &class.example.candidate);
    if hollow(both.0) && hollow(both.1) {
        return "\"empty-is-null\"";
    }
    match (class.kind, both) {
        (DifferenceKind::Order, _) => "\"unordered\"",
        (DifferenceKind::Value, (Some(left), Some(right))) if numbers_close(left, right) => {
            "\"relative 1%\""
        }
        (DifferenceKind::Value, (Some(left), Some(right))) if instants(left, right) => {
            "\"within 2s\""
        }
        (DifferenceKind::Value, _) if class.path.starts_with("body.") => "\"same-type\"",
        _ => "\"ignore\"",
    }
}

/// Whether both are numbers within one percent of the larger.
fn numbers_close(left: &str, right: &str) -> bool {
    match (left.parse::<f64>(), right.parse::<f64>()) {
        (Ok(left), Ok(right)) => (left - right).abs() <= 0.01 * left.abs().max(right.abs()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Whether both are timestamps at most two seconds apart.
fn instants(left: &str, right: &str) -> bool {
    let instant = |text: &str| text.trim_matches('"').parse::<jiff::Timestamp>().ok();
    match (instant(left), instant(right)) {
        (Some(left), Some(right)) => left.duration_since(right).abs().as_secs_f64() <= 2.0,
        (None, _) | (_, None) => false,
    }
}

/// A TOML basic string. JSON's escapes are TOML's, but for the delete character.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A kind as a sentence.
const fn meaning(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Value => "Same type, another value.",
        DifferenceKind::Type => "Another JSON type.",
        DifferenceKind::Missing => "The service leaves it out.",
        DifferenceKind::Extra => "The service adds it.",
        DifferenceKind::Length => "An array of another length.",
        DifferenceKind::Order => "The same elements in another order.",
        DifferenceKind::MediaType => "Another media type; the bodies were not compared.",
        DifferenceKind::Bytes => "The bodies' bytes differ.",
    }
}
