//! Paths as a team writes them: `status`, `header.etag`, `query.key`, `body.items[].price`, `body.meta.**`.
//!
//! A path names places, not one place: `[]` stands for every index, `*` for every key of a map with ids for keys, and
//! a trailing `.**` for everything below. A key with a dot or a bracket is quoted: `body["a.b"]`.

use std::str::FromStr;

use thiserror::Error;

/// Parts of a path, a bound against nonsense.
const PARTS_MAX: usize = 64;

/// A set of places in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// From the root: `body`, then keys and indices.
    pub(crate) parts: Vec<Part>,
    /// Everything below is meant, and not the place itself.
    pub(crate) below: bool,
}

/// One part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// This key.
    Key(String),
    /// Any key: `*`.
    AnyKey,
    /// Any index: `[]`.
    Index,
}

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PathError {
    #[error("a path starts with `status`, `header.`, `query.` or `body`")]
    Root,
    #[error("an empty key at byte {0}")]
    EmptyKey(usize),
    #[error("a bracket holds nothing or a quoted key: `[]`, `[\"a.b\"]`, at byte {0}")]
    Bracket(usize),
    #[error("`**` stands at the end only, at byte {0}")]
    BelowInside(usize),
    #[error("`{0}` has no parts below it")]
    Flat(&'static str),
    #[error("more than {PARTS_MAX} parts")]
    TooLong,
}

impl Path {
    /// The first part: which region of the answer is meant.
    pub(crate) fn root(&self) -> &str {
        match self.parts.first() {
            Some(Part::Key(root)) => root,
            Some(Part::AnyKey | Part::Index) | None => "",
        }
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let (above, below) = match text.strip_suffix(".**") {
            Some(above) => (above, true),
            None => (text, false),
        };
        let mut parts = Vec::new();
        let mut rest = above;
        while !rest.is_empty() {
            let at = above.len() - rest.len();
            let (part, after) = next_part(rest, at, parts.is_empty())?;
            parts.push(part);
            rest = after;
        }
        checked(Self { parts, below })
    }
}

/// Takes one part off the front. Only the first part stands without a dot or a bracket before it.
fn next_part(rest: &str, at: usize, first: bool) -> Result<(Part, &str), PathError> {
    if let Some(after) = rest.strip_prefix("[]") {
        return Ok((Part::Index, after));
    }
    if let Some(quoted) = rest.strip_prefix("[\"") {
        let (key, after) = quoted.split_once("\"]").ok_or(PathError::Bracket(at))?;
        return Ok((Part::Key(key.to_owned()), after));
    }
    if rest.starts_with('[') {
        return Err(PathError::Bracket(at));
    }
    let named = match rest.strip_prefix('.') {
        Some(named) if !first => named,
        None if first => rest,
        Some(_) => return Err(PathError::EmptyKey(at)),
        None => return Err(PathError::Bracket(at)),
    };
    let end = named.find(['.', '[']).unwrap_or(named.len());
    let (key, after) = named.split_at(end);
    match key {
        "" => Err(PathError::EmptyKey(at)),
        "**" => Err(PathError::BelowInside(at)),
        "*" => Ok((Part::AnyKey, after)),
        key => Ok((Part::Key(key.to_owned()), after)),
    }
}

fn checked(mut path: Path) -> Result<Path, PathError> {
    if path.parts.len() > PARTS_MAX {
        return Err(PathError::TooLong);
    }
    let (root, parts) = (path.root().to_owned(), path.parts.len());
    match (root.as_str(), parts, path.below) {
        ("body", _, _) | ("header" | "query", 1, true) => Ok(path),
        ("status", 1, false) => Ok(path),
        ("status", _, _) => Err(PathError::Flat("status")),
        ("header" | "query", 2, false) => {
            lower_header(&mut path);
            Ok(path)
        }
        ("header", _, _) => Err(PathError::Flat("header.name")),
        ("query", _, _) => Err(PathError::Flat("query.name")),
        _ => Err(PathError::Root),
    }
}

/// Header names are told apart without regard to case, so they are kept lower-case.
fn lower_header(path: &mut Path) {
    if path.root() != "header" {
        return;
    }
    if let Some(Part::Key(name)) = path.parts.last_mut() {
        name.make_ascii_lowercase();
    }
}

#[cfg(test)]
mod tests;
