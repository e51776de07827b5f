//! Which crate may see which: `crates/edges.txt` is the list, and a new line in it is seen in review.

use std::collections::BTreeMap;

use serde_json::Value;

use super::assert_none;
use crate::run::{cargo, root, text};

/// Crates that never see each other: they meet in `ficus`, through the types of `ficus-model`.
const STRANGERS: [&str; 5] =
    ["ficus-gateway", "ficus-control", "ficus-transfer", "ficus-contract", "ficus-survey"];
/// The one pair of them that may: control judges contracts.
const ACQUAINTED: (&str, &str) = ("ficus-control", "ficus-contract");

/// `from -> to to …`, one line per crate, development edges behind `dev:`.
fn edges() -> BTreeMap<String, (Vec<String>, Vec<String>)> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--format-version=1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_str(&text(&mut metadata).unwrap()).unwrap();
    let mut edges = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let (mut product, mut development) = (Vec::new(), Vec::new());
        let dependencies = package["dependencies"].as_array().unwrap();
        for dependency in dependencies.iter().filter(|dependency| dependency.get("path").is_some())
        {
            let name = dependency["name"].as_str().unwrap().to_owned();
            let to = if dependency["kind"] == "dev" { &mut development } else { &mut product };
            to.push(name);
        }
        product.sort();
        development.sort();
        edges.insert(package["name"].as_str().unwrap().to_owned(), (product, development));
    }
    edges
}

#[test]
fn edges_are_the_committed_ones() {
    let mut shown = String::new();
    for (from, (product, development)) in edges() {
        let dev = if development.is_empty() {
            String::new()
        } else {
            format!(" dev: {}", development.join(" "))
        };
        shown
            .push_str(&format!("{}\n", format!("{from} -> {}{dev}", product.join(" ")).trim_end()));
    }
    expect_test::expect_file![root().join("crates/edges.txt")].assert_eq(&shown);
}

#[test]
fn strangers_stay_strangers_and_nobody_needs_the_simulator() {
    let mut breaches = Vec::new();
    for (from, (product, _)) in edges() {
        for to in &product {
            let both = STRANGERS.contains(&from.as_str()) && STRANGERS.contains(&to.as_str());
            if both && (from.as_str(), to.as_str()) != ACQUAINTED {
                breaches.push(format!("{from} must not see {to}"));
            }
            if to == "ficus-sim" && from.starts_with("ficus") {
                breaches.push(format!("{from} must not need the simulator"));
            }
            if to == "ficus-console" && from != "ficus" {
                breaches.push(format!("{from} must not need the console"));
            }
        }
    }
    assert_none(&breaches);
}
