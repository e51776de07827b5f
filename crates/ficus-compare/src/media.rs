//! Media types, so far as they say how a body is read.

use std::collections::BTreeMap;

/// How a body is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Structured, by value.
    Json,
    /// Fields with values.
    Fields,
    /// Line by line.
    Text,
    /// Byte by byte.
    Opaque,
}

/// A media type without the freedom of its spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    essence: String,
    parameters: BTreeMap<String, String>,
}

impl MediaType {
    /// Reads `Content-Type`; anything can be read, at worst as a type nobody knows.
    ///
    /// JSON is always UTF-8 (RFC 8259), so a charset there says nothing; neither does the boundary of a multipart body.
    pub(crate) fn parse(value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(value);
        let mut parts = text.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut parameters: BTreeMap<String, String> = parts.filter_map(parameter).collect();
        parameters.remove("boundary");
        if json(&essence) {
            parameters.remove("charset");
        }
        Self { essence, parameters }
    }

    /// How a body of this type is compared.
    pub(crate) fn form(&self) -> Form {
        let essence = self.essence.as_str();
        let text = essence.starts_with("text/")
            || essence.ends_with("+xml")
            || matches!(essence, "application/xml" | "application/javascript");
        match essence {
            _ if json(essence) => Form::Json,
            "application/x-www-form-urlencoded" => Form::Fields,
            _ if text && self.utf8() => Form::Text,
            _ => Form::Opaque,
        }
    }

    fn utf8(&self) -> bool {
        let charset = self.parameters.get("charset").map(String::as_str);
        matches!(charset, None | Some("utf-8" | "utf8" | "us-ascii"))
    }
}

/// How a body without a media type is compared.
pub(crate) fn sniffed(body: &[u8]) -> Form {
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => Form::Json,
        _ => Form::Opaque,
    }
}

fn json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
    let value = if name == "charset" { value.to_ascii_lowercase() } else { value.to_owned() };
    Some((name, value))
}

#[cfg(test)]
mod tests;
