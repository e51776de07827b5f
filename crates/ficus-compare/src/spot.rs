//! Where a diff is: the path as people read it, the rules and the veil of the place.

use crate::digest::Digester;
use crate::places::Cursor;
use crate::redact::{Veil, scrub};
use crate::show::shorten;

/// Longest shown key, in bytes.
const KEY_BYTES_MAX: usize = 64;
/// Longest shown path, in bytes.
const PATH_BYTES_MAX: usize = 256;
/// From this length on a key of hexadecimal digits and dashes is an id.
const ID_LETTERS_MIN: usize = 16;

/// One place in both bodies.
#[derive(Debug, Clone)]
pub(crate) struct Spot<'r> {
    path: String,
    rules: Cursor<'r>,
    veil: Veil<'r>,
}

impl<'r> Spot<'r> {
    /// A root such as `body`; `rules` and `veil` stand above it.
    pub(crate) fn root(name: &str, rules: Cursor<'r>, veil: Veil<'r>) -> Self {
        Self { path: name.to_owned(), rules: rules.key(name), veil: veil.key(name) }
    }

    /// One key down. Keys that are ids are written `*`, so that a class does not fall apart into its members.
    pub(crate) fn key(&self, key: &str, digester: &Digester) -> Self {
        let path = if identifies(key) || scrub(key, digester) != key {
            format!("{}.*", self.path)
        } else if plain(key) {
            format!("{}.{}", self.path, shorten(key, KEY_BYTES_MAX))
        } else {
            format!("{}[\"{}\"]", self.path, shorten(key, KEY_BYTES_MAX))
        };
        Self { path, rules: self.rules.key(key), veil: self.veil.key(key) }
    }

    /// One index down; every index is written `[]`.
    pub(crate) fn index(&self) -> Self {
        let path = format!("{}[]", self.path);
        Self { path, rules: self.rules.index(), veil: self.veil.index() }
    }

    /// The path, bounded.
    pub(crate) fn path(&self) -> String {
        shorten(&self.path, PATH_BYTES_MAX)
    }

    /// The rules of this place.
    pub(crate) fn rules(&self) -> Cursor<'r> {
        self.rules
    }

    /// Whether this place may be shown.
    pub(crate) fn veil(&self) -> Veil<'r> {
        self.veil
    }
}

/// Numbers, UUIDs, hashes and the like: a map with such keys is a list in disguise.
fn identifies(key: &str) -> bool {
    let number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let long = key.len() >= ID_LETTERS_MIN
        && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && key.bytes().any(|byte| byte.is_ascii_digit());
    number || long
}

fn plain(key: &str) -> bool {
    let letter =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$' | b'@');
    !key.is_empty() && key.bytes().all(letter)
}

#[cfg(test)]
mod tests;
