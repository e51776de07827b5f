//! Which side a request belongs to: deterministic, sticky, monotone in the weight.
//!
//! A key draws a number from a lottery that belongs to one rollout; the service answers when the number lies below the
//! weight. A rising weight therefore only adds keys and a falling one takes the last added away first, and a fresh
//! rollout draws anew, on which the statistics rest.
//!
//! The hash is SipHash-2-4. Its key is the 128-bit SipHash-2-4, under the first half of the process secret, of the
//! second half followed by the rollout's id: the ledger names the rollout, and only the secret's owner can tell who is
//! in it. A change of any of this moves users between sides, so golden vectors pin it.

use std::fmt;
use std::hash::Hasher;

use siphasher::sip::SipHasher24;
use siphasher::sip128::{Hasher128, SipHasher24 as SipHasher24Wide};

use crate::name::RolloutId;
use crate::side::Side;
use crate::weight::Weight;

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

/// The secret of an installation, from which every rollout's lottery is derived. Never printed, never in the ledger.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    key: [u8; 16],
    pepper: [u8; 16],
}

/// The draw of one rollout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Lottery {
    key: [u8; 16],
}

/// What a key drew: a uniform number, which is also the key's pseudonym in observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

impl Secret {
    /// A secret from 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let (mut key, mut pepper) = ([0; 16], [0; 16]);
        let (first, second) = bytes.split_at(key.len());
        key.copy_from_slice(first);
        pepper.copy_from_slice(second);
        Self { key, pepper }
    }

    /// The lottery of a rollout.
    pub fn lottery(&self, rollout: RolloutId) -> Lottery {
        let mut hasher = SipHasher24Wide::new_with_key(&self.key);
        hasher.write(&self.pepper);
        hasher.write(&rollout.0);
        Lottery { key: hasher.finish128().as_u128().to_le_bytes() }
    }
}

impl Lottery {
    /// The ticket of a key: the same for the same bytes throughout the rollout.
    pub fn draw(&self, key: &[u8]) -> Ticket {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(key);
        Ticket(hasher.finish())
    }
}

impl Ticket {
    /// The side this ticket falls on at `weight`.
    pub fn side(self, weight: Weight) -> Side {
        let number = u128::from(self.0) * u128::from(Weight::FULL.ppm());
        let bound = u128::from(weight.ppm()) << 64;
        if number < bound { Side::Service } else { Side::Monolith }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl fmt::Debug for Lottery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lottery(…)")
    }
}

#[cfg(test)]
mod tests;
