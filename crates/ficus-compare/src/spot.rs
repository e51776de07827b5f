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

/// One place in both bodies. Path and veil are made only for what is reported, which is little.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'s> {
    above: Above<'s>,
    rules: Cursor<'s>,
}

/// How a place was come to.
#[derive(Debug, Clone, Copy)]
enum Above<'s> {
    /// It is a root with this name; the veil stands above it.
    Root(&'s str, Veil<'s>),
    /// By this key.
    Key(&'s Spot<'s>, &'s str),
    /// By an index.
    Index(&'s Spot<'s>),
}

impl<'s> Spot<'s> {
    /// A root such as `body`; `rules` and `veil` stand above it.
    pub(crate) fn root(name: &'s str, rules: Cursor<'s>, veil: Veil<'s>) -> Self {
        Self { above: Above::Root(name, veil), rules: rules.key(name) }
    }

    /// One key down.
    pub(crate) fn key<'d>(&'d self, key: &'d str) -> Spot<'d>
    where
        's: 'd,
    {
        Spot { above: Above::Key(self, key), rules: self.rules.key(key) }
    }

    /// One index down.
    pub(crate) fn index(&self) -> Spot<'_> {
        Spot { above: Above::Index(self), rules: self.rules.index() }
    }

    /// The path, bounded: every index is `[]`, and keys that are ids are `*`, so that a class does not fall apart into
    /// its members.
    pub(crate) fn path(&self, digester: &Digester) -> String {
        let mut path = String::new();
        self.write(&mut path, digester);
        shorten(&path, PATH_BYTES_MAX)
    }

    /// The rules of this place.
    pub(crate) fn rules(&self) -> Cursor<'s> {
        self.rules
    }

    /// Whether this place may be shown.
    pub(crate) fn veil(&self) -> Veil<'s> {
        match self.above {
            Above::Root(name, veil) => veil.key(name),
            Above::Key(above, key) => above.veil().key(key),
            Above::Index(above) => above.veil().index(),
        }
    }

    fn write(&self, path: &mut String, digester: &Digester) {
        match self.above {
            Above::Root(name, _) => path.push_str(name),
            Above::Index(above) => {
                above.write(path, digester);
                path.push_str("[]");
            }
            Above::Key(above, key) => {
                above.write(path, digester);
                path.push_str(&written(key, digester));
            }
        }
    }
}

/// A key as a rule would name it.
fn written(key: &str, digester: &Digester) -> String {
    let short = shorten(key, KEY_BYTES_MAX);
    if identifies(key) || scrub(key, digester) != key {
        ".*".to_owned()
    } else if plain(key) {
        format!(".{short}")
    } else {
        format!("[\"{short}\"]")
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
