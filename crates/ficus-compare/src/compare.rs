//! The comparison of two whole answers, cheapest proof first.

use ficus_model::Time;
use ficus_model::comparison::{Comparison, Difference, DifferenceKind};
use thiserror::Error;

use crate::answer::Answer;
use crate::key::HashKey;
use crate::rules::Rules;

/// Why two answers could not be compared; counted under `undecodable`, never a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undecodable {
    /// The bodies differ and carry a content coding the comparison does not undo.
    #[error("the body is coded as `{0}`")]
    Coding(String),
    /// Neither body is what its media type says.
    #[error("neither body is {0}")]
    Syntax(&'static str),
    /// A body is nested deeper than the bound.
    #[error("a body is nested deeper than {0} levels")]
    Depth(usize),
}

/// Compares the baseline's answer with the candidate's.
///
/// `route` is the route's text as the surface has it, `now` decides which rules still hold.
///
/// # Errors
/// When equality can neither be proven nor refuted; see [`Undecodable`].
pub fn compare(
    baseline: &Answer<'_>,
    candidate: &Answer<'_>,
    rules: &Rules,
    _route: &str,
    _now: Time,
    _key: &HashKey,
) -> Result<Comparison, Undecodable> {
    let mut differences = Vec::new();
    if baseline.status != candidate.status {
        differences.push(Difference {
            path: "status".to_owned(),
            kind: DifferenceKind::Value,
            baseline: Some(baseline.status.to_string()),
            candidate: Some(candidate.status.to_string()),
        });
    }
    for name in rules.headers() {
        if !baseline.header(name).eq(candidate.header(name)) {
            differences.push(Difference {
                path: format!("header.{name}"),
                kind: DifferenceKind::Value,
                baseline: None,
                candidate: None,
            });
        }
    }
    if baseline.body != candidate.body {
        differences.push(Difference {
            path: "body".to_owned(),
            kind: DifferenceKind::Bytes,
            baseline: None,
            candidate: None,
        });
    }
    Ok(if differences.is_empty() { Comparison::Match } else { Comparison::Mismatch(differences) })
}
