//! JSON the way Go's `encoding/json` writes and reads it.
//!
//! The monolith's clients have lived with these habits for years, so the service keeps them byte for byte:
//! `<`, `>`, `&`, U+2028 and U+2029 are escaped in strings, floats have no needless `.0`, an answer ends with a
//! newline; when reading, field names match in any case, the last of two wins, `null` leaves a field alone and
//! unknown fields are skipped.

use std::io;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::ser::{Formatter, Serializer};

/// Writes a value as `json.Marshal` does.
///
/// # Errors
/// Only for values that have no JSON form, such as a float that is not finite.
pub(crate) fn marshal<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut text, GoFormatter))?;
    Ok(text)
}

/// Writes a value as `json.NewEncoder(w).Encode` does: with a newline at the end.
///
/// # Errors
/// As [`marshal`].
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = marshal(value)?;
    text.push(b'\n');
    Ok(text)
}

struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (plain, tail) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = tail.chars();
            if let Some(special) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(special))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

/// The shortest digits that read back as the same number, with Go's choice between the two notations.
fn float(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
            _ => text,
        };
    }
    format!("{value}")
}

/// A JSON value whose objects keep their fields in order, twice-named ones included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool,
    Number(serde_json::Number),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Reads one JSON value and nothing after it. Bytes that are no UTF-8 become U+FFFD, as in Go.
///
/// # Errors
/// The text is not JSON.
pub(crate) fn parse(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&String::from_utf8_lossy(body))
}

/// A field had a value that does not fit it; holds the path as Go writes it, without indices.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongType(pub(crate) String);

impl Value {
    /// Calls `field` for each field of an object, in order. `null` counts as an object without fields.
    ///
    /// # Errors
    /// This is no object, or `field` found a value of the wrong type.
    pub(crate) fn fields(
        &self,
        path: &str,
        mut field: impl FnMut(&str, &Self) -> Result<(), WrongType>,
    ) -> Result<(), WrongType> {
        match self {
            Self::Null => Ok(()),
            Self::Object(pairs) => pairs.iter().try_for_each(|(name, value)| field(name, value)),
            Self::Bool | Self::Number(_) | Self::Text(_) | Self::List(_) => {
                Err(WrongType(path.to_owned()))
            }
        }
    }

    /// Puts a string into `target`; `null` leaves it alone.
    ///
    /// # Errors
    /// This is neither a string nor `null`.
    pub(crate) fn read_text(&self, path: &str, target: &mut String) -> Result<(), WrongType> {
        match self {
            Self::Null => {}
            Self::Text(text) => target.clone_from(text),
            Self::Bool | Self::Number(_) | Self::List(_) | Self::Object(_) => {
                return Err(WrongType(path.to_owned()));
            }
        }
        Ok(())
    }

    /// Puts an integer into `target`; `null` leaves it alone.
    ///
    /// # Errors
    /// This is neither `null` nor an integer that fits.
    pub(crate) fn read_integer(&self, path: &str, target: &mut i64) -> Result<(), WrongType> {
        match self {
            Self::Null => return Ok(()),
            Self::Number(number) => {
                if let Some(integer) = number.as_i64() {
                    *target = integer;
                    return Ok(());
                }
            }
            Self::Bool | Self::Text(_) | Self::List(_) | Self::Object(_) => {}
        }
        Err(WrongType(path.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Bool)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element()? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = access.next_entry()? {
            pairs.push(pair);
        }
        Ok(Value::Object(pairs))
    }
}

#[cfg(test)]
mod tests;
