//! Names that say nothing, and paths that hold on one machine only.

use super::{assert_none, has_word, planted};
use crate::tidy::sources::{Source, under};

/// Words that make a type's name empty.
const EMPTY_WORDS: [&str; 11] = [
    "Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Misc", "Base", "Data", "Info",
    "Handle",
];
/// Names that stand for themselves: the plane that carries data, and what `http-body` calls its frames' payload.
const TERMS: [&str; 2] = ["DataPlane", "Data ="];
const SHORT_NAMES: [&str; 5] = ["mgr", "cfg", "ctx", "req", "resp"];
const DECLARATIONS: [&str; 4] = ["struct ", "enum ", "trait ", "type "];

fn empty_names(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in source.code_lines() {
            let name = declared_type(line).unwrap_or_default();
            let words = if term(line) { Vec::new() } else { camel_words(name) };
            let empty = words
                .iter()
                .find(|word| EMPTY_WORDS.contains(&word.as_str()) || *word == "Process");
            found.extend(
                empty.map(|word| format!("{}:{number}: `{name}` says `{word}`", source.path)),
            );
        }
    }
    found
}

fn term(line: &str) -> bool {
    TERMS.iter().any(|term| line.contains(term))
}

fn short_names(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in source.code_lines() {
            let line = without_texts(line);
            let line = line.replace("cfg(", "(").replace("cfg_attr(", "(");
            let short = SHORT_NAMES.iter().find(|name| has_word(&line, name));
            let getter = line.contains("fn get_").then_some(&"get_");
            let asking = (field(&line, "is_") || field(&line, "has_")).then_some(&"is_ on a field");
            let what = short.or(getter).or(asking);
            found.extend(what.map(|what| format!("{}:{number}: {what}", source.path)));
        }
    }
    found
}

/// A field declaration such as `pub is_open: bool,`.
fn field(line: &str, prefix: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
    line.starts_with(prefix) && line.contains(": bool,")
}

fn declared_type(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = ["pub ", "pub(crate) ", "pub(super) "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line);
    let name = DECLARATIONS.iter().find_map(|word| line.strip_prefix(word))?;
    name.split(|letter: char| !letter.is_alphanumeric()).next()
}

fn camel_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

fn without_texts(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

fn machine_paths(sources: &[Source]) -> Vec<String> {
    let starts = [
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
    ];
    let mut found = Vec::new();
    for source in sources {
        for (at, line) in source.text.lines().enumerate() {
            let start = starts.iter().find(|start| line.contains(*start));
            found.extend(start.map(|start| format!("{}:{}: {start}", source.path, at + 1)));
        }
    }
    found
}

fn rust() -> Vec<Source> {
    ["crates", "examples", "bench", "xtask"]
        .iter()
        .flat_map(|folder| under(folder, &["rs"]))
        .filter(|source| !source.path.starts_with("xtask/src/tidy/"))
        .collect()
}

#[test]
fn types_have_names_that_say_something() {
    assert_none(&empty_names(&rust()));
}

#[test]
fn names_are_words() {
    assert_none(&short_names(&rust()));
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let endings =
        ["rs", "md", "toml", "go", "sql", "js", "css", "html", "yaml", "yml", "json", "txt", "sh"];
    assert_none(&machine_paths(&under("", &endings)));
}

#[test]
fn planted_breaches_are_found() {
    for line in [
        "pub struct StoreManager {",
        "enum RequestInfo {",
        "pub(crate) struct Data;",
        "trait HandleExt {}",
    ] {
        assert_eq!(empty_names(&[planted("a.rs", line)]).len(), 1, "{line}");
    }
    for line in [
        "pub struct Database;",
        "struct Handled;",
        "struct Information;",
        "let base = Base::new();",
    ] {
        assert!(empty_names(&[planted("a.rs", line)]).is_empty(), "{line}");
    }
    for line in [
        "let ctx = 1;",
        "fn get_name(&self)",
        "    is_open: bool,",
        "    pub is_open: bool,",
        "f(req)",
    ] {
        assert_eq!(short_names(&[planted("a.rs", line)]).len(), 1, "{line}");
    }
    for line in [
        "#[cfg(test)]",
        "fn is_open(&self) -> bool {",
        "let required = 1;",
        "\"ctx\"",
        "fn target(&self)",
    ] {
        assert!(short_names(&[planted("a.rs", line)]).is_empty(), "{line}");
    }
    assert_eq!(machine_paths(&[planted("a.md", concat!("see /ho", "me/ada/x"))]).len(), 1);
}
