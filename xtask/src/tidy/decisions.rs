//! Decision records: numbered once, named by a verb, with a status and four parts.

use std::collections::BTreeMap;

use super::{assert_none, planted};
use crate::tidy::sources::{Source, under};

const STATUSES: [&str; 3] = ["Proposed", "Accepted", "Superseded by "];
const PARTS: [&str; 4] = ["## Context", "## Decision", "## Rejected", "## Consequences"];
/// Two printed pages, in lines.
const LINES_MAX: usize = 120;

fn breaches(records: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for record in records {
        let name = record.path.rsplit('/').next().unwrap_or_default();
        let (number, title) = name.split_once('-').unwrap_or((name, ""));
        let numbered = number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit());
        let worded = title.trim_end_matches(".md").split('-').count() >= 2;
        if !numbered || !worded {
            found.push(format!("{name}: is not named NNNN-verb-object.md"));
        }
        if let Some(other) = numbers.insert(number, name) {
            found.push(format!("{name} and {other} have one number"));
        }
        found.extend(text_breaches(name, number, &record.text));
    }
    found
}

fn text_breaches(name: &str, number: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with(&format!("# {number} ")) {
        found.push(format!("{name}: does not begin with `# {number} `"));
    }
    let status = text.lines().find_map(|line| line.strip_prefix("Status: "));
    if !status.is_some_and(|status| STATUSES.iter().any(|known| status.starts_with(known))) {
        found.push(format!("{name}: `Status: ` is one of {}", STATUSES.join(", ")));
    }
    let missing = PARTS.iter().filter(|part| !text.lines().any(|line| line == **part));
    found.extend(missing.map(|part| format!("{name}: lacks `{part}`")));
    if text.lines().count() > LINES_MAX {
        found.push(format!("{name}: longer than two pages"));
    }
    found
}

#[test]
fn every_decision_record_is_in_form() {
    let records = under("docs/adr", &["md"]);
    assert!(records.len() >= 3);
    assert_none(&breaches(&records));
}

#[test]
fn planted_breaches_are_found() {
    let fine = "# 0001 Keep it\n\nStatus: Accepted\n\n## Context\n\n## Decision\n\n## Rejected\n\n## Consequences\n";
    assert_none(&breaches(&[planted("docs/adr/0001-keep-it.md", fine)]));
    let twice =
        [planted("docs/adr/0001-keep-it.md", fine), planted("docs/adr/0001-drop-it.md", fine)];
    assert_eq!(breaches(&twice).len(), 1);
    let odd = fine.replace("Accepted", "Maybe").replace("## Rejected", "## Others");
    assert_eq!(breaches(&[planted("docs/adr/0001-keep-it.md", &odd)]).len(), 2);
    assert_eq!(breaches(&[planted("docs/adr/keep.md", fine)]).len(), 2);
}
