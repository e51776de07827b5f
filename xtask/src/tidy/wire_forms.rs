//! A type that serializes is a promise. Promises stand in modules called `wire`, `record` or `file` and nowhere else.

use super::{assert_none, planted};
use crate::tidy::sources::{Source, under};

const MODULES: [&str; 3] = ["wire", "record", "file"];

fn breaches(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !source.test() && !promises(&source.path)) {
        let (mut derive, mut inline) = (false, false);
        for (number, line) in source.code_lines() {
            inline = (inline && !line.starts_with('}')) || opens_promise(line);
            if inline {
                continue;
            }
            derive = derive || line.contains("derive(");
            let serde = line.contains("Serialize") || line.contains("Deserialize");
            if derive && serde {
                found.push(format!(
                    "{}:{number}: serializes outside wire, record and file",
                    source.path
                ));
            }
            derive = derive && !line.contains(")]");
        }
    }
    found
}

/// `mod wire {` at the margin: a module of its own within a file.
fn opens_promise(line: &str) -> bool {
    MODULES.iter().any(|module| line == format!("mod {module} {{"))
}

fn promises(path: &str) -> bool {
    path.split('/').any(|part| MODULES.contains(&part.trim_end_matches(".rs")))
}

#[test]
fn only_wire_record_and_file_serialize() {
    assert_none(&breaches(&under("crates", &["rs"])));
}

#[test]
fn a_planted_promise_is_found() {
    let derive = "#[derive(Debug, Serialize)]\nstruct A;";
    assert_eq!(breaches(&[planted("crates/a/src/state.rs", derive)]).len(), 1);
    assert_eq!(
        breaches(&[planted("crates/a/src/b.rs", "#[derive(\n    Debug,\n    Deserialize,\n)]")])
            .len(),
        1
    );
    assert!(breaches(&[planted("crates/a/src/wire/state.rs", derive)]).is_empty());
    assert!(breaches(&[planted("crates/a/src/wire.rs", derive)]).is_empty());
    let inline = format!("mod wire {{\n    {derive}\n}}\n");
    assert!(breaches(&[planted("crates/a/src/b.rs", &inline)]).is_empty());
    assert_eq!(breaches(&[planted("crates/a/src/b.rs", &format!("{inline}{derive}"))]).len(), 1);
    assert!(breaches(&[planted("crates/a/src/b.rs", "impl Serialize for A {")]).is_empty());
}
