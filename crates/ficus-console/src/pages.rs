//! The pages: templates, each beside the views it is a function of.
//!
//! What changes while somebody looks is a fragment of its own, a section with an id: the page shows it, and the live
//! stream sends the same section again when it reads differently.

use ficus_control::wire::StatusView;

mod boundary;
mod ledger;
mod overview;
mod plain;

pub use boundary::{
    BoundaryPage, BoundaryParts, Charts, CoverageTable, DecisionForm, Differences, Gates, Kept,
    Standing, Trail,
};
pub(crate) use ledger::ENTRIES_PER_PAGE;
pub use ledger::{EvidencePage, LedgerPage};
pub use overview::{OverviewPage, OverviewTable};
pub use plain::{FailurePage, LoginPage};

/// Which of the main links is the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The boundaries, or one of them.
    Boundaries,
    /// The ledger.
    Ledger,
    /// Neither.
    Elsewhere,
}

/// Somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Their name.
    pub name: String,
    /// Their role, as a word.
    pub role: &'static str,
    /// What their forms carry; none when they came with a token instead of a session.
    pub form_token: Option<String>,
}

/// What every page has around its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The present main link.
    pub place: Place,
    /// The page's own path, to come back to after signing in.
    pub path: String,
    /// Who is looking.
    pub visitor: Option<Visitor>,
    /// Why the ledger can not record.
    pub stalled: Option<String>,
    /// Entries in the ledger.
    pub entries: u64,
    /// Where the page's fragments come from as they change.
    pub live: Option<String>,
}

impl Frame {
    /// A page at `path` for `visitor`, with what it says about the whole process taken from `status`.
    pub fn new(place: Place, path: &str, visitor: Option<Visitor>, status: &StatusView) -> Self {
        Self {
            place,
            path: path.to_owned(),
            visitor,
            stalled: status.stalled.clone(),
            entries: status.head.size,
            live: None,
        }
    }

    /// The same page, kept up to date from `live`.
    #[must_use]
    pub fn live(self, live: String) -> Self {
        Self { live: Some(live), ..self }
    }
}

#[cfg(test)]
#[path = "../examples/preview/seed.rs"]
pub(crate) mod seed;
#[cfg(test)]
mod tests;
