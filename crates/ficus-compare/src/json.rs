//! JSON text to a tree that keeps what typed readers lose: the text of numbers and repeated keys.
//!
//! Values are cut out as raw text level by level and looked at by their first byte. That reads inner text once per
//! level around it, which is no matter: a tree is built only for a mismatch, and depth is capped.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::node::Node;
use crate::number::Number;

/// Levels of arrays and objects that are read.
pub(crate) const DEPTH_MAX: usize = 64;

/// Why a text is not read as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum ReadError {
    #[error("not JSON")]
    Syntax,
    #[error("nested deeper than {DEPTH_MAX} levels")]
    Depth,
}

/// Reads one JSON text, whole.
pub(crate) fn read(body: &[u8]) -> Result<Node, ReadError> {
    let raw: &RawValue = serde_json::from_slice(body).map_err(|_| ReadError::Syntax)?;
    node(raw.get(), 0)
}

fn node(text: &str, depth: usize) -> Result<Node, ReadError> {
    let outer = matches!(text.as_bytes().first(), Some(b'[' | b'{'));
    if outer && depth == DEPTH_MAX {
        return Err(ReadError::Depth);
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = parsed(text)?;
            let member = |(key, raw): (String, &RawValue)| Ok((key, node(raw.get(), depth + 1)?));
            members.into_iter().map(member).collect::<Result<_, _>>().map(Node::object)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = parsed(text)?;
            let element = |raw: &RawValue| node(raw.get(), depth + 1);
            elements.into_iter().map(element).collect::<Result<_, _>>().map(Node::Array)
        }
        Some(b'"') => parsed(text).map(Node::Text),
        Some(b't' | b'f') => parsed(text).map(Node::Boolean),
        Some(b'n') => Ok(Node::Null),
        _ => Ok(Node::Number(Number::new(text))),
    }
}

fn parsed<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|_| ReadError::Syntax)
}

/// The members of an object as they came, repeated keys included.
struct Members<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests;
