//! Which side a request belongs to: deterministic, sticky, monotone in the weight.

/// How the side of a request was chosen, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assigned {
    /// An explicit override by header; never part of statistics.
    Override,
    /// Hash of the authenticated subject.
    Subject,
    /// Hash of the session cookie.
    Session,
    /// A coin per request.
    Coin,
}

/// Where the sticky key of a boundary's requests comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySource {
    /// The subject, when one is present.
    pub subject: Option<SubjectSource>,
    /// The session cookie's name.
    pub session_cookie: Option<String>,
}

/// Where the subject of a request is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectSource {
    /// The `sub` claim of the bearer token. Read for assignment only: the token is not verified here.
    BearerSubject,
    /// The value of this header, as the monolith's edge sets it.
    Header(String),
}
