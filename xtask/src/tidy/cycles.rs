//! Inside a crate the modules form an order: no two top-level modules import each other, not even by way of others.
//!
//! Then any of them can be read, changed and tested with only those below it in mind. What counts is what a module
//! says, `crate::x` in an import or in a path; the crate's root only lists the modules, and test code may look anywhere.

use std::collections::{BTreeMap, BTreeSet};

use super::{assert_none, planted};
use crate::tidy::sources::{Source, under};

/// Cycles that are still there: the crate, its modules, and why. This list only shrinks.
const EXCEPTIONS: [(&str, &[&str], &str); 2] = [
    ("ficus-console", &["live", "routes"], "what the routes lead to finds boundaries as they do"),
    (
        "ficus-control",
        &["desk", "evidence", "ledger", "sinks"],
        "verifying the ledger replays evidence, and both name what sinks hand over",
    ),
];

/// Modules and the modules they name.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// What each crate's top-level modules import of each other.
fn imports(sources: &[Source]) -> BTreeMap<String, Imports> {
    let mut crates: BTreeMap<String, Imports> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.test()) {
        let Some((folder, file)) = source.path.split_once("/src/") else { continue };
        let module = file.split('/').next().unwrap_or(file).trim_end_matches(".rs");
        if !matches!(module, "lib" | "main") {
            let folder = folder.rsplit('/').next().unwrap_or(folder);
            let known = crates.entry(folder.to_owned()).or_default();
            known.entry(module.to_owned()).or_default().extend(named(source));
        }
    }
    crates
}

/// The first names of all `crate::` paths of a file, groups in braces included.
fn named(source: &Source) -> BTreeSet<String> {
    let mut code = String::new();
    for (_, line) in source.code_lines() {
        if line.starts_with("mod tests {") {
            break;
        }
        code.push_str(line);
        code.push('\n');
    }
    let paths = code.split("crate::").skip(1);
    paths.flat_map(|path| path.strip_prefix('{').map_or_else(|| vec![first(path)], group)).collect()
}

/// The name a path begins with.
fn first(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

/// The names of a group, of those within it only the first of each path.
fn group(inside: &str) -> Vec<String> {
    let (mut names, mut depth, mut begins) = (Vec::new(), 1, true);
    for (at, letter) in inside.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' => begins |= depth == 1,
            letter if begins && !letter.is_whitespace() => {
                names.push(first(inside.get(at..).unwrap_or_default()));
                begins = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Whatever a module imports, itself or by way of others.
fn reached<'all>(modules: &'all Imports, from: &str) -> BTreeSet<&'all str> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some((_, named)) = next.pop().and_then(|module| modules.get_key_value(module)) {
        let fresh = named.iter().filter_map(|name| modules.get_key_value(name));
        for (name, _) in fresh {
            if seen.insert(name.as_str()) {
                next.push(name);
            }
        }
    }
    seen
}

/// The modules of each crate that are in a cycle, with those of their imports that lead back to them.
fn cycles(sources: &[Source]) -> Vec<(String, String, Vec<String>)> {
    let mut found = Vec::new();
    for (name, modules) in imports(sources) {
        for (module, named) in &modules {
            let back = named
                .iter()
                .filter(|to| *to != module && reached(&modules, to).contains(module.as_str()));
            let back: Vec<_> = back.cloned().collect();
            if !back.is_empty() {
                found.push((name.clone(), module.clone(), back));
            }
        }
    }
    found
}

#[test]
fn modules_form_an_order() {
    let sources = under("crates", &["rs"]);
    assert!(!sources.is_empty(), "there are crates");
    let cycles = cycles(&sources);
    let excused = |name: &str, module: &str| {
        EXCEPTIONS.iter().any(|(of, modules, _)| *of == name && modules.contains(&module))
    };
    let mut breaches = Vec::new();
    for (name, module, back) in &cycles {
        if !excused(name, module) {
            let back = back.join("`, `");
            breaches.push(format!("{name}: `{module}` imports `{back}`, which import it again"));
        }
    }
    for (name, modules, _) in EXCEPTIONS {
        for module in modules {
            if !cycles.iter().any(|(of, in_cycle, _)| of == name && in_cycle == module) {
                breaches.push(format!("{name}: `{module}` is in no cycle and needs no exception"));
            }
        }
    }
    assert_none(&breaches);
}

#[test]
fn a_planted_cycle_is_found() {
    let path = |module| format!("crates/planted/src/{module}");
    let ring = [
        planted(&path("lib.rs"), "pub use crate::one::One;"),
        planted(&path("one.rs"), "use crate::{\n    leaf,\n    two::{self, Two},\n};"),
        planted(&path("two/deep.rs"), "fn f() -> crate::three::Three { todo }"),
        planted(&path("three.rs"), "use crate::one::One;"),
        planted(&path("leaf.rs"), "// not crate::one"),
    ];
    let found: Vec<_> = cycles(&ring).into_iter().map(|(_, module, _)| module).collect();
    assert_eq!(found, ["one", "three", "two"]);
}

#[test]
fn tests_and_an_order_are_no_cycle() {
    let path = |module| format!("crates/planted/src/{module}");
    let order = [
        planted(&path("one.rs"), "use crate::{leaf, two};\nuse crate::one::inner::Inner;"),
        planted(
            &path("two.rs"),
            "use crate::leaf;\n#[cfg(test)]\nmod tests {\n    use crate::one;\n}",
        ),
        planted(&path("two/tests.rs"), "use crate::one;"),
        planted(&path("leaf.rs"), ""),
    ];
    assert_eq!(cycles(&order), []);
}
