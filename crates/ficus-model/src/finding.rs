//! Located problems, all of them at once.
//!
//! A reader of configuration never stops at the first problem: it returns what it understood together with every
//! finding, and whoever faces the user renders them.

use std::fmt;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Works, but probably not as meant.
    Warning,
    /// Cannot be applied.
    Error,
}

/// A place in a text file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// Byte offset of the first byte in the file.
    pub offset: usize,
    /// Length in bytes; zero for a point.
    pub length: usize,
}

/// One located problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code such as `config/unknown-key`, listed in the findings reference.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lower-case, no full stop.
    pub message: String,
    /// Where, when a file is to blame.
    pub place: Option<Place>,
    /// What to do about it, as a sentence.
    pub help: Option<String>,
}

impl Severity {
    /// The lower-case word shown to people and written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        write!(formatter, "{}: {} [{}]", self.severity.as_str(), self.message, self.code)
    }
}
