//! Who is asking: bearer tokens with two roles, and the console's sessions.
//!
//! A token is 256 random bits, so a plain SHA-256 is enough to store it safely: nothing can be guessed that a slow
//! hash would protect. Only hashes are kept; comparing looks at every known hash, whole, so that the time it takes
//! says nothing about which one was close.
//!
//! A page can not send a bearer header, so the console trades a token for a [`session`](Sessions) once. A session
//! lives in a cookie no script can read and no other site can send, on the server, for half a day.
//!
//! **Invariant:** nobody acts without being an operator by name, whatever anonymous visitors may read.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ficus_model::Principal;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

mod hosts;
mod session;

pub use hosts::Hosts;
pub use session::{SESSION_COOKIE, SESSION_SPAN, SESSIONS_MAX, Session, Sessions};

/// Where a token starts, so that scanners recognise a leaked one.
const TOKEN_PREFIX: &str = "ficus_";

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads everything.
    Viewer,
    /// Reads everything; promotes, holds, rolls back, kills and applies configurations.
    Operator,
}

/// The hash of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

/// Somebody known by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name written to the ledger.
    pub name: Principal,
    /// What they may do.
    pub role: Role,
    /// The hash of their token.
    pub token: TokenHash,
}

/// What those without a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anonymous {
    /// Read; the default where only this machine can connect.
    Reads,
    /// Nothing.
    Nothing,
}

/// Everybody who is known, and what everybody else may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identities {
    /// Those known by a token.
    pub known: Vec<Identity>,
    /// Those who are not.
    pub anonymous: Anonymous,
}

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Somebody without a token or a session.
    Anonymous,
    /// Somebody known.
    Known {
        /// Their name.
        name: Principal,
        /// What they may do.
        role: Role,
    },
}

/// Why a request may not do what it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// A token or a session was sent that nobody knows, or that has ended.
    #[error("the token is not known")]
    Unknown,
    /// Nothing was sent, and anonymous visitors may not do this.
    #[error("a token is needed")]
    Anonymous,
    /// Known, but only as a viewer.
    #[error("only an operator may do this")]
    Viewer,
}

/// Answers who sent a request: identities and sessions together.
#[derive(Debug)]
pub struct Access {
    identities: Identities,
    sessions: Sessions,
}

impl Role {
    /// The lower-case word used in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }

    /// Reads the word [`Role::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator].into_iter().find(|role| role.as_str() == text)
    }
}

impl TokenHash {
    /// The hash of a token as it was given out.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        ficus_model::digest::Digest::parse(text).map(|digest| Self(*digest.as_bytes()))
    }

    /// The 64 hexadecimal digits [`TokenHash::parse`] reads.
    pub fn text(&self) -> String {
        ficus_model::digest::Digest::from_bytes(self.0).to_string()
    }

    /// Equality whose duration depends on nothing but the length.
    fn same(&self, other: &Self) -> bool {
        let differing =
            self.0.iter().zip(&other.0).fold(0, |all, (left, right)| all | (left ^ right));
        std::hint::black_box(differing) == 0
    }
}

/// A fresh token: 256 random bits as text, shown once and never stored.
///
/// # Errors
/// When the system gives no randomness.
pub fn fresh_token() -> Result<String, getrandom::Error> {
    Ok(format!("{TOKEN_PREFIX}{}", random_text()?))
}

/// 256 random bits as text that needs no quoting anywhere.
fn random_text() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl Identities {
    /// Whose token this is. Every hash is compared, also after the right one.
    pub fn find(&self, token: &str) -> Option<&Identity> {
        let hash = TokenHash::of(token);
        self.known.iter().fold(None, |found, identity| {
            if identity.token.same(&hash) { Some(identity) } else { found }
        })
    }
}

impl Access {
    /// Access for `identities`, without a session yet.
    pub fn new(identities: Identities) -> Self {
        Self { identities, sessions: Sessions::default() }
    }

    /// Who sent a request with these headers: by bearer token, else by session.
    ///
    /// # Errors
    /// [`Denied::Unknown`] for a bearer token that nobody has. An ended session is an anonymous visitor: the page
    /// then says how to sign in again.
    pub fn caller(&self, headers: &HeaderMap, now: Instant) -> Result<Caller, Denied> {
        if headers.contains_key(AUTHORIZATION) {
            return self.bearer(headers);
        }
        Ok(self.session(headers, now).map_or(Caller::Anonymous, |session| Caller::Known {
            name: session.name,
            role: session.role,
        }))
    }

    /// Who sent a request, by bearer token alone: what a cookie must not be enough for.
    ///
    /// # Errors
    /// [`Denied::Unknown`] for a token that nobody has.
    pub fn bearer(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        let Some(value) = headers.get(AUTHORIZATION) else { return Ok(Caller::Anonymous) };
        let text = value.to_str().map_err(|_| Denied::Unknown)?;
        let (scheme, token) = text.split_once(' ').ok_or(Denied::Unknown)?;
        let identity = self.identities.find(token.trim()).ok_or(Denied::Unknown)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Denied::Unknown);
        }
        Ok(Caller::Known { name: identity.name.clone(), role: identity.role })
    }

    /// The session a request belongs to.
    pub fn session(&self, headers: &HeaderMap, now: Instant) -> Option<Session> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == SESSION_COOKIE)
            .find_map(|(_, id)| self.sessions.find(id, now))
    }

    /// Trades a token for a session; answers the cookie's value.
    ///
    /// # Errors
    /// [`Denied::Unknown`] for a token that nobody has.
    pub fn sign_in(&self, token: &str, now: Instant) -> Result<String, Denied> {
        let identity = self.identities.find(token.trim()).ok_or(Denied::Unknown)?;
        self.sessions.open(identity, now).map_err(|_| Denied::Unknown)
    }

    /// Ends the session a request belongs to.
    pub fn sign_out(&self, session: &Session) {
        self.sessions.close(session);
    }

    /// Whether `caller` may read.
    ///
    /// # Errors
    /// [`Denied::Anonymous`] when a token is needed.
    pub fn reads(&self, caller: &Caller) -> Result<(), Denied> {
        match (caller, self.identities.anonymous) {
            (Caller::Known { .. }, _) | (Caller::Anonymous, Anonymous::Reads) => Ok(()),
            (Caller::Anonymous, Anonymous::Nothing) => Err(Denied::Anonymous),
        }
    }
}

impl Caller {
    /// The operator's name, for the ledger.
    ///
    /// # Errors
    /// [`Denied`] for everybody else.
    pub fn operator(&self) -> Result<&Principal, Denied> {
        match self {
            Self::Known { name, role: Role::Operator } => Ok(name),
            Self::Known { role: Role::Viewer, .. } => Err(Denied::Viewer),
            Self::Anonymous => Err(Denied::Anonymous),
        }
    }

    /// The name, when there is one.
    pub fn name(&self) -> Option<&Principal> {
        match self {
            Self::Known { name, .. } => Some(name),
            Self::Anonymous => None,
        }
    }
}

#[cfg(test)]
mod tests;
