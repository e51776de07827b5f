//! Links between documents lead somewhere, anchors included.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::{assert_none, planted};
use crate::run::root;
use crate::tidy::sources::{Source, under};

/// Link targets of a document with the lines they stand in.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
        for (_, after) in prose.match_indices("](").map(|(place, _)| prose.split_at(place + 2)) {
            let target = after.split([')', ' ']).next().unwrap_or_default();
            found.push((at + 1, target.to_owned()));
        }
    }
    found
}

fn outside(target: &str) -> bool {
    target.is_empty() || target.contains("://") || target.starts_with("mailto:")
}

/// The anchors that renderers make of the headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| -> String {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    headings.map(anchor).collect()
}

fn broken(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (line, target) in links(&source.text).into_iter().filter(|(_, target)| !outside(target)) {
        let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let path =
            if file.is_empty() { root().join(&source.path) } else { beside(&source.path, file) };
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lost = !path.exists() || (!anchor.is_empty() && !anchors(&text).contains(anchor));
        found.extend(lost.then(|| format!("{}:{line}: {target}", source.path)));
    }
    found
}

/// A relative target as a path, `..` resolved.
fn beside(document: &str, target: &str) -> PathBuf {
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    let mut path = root();
    for part in folder.join(target).components() {
        if part == Component::ParentDir {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path
}

#[test]
fn every_link_leads_somewhere() {
    let documents = under("", &["md"]);
    assert!(documents.len() > 5);
    let breaches: Vec<String> = documents.iter().flat_map(broken).collect();
    assert_none(&breaches);
}

#[test]
fn every_document_is_in_the_summary() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed: BTreeSet<String> = links(&summary).into_iter().map(|(_, target)| target).collect();
    let documents = under("docs", &["md"]).into_iter().map(|source| source.path);
    let breaches: Vec<String> = documents
        .filter_map(|path| path.strip_prefix("docs/").map(str::to_owned))
        .filter(|path| path != "SUMMARY.md" && !listed.contains(path))
        .map(|path| format!("docs/SUMMARY.md does not list {path}"))
        .collect();
    assert_none(&breaches);
}

#[test]
fn planted_breaches_are_found() {
    let text = "see [a](no-such.md), [b](README.md#no-such-heading), `[c](in-code.md)`\n```\n[d](fenced.md)\n```\n\
                [e](https://example.org/x) [f](README.md)";
    let found = broken(&planted("x.md", text));
    assert_eq!(found, ["x.md:1: no-such.md", "x.md:1: README.md#no-such-heading"]);
}

#[test]
fn headings_make_the_anchors_people_link_to() {
    let found = anchors("# What is absent\n## `ficus up`, and why\n");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["ficus-up-and-why", "what-is-absent"]);
}
