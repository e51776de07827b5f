use expect_test::expect_file;
use serde_json::Value;

use super::{document, document_text};

#[test]
fn the_committed_description_is_fresh() {
    // `UPDATE_EXPECT=1 cargo test -p ficus-control openapi` writes it anew.
    let text = document_text().expect("the description is JSON");
    expect_file!["../../../../../api/openapi.json"].assert_eq(&text);
}

#[test]
fn it_is_openapi_3_1_with_every_reference_resolved() {
    let text = document_text().expect("the description is JSON");
    let document: Value = serde_json::from_str(&text).expect("JSON reads back");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 40, "the views refer to each other");
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference} is missing");
    }
}

#[test]
fn every_action_needs_the_operator_and_may_be_refused() {
    let paths = document().paths.paths;
    let actions: Vec<_> = paths.values().filter_map(|item| item.post.as_ref()).collect();
    assert_eq!(actions.len(), 5);
    for action in actions {
        assert!(action.security.is_some());
        for status in ["401", "403", "409", "503"] {
            assert!(action.responses.responses.contains_key(status), "{status}");
        }
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                references.push(reference.to_owned());
            }
            fields.values().for_each(|field| collect(field, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_reference_page_names_every_path() {
    let document = document();
    let mut rows = Vec::new();
    for (path, item) in &document.paths.paths {
        let operations = [("GET", item.get.as_ref()), ("POST", item.post.as_ref())];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let who = operation.tags.as_ref().and_then(|tags| tags.first()).expect("a tag");
            let summary = operation.summary.as_deref().expect("a summary");
            rows.push(format!("| `{method} {path}` | {who} | {summary} |\n"));
        }
    }
    rows.sort();
    let page = include_str!("../../../../../docs/reference/api.md");
    let table = page.split("|---|---|---|\n").nth(1).expect("the page has its table");
    let present: String = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(present, rows.concat(), "docs/reference/api.md is stale");
}
