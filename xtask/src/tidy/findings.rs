//! Every code of a finding has its line in the reference, and every line its code.

use std::collections::BTreeSet;

use super::{assert_none, planted};
use crate::run::root;
use crate::tidy::sources::{Source, under};

/// First words of the codes that findings carry.
const SUBJECTS: [&str; 2] = ["compare", "config"];
/// The API answers with problems under codes of its own, which say what was refused and are no findings.
const PROBLEMS: &str = "crates/ficus-control/src/api";

fn codes(sources: &[Source]) -> BTreeSet<String> {
    let product =
        sources.iter().filter(|source| !source.test() && !source.path.starts_with(PROBLEMS));
    let mut found = BTreeSet::new();
    for source in product {
        for (_, line) in source.code_lines() {
            let literals = line.split('"').skip(1).step_by(2);
            found.extend(literals.filter(|text| code(text)).map(str::to_owned));
        }
    }
    found
}

fn code(text: &str) -> bool {
    let Some((subject, problem)) = text.split_once('/') else { return false };
    let letter = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    SUBJECTS.contains(&subject) && !problem.is_empty() && problem.chars().all(letter)
}

fn documented(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn findings_and_their_reference_agree() {
    let page = std::fs::read_to_string(root().join("docs/reference/findings.md")).unwrap();
    let (written, documented) = (codes(&under("crates", &["rs"])), documented(&page));
    assert!(written.len() > 10);
    let lacking =
        written.difference(&documented).map(|code| format!("{code}: not in the reference"));
    let stale = documented.difference(&written).map(|code| format!("{code}: nothing says it"));
    assert_none(&lacking.chain(stale).collect::<Vec<_>>());
}

#[test]
fn codes_are_told_from_other_texts() {
    let line = r#"("config/bad-value", "application/json", "config/", "config/Bad", "x/config/y") // "config/no""#;
    let found = codes(&[planted("crates/a/src/lib.rs", line)]);
    assert_eq!(found, BTreeSet::from(["config/bad-value".to_owned()]));
    assert!(codes(&[planted("crates/a/src/lib/tests.rs", line)]).is_empty());
    assert_eq!(documented("| `a/b` | x `c/d` |\n| code |"), BTreeSet::from(["a/b".to_owned()]));
}
