//! What went wrong and what to do about it: every answer that is not a success has this one shape.

use ficus_model::Finding;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::ReadingView;

/// A problem in the sense of RFC 9457, served as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorView {
    /// Stable code such as `refused/not-proven`.
    #[serde(rename = "type")]
    #[schema(example = "refused/not-proven")]
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong: lower-case, no full stop.
    pub title: String,
    /// What to do about it, as a sentence.
    pub help: String,
    /// The gates as last read, when they are why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<ReadingView>,
    /// Every located problem, when a configuration is why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingView>,
}

/// One located problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Stable code such as `config/unknown-key`.
    pub code: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// The file as its owner named it.
    pub file: Option<String>,
    /// Line, counted from 1.
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    pub column: Option<u32>,
    /// What to do about it.
    pub help: Option<String>,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        let place = finding.place.as_ref();
        Self {
            code: finding.code.to_owned(),
            severity: finding.severity.as_str().to_owned(),
            message: finding.message.clone(),
            file: place.map(|place| place.file.clone()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            help: finding.help.clone(),
        }
    }
}
