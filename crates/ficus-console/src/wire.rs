//! What browsers send: forms and queries.

use serde::Deserialize;

/// One of the four decisions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct DecisionFields {
    /// The session's secret.
    #[serde(default)]
    pub(crate) form_token: String,
    /// The boundary's generation when the page was made.
    #[serde(default)]
    pub(crate) generation: u64,
    /// Why.
    #[serde(default)]
    pub(crate) reason: String,
    /// The boundary's name again, where it is asked.
    #[serde(default)]
    pub(crate) name: String,
}

/// A token, and where to go with it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LoginFields {
    /// The token.
    #[serde(default)]
    pub(crate) token: String,
    /// A path on this console.
    #[serde(default)]
    pub(crate) next: String,
}

/// Nothing but the session's secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LogoutFields {
    /// The session's secret.
    #[serde(default)]
    pub(crate) form_token: String,
}

/// Where to go after signing in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LoginQuery {
    /// A path on this console.
    pub(crate) next: Option<String>,
}

/// What the visitor has just done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct DoneQuery {
    /// A decision's word.
    pub(crate) done: Option<String>,
}

/// Which page of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LedgerQuery {
    /// Entries before this position; the newest when left out.
    pub(crate) before: Option<u64>,
}
