//! Every crate is under the same lints and settings, and a pure one brings its own bans.

use super::{assert_none, planted};
use crate::tidy::sources::{Source, under};

/// Lines every manifest has.
const LINES: [&str; 7] = [
    "version.workspace = true",
    "edition.workspace = true",
    "rust-version.workspace = true",
    "license.workspace = true",
    "publish.workspace = true",
    "[lints]",
    "workspace = true",
];

fn breaches(manifests: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for manifest in manifests {
        let has = |line: &str| manifest.text.lines().any(|present| present == line);
        let lacking = LINES.iter().filter(|line| !has(line));
        found.extend(lacking.map(|line| format!("{}: lacks `{line}`", manifest.path)));
        let loose = manifest.text.lines().filter(|line| line.contains("version = \""));
        found.extend(
            loose.map(|line| format!("{}: `{line}` is not the workspace's", manifest.path)),
        );
    }
    found
}

fn manifests() -> Vec<Source> {
    let folders = ["crates", "examples", "bench", "xtask"];
    let files = folders.iter().flat_map(|folder| under(folder, &["toml"]));
    files.filter(|file| file.path.ends_with("/Cargo.toml")).collect()
}

#[test]
fn every_manifest_follows_the_workspace() {
    let manifests = manifests();
    assert!(manifests.len() >= 9);
    assert_none(&breaches(&manifests));
}

#[test]
fn pure_crates_bring_their_bans() {
    for name in ["ficus-model", "ficus-compare"] {
        let files = under(&format!("crates/{name}"), &["toml"]);
        let clippy = files.iter().find(|file| file.path.ends_with("/clippy.toml")).unwrap();
        for banned in
            ["HashMap", "HashSet", "Instant", "SystemTime", "std::fs::read", "std::thread::spawn"]
        {
            assert!(clippy.text.contains(banned), "{}: does not ban {banned}", clippy.path);
        }
    }
}

#[test]
fn planted_breaches_are_found() {
    let fine = LINES.join("\n");
    assert_none(&breaches(&[planted("crates/a/Cargo.toml", &fine)]));
    let own = format!("{}\nserde = {{ version = \"1\" }}", fine.replace("[lints]", ""));
    assert_eq!(breaches(&[planted("crates/a/Cargo.toml", &own)]).len(), 2);
}
