//! Where a boundary stands.

use std::fmt;

/// The life of a boundary, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Known, nothing agreed yet.
    Survey,
    /// Its contract and its file are written; all traffic is on the monolith.
    Contract,
    /// The monolith answers; copies of safe requests go to the service and are compared.
    Shadow,
    /// A growing share of live traffic goes to the service.
    Canary,
    /// All traffic but the holdback goes to the service.
    Primary,
    /// The monolith's route is closed.
    Retired,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 6] =
        [Self::Survey, Self::Contract, Self::Shadow, Self::Canary, Self::Primary, Self::Retired];

    /// The word people see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Survey => "Survey",
            Self::Contract => "Contract",
            Self::Shadow => "Shadow",
            Self::Canary => "Canary",
            Self::Primary => "Primary",
            Self::Retired => "Retired",
        }
    }

    /// Reads the word [`Stage::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
