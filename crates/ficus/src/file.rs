//! The file form of the configuration: TOML read with the place of every key, forgiving enough to find everything.
//!
//! A derived deserializer stops at its first complaint and forgets where a value stood. Here the text becomes a tree
//! with spans, and a [`Section`] is asked for its keys one after the other: each answer notes where the value came
//! from (so `config show --why` needs no second bookkeeping), each bad value becomes a finding while reading goes on
//! with the default, and whatever was never asked for is an unknown key. What a *meant* configuration is, is said in
//! [`crate::settings`]; the two never share a type.
//!
//! **Invariant:** reading never fails and never stops early; an error is a finding of that severity.

pub(crate) mod keys;
mod nearest;
mod section;
pub(crate) mod shape;

use std::ops::Range;

use ficus_model::finding::{Finding, Place, Severity};
use toml::de::DeTable;

pub(crate) use keys::{Document, Key, Kind};
pub(crate) use section::{Located, Section};

/// One text file, as the user named it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The name shown in findings.
    pub(crate) name: String,
    /// Its whole text.
    pub(crate) text: String,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Written in a file.
    File(Place),
    /// Given on the command line.
    Flag(&'static str),
    /// Nobody wrote it.
    Default,
}

/// One key, what it is set to, and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// Full key, such as `boundary.quotes.shadow.mirror`.
    pub(crate) key: String,
    /// Key inside its document, such as `shadow.mirror`: the name the reference uses.
    pub(crate) schema: String,
    /// Which reference.
    pub(crate) document: Document,
    /// The value as TOML; `None` when it is left out and nothing stands in for it.
    pub(crate) value: Option<String>,
    /// Who set it.
    pub(crate) origin: Origin,
}

/// What reading has brought up so far: the findings, and where every value comes from.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Everything wrong or doubtful, in reading order.
    pub(crate) findings: Vec<Finding>,
    /// Every key that was asked for.
    pub(crate) known: Vec<Known>,
}

impl Source {
    /// The place of a byte span; a span outside the text becomes a point at its end.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        let start = self.floor(span.start);
        let end = self.floor(span.end).max(start);
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Place {
            file: self.name.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            offset: start,
            length: end - start,
        }
    }

    /// Reads the text as TOML and hands its root to `read`; with syntax errors those are the findings, all of them.
    pub(crate) fn read<T>(
        &self,
        notes: &mut Notes,
        read: impl FnOnce(&DeTable<'_>, &mut Notes) -> Option<T>,
    ) -> Option<T> {
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        if errors.is_empty() {
            return read(root.get_ref(), notes);
        }
        for error in errors {
            let place = self.place(error.span().unwrap_or(self.text.len()..self.text.len()));
            let message = format!("not TOML: {}", one_line(error.message()));
            notes.error(
                "config/syntax",
                message,
                place,
                "Is the file complete? Nothing of it was applied.",
            );
        }
        None
    }

    /// The greatest character boundary at or before `offset`.
    fn floor(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

impl Notes {
    /// Notes an error at a place.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        help: impl Into<String>,
    ) {
        self.note(Severity::Error, code, message.into(), Some(place), help.into());
    }

    /// Notes a warning at a place.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        help: impl Into<String>,
    ) {
        self.note(Severity::Warning, code, message.into(), Some(place), help.into());
    }

    /// Notes a finding; an empty help is none.
    pub(crate) fn note(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: String,
        place: Option<Place>,
        help: String,
    ) {
        let help = Some(help).filter(|help| !help.is_empty());
        self.findings.push(Finding { code, severity, message, place, help });
    }

    /// Whether nothing found so far forbids applying.
    pub(crate) fn applicable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
