//! The hashes of a JSON text, made while it is read and without a tree.
//!
//! A hash may only prove that nothing has to be reported. Where it cannot speak for the text (a number whose exact
//! value only the text knows, a key that stands twice, a nesting beyond the cap, broken JSON) the reader says `None`,
//! and the tree decides.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::digest::{Digester, Sum, Type};
use crate::json::DEPTH_MAX;
use crate::mask::{Hashed, Masker};
use crate::number::canonical_of_double;
use crate::places::Cursor;
use crate::rules::Applied;

/// The hashes of one body and what each rule has overlooked in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BodySums {
    pub(crate) hashed: Hashed,
    pub(crate) masks: Vec<Sum>,
}

/// Hashes a JSON text; `None` when only a tree can tell. `cursor` stands at the body.
pub(crate) fn body_sums<'r>(
    body: &[u8],
    applied: Applied<'r>,
    cursor: Cursor<'r>,
    digester: Digester,
) -> Option<BodySums> {
    let mut reader =
        Reader { masker: Masker::new(applied, digester), keys: Vec::new(), doubtful: false };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Value { reader: &mut reader, cursor, depth: 0 };
    let hashed = value.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    (!reader.doubtful).then(|| BodySums { hashed, masks: reader.masker.into_sums() })
}

struct Reader<'r> {
    masker: Masker<'r>,
    /// Hashed keys of the objects being read, the innermost last.
    keys: Vec<Sum>,
    doubtful: bool,
}

/// One value about to be read, at its place.
struct Value<'m, 'r> {
    reader: &'m mut Reader<'r>,
    cursor: Cursor<'r>,
    depth: usize,
}

/// A key about to be read; yields its hash and the cursor below it.
struct Key<'m, 'r> {
    digester: &'m Digester,
    cursor: Cursor<'r>,
}

impl Value<'_, '_> {
    fn scalar(self, kind: Type, strict: Sum) -> Hashed {
        self.reader.masker.scalar(self.cursor, kind, strict)
    }

    fn integer(self, negative: bool, magnitude: u64) -> Hashed {
        let strict = self.reader.masker.digester().integer(negative, magnitude);
        self.scalar(Type::Number, strict)
    }

    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth == DEPTH_MAX {
            return Err(E::custom("nested too deep"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = Hashed;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Hashed, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = Hashed;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Hashed, E> {
        let strict = self.reader.masker.digester().null();
        Ok(self.scalar(Type::Null, strict))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Hashed, E> {
        let strict = self.reader.masker.digester().boolean(value);
        Ok(self.scalar(Type::Boolean, strict))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Hashed, E> {
        Ok(self.integer(false, value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Hashed, E> {
        Ok(self.integer(value < 0, value.unsigned_abs()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Hashed, E> {
        match canonical_of_double(value) {
            Some(canonical) => {
                let strict = self.reader.masker.digester().number(&canonical);
                Ok(self.scalar(Type::Number, strict))
            }
            None => {
                self.reader.doubtful = true;
                Ok(self.integer(false, 0))
            }
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Hashed, E> {
        let strict = self.reader.masker.digester().text(text);
        Ok(self.scalar(Type::Text, strict))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Hashed, A::Error> {
        let depth = self.deeper()?;
        let cursor = self.reader.masker.inside(self.cursor).index();
        let mut array = Masker::new_array(self.cursor);
        while let Some(element) =
            elements.next_element_seed(Value { reader: &mut *self.reader, cursor, depth })?
        {
            self.reader.masker.push(&mut array, element);
        }
        Ok(self.reader.masker.array(self.cursor, &array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Hashed, A::Error> {
        let depth = self.deeper()?;
        let inside = self.reader.masker.inside(self.cursor);
        let first_key = self.reader.keys.len();
        let mut object = Masker::new_object(self.cursor);
        loop {
            let key = Key { digester: self.reader.masker.digester(), cursor: inside };
            let Some((key, cursor)) = members.next_key_seed(key)? else { break };
            let reader = &mut *self.reader;
            reader.keys.push(key);
            let value = members.next_value_seed(Value { reader, cursor, depth })?;
            self.reader.masker.put(&mut object, key, value);
        }
        self.reader.doubtful |= repeated(&mut self.reader.keys, first_key);
        Ok(self.reader.masker.object(self.cursor, &object))
    }
}

impl<'de, 'r> DeserializeSeed<'de> for Key<'_, 'r> {
    type Value = (Sum, Cursor<'r>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'r> Visitor<'_> for Key<'_, 'r> {
    type Value = (Sum, Cursor<'r>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let below = if self.cursor.quiet() { Cursor::QUIET } else { self.cursor.key(key) };
        Ok((self.digester.text(key), below))
    }
}

/// Whether a key stands twice in the innermost object; takes that object's keys off the stack.
fn repeated(keys: &mut Vec<Sum>, first: usize) -> bool {
    let twice = keys.get_mut(first..).is_some_and(|own| {
        own.sort_unstable();
        own.array_windows::<2>().any(|[left, right]| left == right)
    });
    keys.truncate(first);
    twice
}

#[cfg(test)]
mod tests;
