//! A JSON Schema of each document, for editors: made from the table of keys.

use serde_json::{Map, Value, json};

use crate::file::{Document, Key, Kind};

/// Sections that may be there several times.
const REPEATED: [&str; 4] = ["identity", "boundary", "shadow.rules", "canary.steps"];

/// The schema of a document, JSON Schema 2020-12.
pub(super) fn schema(document: Document) -> Value {
    let mut root = object(document, "");
    if let Some(map) = root.as_object_mut() {
        let title = match document {
            Document::Process => "ficus.toml",
            Document::Boundary => "migration/<boundary>.toml",
        };
        map.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        map.insert("title".to_owned(), json!(title));
    }
    if document == Document::Process {
        let boundaries = json!({ "type": "array", "items": object(Document::Boundary, "") });
        if let Some(properties) = root.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("boundary".to_owned(), boundaries);
        }
    }
    root
}

/// The object at a path: its own keys, and the sections below it.
fn object(document: Document, path: &str) -> Value {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in document.keys() {
        let Some(rest) = key.path.strip_prefix(&prefix) else { continue };
        match rest.split_once('.') {
            None => {
                properties.insert(rest.to_owned(), value(key));
                if key.required {
                    required.push(json!(rest));
                }
            }
            Some((section, _)) if !properties.contains_key(section) => {
                let below = format!("{prefix}{section}");
                let object = object(document, &below);
                let repeated = REPEATED.contains(&below.as_str());
                let shape =
                    if repeated { json!({ "type": "array", "items": object }) } else { object };
                properties.insert(section.to_owned(), shape);
            }
            Some(_) => {}
        }
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

/// What a value may look like.
fn value(key: &Key) -> Value {
    let mut shape = match key.kind {
        Kind::Text | Kind::Path | Kind::Address | Kind::Url => json!({ "type": "string" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Percentage => json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *%$" }),
        Kind::Duration => {
            json!({ "type": "string", "pattern": "^([0-9.]+(us|µs|ms|s|m|min|h|d))+$" })
        }
        Kind::Count => json!({ "type": "integer", "minimum": 0 }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Bytes => json!({ "type": ["string", "integer"] }),
        Kind::Date => json!({ "type": "string" }),
        Kind::Tolerance => json!({ "type": ["string", "object"] }),
        Kind::Routes | Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Pairs => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
    };
    if let Some(map) = shape.as_object_mut() {
        map.insert("description".to_owned(), json!(key.meaning));
    }
    shape
}
