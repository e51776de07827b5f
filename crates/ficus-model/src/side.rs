//! The two programs a boundary can be answered by.

use std::fmt;
use std::ops::Not;

/// Who answers a request, or who may write a table set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The Go monolith the migration starts from. In a comparison it is the baseline.
    Monolith,
    /// The extracted service. In a comparison it is the candidate.
    Service,
}

impl Side {
    /// Both sides, the monolith first.
    pub const ALL: [Self; 2] = [Self::Monolith, Self::Service];

    /// The lower-case word used in metrics, logs and the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monolith => "monolith",
            Self::Service => "service",
        }
    }

    /// Reads the word [`Side::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.as_str() == text)
    }
}

impl Not for Side {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Monolith => Self::Service,
            Self::Service => Self::Monolith,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
