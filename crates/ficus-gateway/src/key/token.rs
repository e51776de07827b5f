//! The subject of a bearer token, read and not verified.
//!
//! It only decides which side a request goes to. Whoever forges it chooses a side for himself, and is then refused by
//! whichever side answers.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// Longest payload that is looked into, in characters.
const PAYLOAD_CHARACTERS_MAX: usize = 8192;

/// The `sub` claim of `Bearer <header>.<payload>.<signature>`; `None` for anything else and for an empty claim.
pub(super) fn subject(authorization: &[u8]) -> Option<String> {
    let (scheme, token) = authorization.split_at_checked("Bearer ".len())?;
    if !scheme.eq_ignore_ascii_case(b"Bearer ") {
        return None;
    }
    let payload = token.split(|byte| *byte == b'.').nth(1)?;
    if payload.len() > PAYLOAD_CHARACTERS_MAX {
        return None;
    }
    let claims = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let mut reader = serde_json::Deserializer::from_slice(&claims);
    let subject = reader.deserialize_map(Claims).ok()?;
    subject.filter(|subject| !subject.is_empty())
}

/// Walks over the claims without building them.
struct Claims;

impl<'de> Visitor<'de> for Claims {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the claims of a token")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut claims: A) -> Result<Self::Value, A::Error> {
        let mut subject = None;
        while let Some(name) = claims.next_key::<String>()? {
            if name == "sub" {
                subject = Some(claims.next_value::<String>()?);
            } else {
                claims.next_value::<IgnoredAny>()?;
            }
        }
        Ok(subject)
    }
}
