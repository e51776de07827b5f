//! Sizes and phrases.

use super::{assert_none, has_word, planted};
use crate::tidy::sources::{Source, under};

/// Longest source file, in lines.
const FILE_LINES_MAX: usize = 800;
/// All script of the console together, in lines.
const SCRIPT_LINES_MAX: usize = 500;
const SOURCE_FOLDERS: [&str; 4] = ["crates", "examples", "bench", "xtask"];

fn too_long(sources: &[Source]) -> Vec<String> {
    let lines = |source: &Source| source.text.lines().count();
    let long = sources.iter().filter(|source| lines(source) > FILE_LINES_MAX);
    long.map(|source| format!("{}: {} lines, at most {FILE_LINES_MAX}", source.path, lines(source)))
        .collect()
}

/// Phrases that stand for a shortcut, spelled in two so that this file is none.
fn shortcuts(sources: &[Source]) -> Vec<String> {
    let phrases = [
        concat!("#[", "ignore"),
        concat!("#[", "should_panic"),
        concat!("#[", "allow("),
        concat!("#![", "allow("),
        concat!("un", "safe {"),
        concat!("FIX", "ME"),
        concat!("HA", "CK"),
    ];
    let mut found = Vec::new();
    for source in sources {
        for (at, line) in source.text.lines().enumerate() {
            let phrase = phrases.iter().find(|phrase| line.contains(*phrase));
            let todo = has_word(line, concat!("TO", "DO")) && !line.contains('#');
            let what = phrase.copied().or(todo.then_some("to do without an issue"));
            found.extend(what.map(|what| format!("{}:{}: {what}", source.path, at + 1)));
        }
    }
    found
}

fn without_forbid(roots: &[Source]) -> Vec<String> {
    let lacks = |source: &&Source| !source.text.contains(concat!("#![forbid(un", "safe_code)]"));
    roots
        .iter()
        .filter(lacks)
        .map(|source| format!("{}: does not forbid it", source.path))
        .collect()
}

fn crate_roots() -> Vec<Source> {
    let depth = |source: &Source| source.path.split('/').count();
    let mut roots = Vec::new();
    for folder in SOURCE_FOLDERS {
        let sources = under(folder, &["rs"]);
        let is_root = |source: &Source| {
            let named =
                ["/src/lib.rs", "/src/main.rs"].iter().any(|name| source.path.ends_with(name));
            named && depth(source) <= 4
        };
        roots.extend(sources.into_iter().filter(is_root));
    }
    roots
}

fn all_sources() -> Vec<Source> {
    let endings = ["rs", "go", "js", "css", "html", "sql"];
    SOURCE_FOLDERS.iter().flat_map(|folder| under(folder, &endings)).collect()
}

#[test]
fn no_file_is_too_long() {
    assert_none(&too_long(&all_sources()));
}

#[test]
fn script_stays_small() {
    let script = under("crates/ficus-console", &["js"]);
    let lines: usize = script.iter().map(|source| source.text.lines().count()).sum();
    assert!(lines <= SCRIPT_LINES_MAX, "{lines} lines of script, at most {SCRIPT_LINES_MAX}");
}

#[test]
fn nothing_is_waved_through() {
    assert_none(&shortcuts(&all_sources()));
}

#[test]
fn every_crate_forbids_what_the_compiler_cannot_check() {
    let roots = crate_roots();
    assert!(roots.len() >= 10, "{} crate roots found", roots.len());
    assert_none(&without_forbid(&roots));
}

#[test]
fn planted_breaches_are_found() {
    let long = planted("a.rs", &"x\n".repeat(FILE_LINES_MAX + 1));
    assert_eq!(too_long(&[long, planted("b.rs", "x\n")]).len(), 1);
    for line in
        [concat!("#[", "ignore]"), concat!("// TO", "DO later"), concat!("#[", "allow(dead_code)]")]
    {
        assert_eq!(shortcuts(&[planted("a.rs", line)]).len(), 1, "{line}");
    }
    assert!(shortcuts(&[planted("a.rs", concat!("// TO", "DO #12: later"))]).is_empty());
    assert_eq!(without_forbid(&[planted("crates/a/src/lib.rs", "pub mod a;")]).len(), 1);
}
