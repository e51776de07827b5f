//! Nothing secret is stored: redaction comes before every record.
//!
//! Two nets, because either alone leaks. By name: everything under a key, header or query parameter whose name speaks
//! of secrets or of people, and under the paths a team lists. By look: addresses, signed tokens, card and bank numbers
//! inside any text, whatever it is called. What is hidden is replaced by a short hash under the process's key, so a
//! reader still sees whether two hidden values are equal, and nobody can guess them by trying.

use ficus_model::Finding;
use ficus_model::finding::Severity;

use crate::digest::{Digester, Sum};
use crate::path::Path;
use crate::places::{Cursor, Places};

mod look;
mod name;

pub(crate) use name::sensitive;

/// What to write instead of what is no path.
const PATH_HELP: &str =
    "Write a path such as `body.customer.name`, `header.x-user` or `query.customer`.";

/// What a team wants hidden besides the built-in names and looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redaction {
    places: Places,
}

/// Whether the place a reader is at is hidden.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Veil<'r> {
    cursor: Cursor<'r>,
    drawn: bool,
}

impl Redaction {
    /// Compiles listed paths; what is no path is left out with a finding, and the built-in nets stay.
    pub(crate) fn compile(paths: &[String], findings: &mut Vec<Finding>) -> Self {
        let mut read = Vec::new();
        for text in paths {
            match text.parse::<Path>() {
                Ok(path) => read.push(path),
                Err(error) => findings.push(Finding {
                    code: "compare/redacted-path",
                    severity: Severity::Error,
                    message: format!("`{text}` is not a path to redact: {error}"),
                    place: None,
                    help: Some(PATH_HELP.to_owned()),
                }),
            }
        }
        Self { places: Places::of(read.iter().enumerate()) }
    }

    /// The veil above `header`, `query` and `body`.
    pub(crate) fn veil(&self) -> Veil<'_> {
        Veil { cursor: self.places.cursor(), drawn: false }
    }
}

impl Veil<'_> {
    /// One key down; names speak here.
    pub(crate) fn key(self, key: &str) -> Self {
        let cursor = self.cursor.key(key);
        Self { cursor, drawn: self.drawn || sensitive(key) || !cursor.here().is_empty() }
    }

    /// One index down.
    pub(crate) fn index(self) -> Self {
        let cursor = self.cursor.index();
        Self { cursor, drawn: self.drawn || !cursor.here().is_empty() }
    }

    /// Whether nothing of what is here may be shown.
    pub(crate) fn drawn(self) -> bool {
        self.drawn
    }
}

/// What stands in the place of a hidden value.
pub(crate) fn hidden(sum: Sum) -> String {
    format!("[redacted {:012x}]", sum >> 80)
}

/// A text with everything that looks secret hidden, for texts without a telling name.
pub(crate) fn scrub(text: &str, digester: &Digester) -> String {
    look::scrub(text, digester)
}

#[cfg(test)]
pub(crate) mod tests;
