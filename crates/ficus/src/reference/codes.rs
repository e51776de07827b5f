//! `docs/reference/findings.md`: every code a finding of the configuration can have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::NOTICE;

/// Every code and what it stands for.
const CODES: &[(&str, &str)] = &[
    (
        "compare/header-never-compared",
        "A header that is never compared, whatever the file says. A warning.",
    ),
    ("compare/redacted-path", "A path that redaction can not use."),
    ("compare/rule-expired", "A rule whose end has come, as the comparison itself says it."),
    ("compare/rule-name", "Two rules of one name, as the comparison itself says it."),
    ("compare/rule-path", "A path that a rule can not use."),
    ("compare/rule-tolerance", "A tolerance that means nothing at its path."),
    ("config/bad-value", "A value that can not be read as what its key holds."),
    ("config/contradiction", "Two values that can not both hold."),
    ("config/duplicate-name", "Two boundaries, rules or identities of one name."),
    ("config/expired-rule", "A rule whose end has come; it is not applied. A warning."),
    ("config/missing-key", "A key that has no default is left out."),
    ("config/nothing-safe", "No route is declared safe, so nothing is ever copied. A warning."),
    ("config/open-console", "The console listens beyond this machine. A warning."),
    ("config/open-token-file", "A token file can be read by others. A warning."),
    ("config/out-of-range", "A number outside of what means anything."),
    ("config/overlapping-routes", "Two routes that both claim some request."),
    ("config/rule-outside-surface", "A rule limited to a route that is not in the surface."),
    ("config/safe-outside-surface", "A safe route that is not in the surface."),
    ("config/shadow-timeout", "Copies would outlive the requests they are compared with."),
    ("config/syntax", "The text is not TOML; half-written files end up here."),
    ("config/unknown-key", "A key nobody knows, with the nearest one that is known."),
    (
        "config/unreachable",
        "Nobody accepts a connection there (`config check --probe`). A warning.",
    ),
    ("config/unreadable-file", "A file that can not be read."),
    ("config/unsafe-pattern", "A pattern that would declare writes safe wholesale."),
    ("config/weak-token", "A token too short to be a secret."),
    ("config/weight-not-rising", "A canary step that is not above the one before."),
    ("config/weight-too-high", "A canary step that leaves no baseline beside it."),
];

/// The page.
pub(super) fn page() -> String {
    let mut text = format!(
        "# Findings\n\n{NOTICE}Every finding has a place where there is one, says what is wrong, and what to do about \
         it. `ficus config check --json`\ngives the same to machines. Errors forbid applying; warnings do not.\n\n\
         | code | stands for |\n|---|---|\n"
    );
    for (code, meaning) in CODES {
        text.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    text
}

/// The codes written in the sources below a directory.
fn written(directory: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("a directory of sources") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            written(&path, codes);
            continue;
        }
        let here = path.file_name().is_some_and(|name| name == "codes.rs" || name == "tests.rs");
        if here || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        let code = |part: &&str| part.starts_with("config/") || part.starts_with("compare/");
        let quoted = text.split('"').filter(code);
        codes.extend(quoted.filter(|code| !code.contains(char::is_whitespace)).map(str::to_owned));
    }
}

#[test]
fn every_code_has_an_entry_and_every_entry_a_code() {
    let mut found = BTreeSet::new();
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    written(&crates.join("ficus/src"), &mut found);
    written(&crates.join("ficus-compare/src"), &mut found);
    let listed: BTreeSet<String> = CODES.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(found, listed);
}
