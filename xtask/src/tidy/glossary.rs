//! One term, one meaning, one type: the glossary against the sources, both ways.

use std::collections::{BTreeMap, BTreeSet};

use super::{assert_none, has_word, planted};
use crate::run::root;
use crate::tidy::sources::{Source, under};

/// The vocabulary: each word needs its row. Rows beyond it are welcome once they name a type that exists.
const TERMS: [&str; 45] = [
    "Migration",
    "Boundary",
    "Surface",
    "Side",
    "Baseline",
    "Candidate",
    "Stage",
    "Plan",
    "Step",
    "Phase",
    "Split",
    "Weight",
    "Mirror",
    "Assignment",
    "Rollout",
    "Observation",
    "Comparison",
    "Difference",
    "Rule",
    "Coverage",
    "Objective",
    "Budget",
    "Burn",
    "Gate",
    "Reading",
    "Evidence",
    "Verdict",
    "Judgement",
    "Decision",
    "Refusal",
    "Snapshot",
    "Transfer",
    "Writer",
    "Position",
    "Lag",
    "Ledger",
    "Entry",
    "Head",
    "Flag",
    "Principal",
    "Drill",
    "Readiness",
    "Outcome",
    "Finding",
    "Policy",
];

/// A row: the term and the place of its type, `ficus_model::side::Side`, or none while it is not built.
struct Row {
    term: String,
    types: Vec<String>,
}

fn rows(text: &str) -> Vec<Row> {
    let cells = |line: &str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut rows = Vec::new();
    for cells in text.lines().filter(|line| line.starts_with("| **")).map(cells) {
        let [_, terms, _, place, ..] = cells.as_slice() else { continue };
        let types: Vec<String> = place.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        for term in terms.split(',') {
            rows.push(Row { term: term.trim().trim_matches('*').to_owned(), types: types.clone() });
        }
    }
    rows
}

/// Words without a row, rows of neither a word nor a type, and types that are not where the row says.
fn breaches(rows: &[Row], terms: &[&str], sources: &BTreeMap<String, Source>) -> Vec<String> {
    let listed: BTreeSet<&str> = rows.iter().map(|row| row.term.as_str()).collect();
    let known: BTreeSet<&str> = terms.iter().copied().collect();
    let mut found: Vec<String> =
        known.difference(&listed).map(|term| format!("{term}: has no row")).collect();
    let empty =
        rows.iter().filter(|row| row.types.is_empty() && !known.contains(row.term.as_str()));
    found.extend(
        empty.map(|row| format!("{}: is no word of the vocabulary and has no type", row.term)),
    );
    for path in rows.iter().flat_map(|row| &row.types) {
        if !exists(path, sources) {
            found.push(format!("{path}: is not in the sources"));
        }
    }
    found
}

/// Whether `ficus_model::side::Side` is declared in `crates/ficus-model/src/side.rs`, or a folder below it.
fn exists(path: &str, sources: &BTreeMap<String, Source>) -> bool {
    let Some((module, name)) = path.rsplit_once("::") else { return false };
    let (crate_name, inside) = module.split_once("::").unwrap_or((module, "lib"));
    let file =
        format!("crates/{}/src/{}.rs", crate_name.replace('_', "-"), inside.replace("::", "/"));
    let declares = |line: &str| {
        let declared =
            ["struct", "enum", "trait", "type", "fn"].iter().any(|word| has_word(line, word));
        let public = ["pub ", "pub(crate) "].iter().any(|word| line.contains(word));
        declared && public && has_word(line, name)
    };
    sources.get(&file).is_some_and(|source| source.text.lines().any(declares))
}

fn sources() -> BTreeMap<String, Source> {
    under("crates", &["rs"]).into_iter().map(|source| (source.path.clone(), source)).collect()
}

#[test]
fn glossary_and_sources_agree() {
    let text = std::fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    let rows = rows(&text);
    let built = rows.iter().filter(|row| !row.types.is_empty()).count();
    assert!(built >= 30, "only {built} terms have a type");
    assert_none(&breaches(&rows, &TERMS, &sources()));
}

#[test]
fn planted_breaches_are_found() {
    let source = planted("crates/ficus-model/src/side.rs", "pub enum Side {\n");
    let sources = BTreeMap::from([(source.path.clone(), source)]);
    let text = "| **Side** | who answers | `ficus_model::side::Side` |\n| **Stage** | where | `ficus_model::side::Stage` |\n\
                | **Epoch** | new | – |\n";
    let found = breaches(&rows(text), &["Side", "Stage", "Weight"], &sources);
    assert_eq!(
        found,
        [
            "Weight: has no row",
            "Epoch: is no word of the vocabulary and has no type",
            "ficus_model::side::Stage: is not in the sources",
        ]
    );
}
