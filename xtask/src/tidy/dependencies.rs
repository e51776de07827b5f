//! Licences, bans and duplicates of everything that is linked: the half of `deny.toml` that needs no network.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use toml::{Table, Value};

use super::assert_none;
use crate::run::{cargo, root, text};

/// A linked crate.
struct Package {
    name: String,
    version: String,
    licence: String,
}

fn packages() -> Vec<Package> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--format-version=1", "--offline", "--locked"]);
    metadata.args(["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let metadata: Json = serde_json::from_str(&text(&mut metadata).unwrap()).unwrap();
    let word = |package: &Json, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let package = |package: &Json| Package {
        name: word(package, "name"),
        version: word(package, "version"),
        licence: word(package, "license"),
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn policy() -> Table {
    std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap()
}

/// The texts under `section.list`, or under `section.list[].key`.
fn listed(policy: &Table, section: &str, list: &str, key: &str) -> BTreeSet<String> {
    let values = policy[section][list].as_array().unwrap();
    let one = |value: &Value| {
        let text = value.as_str().unwrap_or_else(|| value[key].as_str().unwrap());
        text.to_owned()
    };
    values.iter().map(one).collect()
}

/// Whether an expression of the SPDX kind can be met with the allowed licences. `/` is how it was once written.
fn meets(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    let known =
        |licence: &str| allowed.contains(licence.split(" WITH ").next().unwrap_or_default().trim());
    // `A OR B AND C` as `(A OR B) AND C`, which is how the few that mix the two mean it.
    expression.split(" AND ").all(|part| part.split(" OR ").any(known))
}

#[test]
fn every_licence_is_allowed() {
    let allowed = listed(&policy(), "licenses", "allow", "");
    let breaches: Vec<String> = packages()
        .into_iter()
        .filter(|package| !meets(&package.licence, &allowed))
        .map(|package| format!("{} {}: `{}`", package.name, package.version, package.licence))
        .collect();
    assert_none(&breaches);
}

#[test]
fn nothing_banned_is_linked() {
    let banned = listed(&policy(), "bans", "deny", "crate");
    let breaches: Vec<String> = packages()
        .into_iter()
        .map(|package| package.name)
        .filter(|name| banned.contains(name))
        .collect();
    assert_none(&breaches);
}

#[test]
fn nothing_is_linked_twice_without_a_reason() {
    let excused = listed(&policy(), "bans", "skip", "crate");
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions.entry(package.name).or_default().insert(package.version);
    }
    let twice = |versions: &BTreeSet<String>| versions.len() > 1;
    let breaches: Vec<String> = versions
        .iter()
        .filter(|(_, versions)| twice(versions))
        .filter(|(name, versions)| {
            !versions.iter().any(|version| excused.contains(&format!("{name}@{version}")))
        })
        .map(|(name, versions)| format!("{name}: {versions:?}"))
        .collect();
    assert_none(&breaches);
}

#[test]
fn licence_expressions_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "Apache-2.0"].map(str::to_owned).into();
    for expression in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "(MIT OR GPL-3.0) AND Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(meets(expression, &allowed), "{expression}");
    }
    for expression in ["", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR AGPL-3.0) AND MIT"] {
        assert!(!meets(expression, &allowed), "{expression}");
    }
}

#[test]
fn every_outside_crate_has_a_reason_beside_it() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let listed =
        manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let breaches: Vec<&str> = listed
        .lines()
        .filter(|line| {
            line.contains(" = ") && !line.starts_with("ficus-") && !line.starts_with('#')
        })
        .filter(|line| !line.contains("  # "))
        .collect();
    assert_none(&breaches.into_iter().map(str::to_owned).collect::<Vec<_>>());
}
