//! Names that appear in files, paths, metrics and the ledger.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// Longest boundary name, in bytes: it becomes a label and a path segment.
const BOUNDARY_NAME_BYTES_MAX: usize = 63;
/// Longest principal, in bytes.
const PRINCIPAL_BYTES_MAX: usize = 128;

/// The name of a boundary: lower-case letters, digits and inner dashes, at most 63 bytes.
///
/// Cheap to clone: observations and batches carry it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoundaryName(Arc<str>);

/// Who acted: an operator's name as the identity file gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal(Arc<str>);

/// Names one rollout: a fresh one for every entry into Canary, so that every rollout draws its keys anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RolloutId(pub [u8; 16]);

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Not a boundary name.
    #[error(
        "`{0}` is not a boundary name: lower-case letters, digits and inner dashes, at most 63"
    )]
    Boundary(String),
    /// Not a principal.
    #[error("`{0}` is not a principal: visible characters without spaces, at most 128 bytes")]
    Principal(String),
}

impl BoundaryName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Principal {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BoundaryName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=BOUNDARY_NAME_BYTES_MAX).contains(&text.len());
        if fits && text.bytes().all(legal) && !text.starts_with('-') && !text.ends_with('-') {
            return Ok(Self(Arc::from(text)));
        }
        Err(NameError::Boundary(text.to_owned()))
    }
}

impl FromStr for Principal {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = (1..=PRINCIPAL_BYTES_MAX).contains(&text.len());
        if fits && !text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Ok(Self(Arc::from(text)));
        }
        Err(NameError::Principal(text.to_owned()))
    }
}

impl fmt::Display for BoundaryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
