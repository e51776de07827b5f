//! Pure crates: no clock, no files, no sockets, no threads, no randomness, no unordered maps.
//!
//! Their own `clippy.toml` bans single functions and types; a whole module cannot be banned there, so it is done here.

use super::{assert_none, has_word, planted};
use crate::tidy::sources::{Source, under};

const PURE: [&str; 2] = ["crates/ficus-model", "crates/ficus-compare"];
const MODULES: [&str; 6] = ["env", "fs", "net", "os", "process", "thread"];
const WORDS: [&str; 17] = [
    "HashMap",
    "HashSet",
    "Instant",
    "SystemTime",
    "Mutex",
    "RwLock",
    "OnceLock",
    "LazyLock",
    "RandomState",
    "tokio",
    "hyper",
    "axum",
    "tracing",
    "log",
    "rand",
    "getrandom",
    "async",
];

/// What a pure crate must not say outside its tests.
fn breaches(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !source.test()) {
        for (number, line) in source.code_lines() {
            let words = WORDS.iter().filter(|word| speaks_of(line, word));
            let modules = MODULES.iter().filter(|module| uses_module(line, module));
            for what in words.chain(modules) {
                found.push(format!("{}:{number}: a pure crate has no `{what}`", source.path));
            }
        }
    }
    found
}

/// Types as words; crates only as the start of a path.
fn speaks_of(line: &str, word: &str) -> bool {
    let lower = word.starts_with(|letter: char| letter.is_lowercase());
    if lower && word != "async" {
        return has_word(line, word)
            && (line.contains(&format!("{word}::")) || line.contains(&format!("{word}!")));
    }
    has_word(line, word)
}

/// `std::fs`, and `fs` in `use std::{fs, io};`.
fn uses_module(line: &str, module: &str) -> bool {
    let listed = line.trim_start().starts_with("use std::{") && has_word(line, module);
    let named = line.split("std::").skip(1).any(|after| {
        after.strip_prefix(module).is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        })
    });
    listed || named
}

#[test]
fn pure_crates_are_pure() {
    for folder in PURE {
        let sources = under(&format!("{folder}/src"), &["rs"]);
        assert!(!sources.is_empty(), "{folder} has sources");
        assert_none(&breaches(&sources));
    }
}

#[test]
fn a_planted_breach_is_found() {
    for line in [
        "use std::collections::HashMap;",
        "let now = Instant::now();",
        "let text = std::fs::read_to_string(path)?;",
        "use std::{fmt, fs};",
        "std::thread::spawn(|| {});",
        "let home = std::env::var(\"HOME\");",
        "tracing::info!(\"x\");",
        "log::warn!(\"x\");",
        "use tokio::time::sleep;",
        "async fn decide() {}",
    ] {
        let found = breaches(&[planted("crates/ficus-model/src/a.rs", line)]);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
    }
}

#[test]
fn what_only_sounds_like_a_breach_is_none() {
    for line in [
        "// an Instant would be wrong here",
        "use std::fmt;",
        "let log = f64::ln(x);",
        "/// Kept in a HashMap elsewhere.",
        "let network = std::network();",
        "struct Instantly;",
        "use std::collections::BTreeMap;",
    ] {
        let found = breaches(&[planted("crates/ficus-model/src/a.rs", line)]);
        assert!(found.is_empty(), "{line}: {found:?}");
    }
    assert!(breaches(&[planted("crates/ficus-model/src/a/tests.rs", "Instant::now()")]).is_empty());
}
