//! The console's sessions: opened by a token, kept on the server, bounded in number and in time.
//!
//! The cookie's value is random and stored hashed, like a token: a copy of the process' memory dump gives nobody a
//! session that still works elsewhere. Each session has its own secret for forms, so that a form made for one
//! visitor is refused from another.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ficus_model::Principal;
use tokio::time::Instant;

use super::{Identity, Role, TokenHash, random_text};

/// Sessions at once; the one that ends first makes room for another.
pub const SESSIONS_MAX: usize = 1024;
/// How long a session lasts.
pub const SESSION_SPAN: Duration = Duration::from_hours(12);
/// The cookie's name.
pub const SESSION_COOKIE: &str = "ficus_session";

/// Somebody who has signed in to the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Their name.
    pub name: Principal,
    /// What they may do.
    pub role: Role,
    /// What every form of theirs carries.
    pub form_token: String,
    ends: Instant,
    key: [u8; 32],
}

/// Everybody who has signed in.
#[derive(Debug, Default)]
pub struct Sessions {
    /// A plain mutex: held for one look-up, never over an await.
    by_key: Mutex<BTreeMap<[u8; 32], Session>>,
}

impl Session {
    /// Whether a form carries this session's secret; the time it takes says nothing about how close it was.
    pub fn accepts(&self, form_token: &str) -> bool {
        TokenHash::of(&self.form_token).same(&TokenHash::of(form_token))
    }
}

impl Sessions {
    /// A session for `identity`; answers the cookie's value.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn open(&self, identity: &Identity, now: Instant) -> Result<String, getrandom::Error> {
        let id = random_text()?;
        let key = TokenHash::of(&id).0;
        let session = Session {
            name: identity.name.clone(),
            role: identity.role,
            form_token: random_text()?,
            ends: now + SESSION_SPAN,
            key,
        };
        let mut sessions = self.locked();
        sessions.retain(|_, session| session.ends > now);
        while sessions.len() >= SESSIONS_MAX {
            let first = sessions.values().min_by_key(|session| session.ends);
            let Some(key) = first.map(|session| session.key) else { break };
            sessions.remove(&key);
        }
        sessions.insert(key, session);
        Ok(id)
    }

    /// The session of a cookie's value, unless it has ended.
    pub fn find(&self, id: &str, now: Instant) -> Option<Session> {
        let key = TokenHash::of(id).0;
        self.locked().get(&key).filter(|session| session.ends > now).cloned()
    }

    /// Ends a session.
    pub fn close(&self, session: &Session) {
        self.locked().remove(&session.key);
    }

    /// No panic can happen while the lock is held, so a poisoned one is still whole.
    fn locked(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], Session>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
