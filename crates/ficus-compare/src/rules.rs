//! A boundary's rules, compiled once and used for every comparison.
//!
//! Compilation never fails: what cannot be used is left out and said so in a finding, because a boundary with one
//! broken rule must still be compared, only more strictly.

use std::collections::{BTreeMap, BTreeSet};

use ficus_model::finding::Severity;
use ficus_model::rule::{Rule, Tolerance};
use ficus_model::{Finding, Time};

use crate::path::Path;
use crate::places::{Cursor, Places};
use crate::redact::Redaction;

/// Headers that say something about one hop or one instant and nothing about the answer.
const HEADERS_NEVER_COMPARED: [&str; 16] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "server",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-request-id",
];

/// What may be overlooked, which headers are compared, and what is never shown.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    accepted: Vec<Accepted>,
    by_route: BTreeMap<String, Places>,
    everywhere: Places,
    headers: Vec<String>,
    redaction: Redaction,
}

/// A rule that can be used.
#[derive(Debug, Clone)]
struct Accepted {
    name: String,
    path: Path,
    route: Option<String>,
    tolerance: Tolerance,
    expires: Time,
}

/// The rules as they hold for one comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Applied<'r> {
    accepted: &'r [Accepted],
    places: &'r Places,
    now: Time,
}

impl Rules {
    /// Compiles rules, compared headers and redacted paths.
    ///
    /// Findings: `compare/rule-path`, `compare/rule-tolerance`, `compare/rule-expired`, `compare/rule-name`,
    /// `compare/header-never-compared`, `compare/redacted-path`.
    pub fn compile(
        rules: &[Rule],
        compared_headers: &[String],
        redacted_paths: &[String],
        now: Time,
    ) -> (Self, Vec<Finding>) {
        let mut findings = repeated_names(rules);
        let usable = rules.iter().filter_map(|rule| accept(rule, now, &mut findings));
        let mut accepted: Vec<Accepted> = usable.collect();
        accepted.sort_by_key(|rule| rank(rule.tolerance));
        let headers = usable_headers(compared_headers, &mut findings);
        let redaction = Redaction::compile(redacted_paths, &mut findings);
        let (everywhere, by_route) = places_by_route(&accepted);
        (Self { accepted, by_route, everywhere, headers, redaction }, findings)
    }

    /// The rules for one route at one instant.
    pub(crate) fn applied(&self, route: &str, now: Time) -> Applied<'_> {
        let places = self.by_route.get(route).unwrap_or(&self.everywhere);
        Applied { accepted: &self.accepted, places, now }
    }

    /// Lower-case names of the compared headers.
    pub(crate) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// What is never shown.
    pub(crate) fn redaction(&self) -> &Redaction {
        &self.redaction
    }
}

impl<'r> Applied<'r> {
    /// A cursor at the root of all places.
    pub(crate) fn cursor(self) -> Cursor<'r> {
        self.places.cursor()
    }

    /// How many rules there are; indices are below it.
    pub(crate) fn count(self) -> usize {
        self.accepted.len()
    }

    /// What holds at a place, the loosest first.
    pub(crate) fn at(self, cursor: Cursor<'r>) -> impl Iterator<Item = (usize, Tolerance)> {
        cursor.here().iter().filter_map(move |&index| {
            let rule = self.accepted.get(index)?;
            (rule.expires > self.now).then_some((index, rule.tolerance))
        })
    }

    /// Names of the rules with these indices, sorted.
    pub(crate) fn names(self, used: &BTreeSet<usize>) -> Vec<String> {
        let name = |&index: &usize| self.accepted.get(index).map(|rule| rule.name.clone());
        let names: BTreeSet<String> = used.iter().filter_map(name).collect();
        names.into_iter().collect()
    }
}

/// The loosest first, so that hash and diff name the same rule where several apply.
fn rank(tolerance: Tolerance) -> u8 {
    match tolerance {
        Tolerance::Ignore => 0,
        Tolerance::SameType => 1,
        Tolerance::EmptyIsNull => 2,
        Tolerance::Unordered => 3,
        Tolerance::Absolute(_) => 4,
        Tolerance::Relative(_) => 5,
        Tolerance::TimeWithin(_) => 6,
    }
}

fn places_by_route(accepted: &[Accepted]) -> (Places, BTreeMap<String, Places>) {
    let places_for = |route: Option<&str>| {
        let applies = |rule: &Accepted| rule.route.is_none() || rule.route.as_deref() == route;
        let rules = accepted.iter().enumerate().filter(|(_, rule)| applies(rule));
        Places::of(rules.map(|(index, rule)| (index, &rule.path)))
    };
    let routes: BTreeSet<&str> = accepted.iter().filter_map(|rule| rule.route.as_deref()).collect();
    let by_route = routes.into_iter().map(|route| (route.to_owned(), places_for(Some(route))));
    (places_for(None), by_route.collect())
}

fn accept(rule: &Rule, now: Time, findings: &mut Vec<Finding>) -> Option<Accepted> {
    let path = match rule.path.parse::<Path>() {
        Ok(path) if path.root() != "query" => path,
        Ok(_) => {
            findings.push(path_finding(rule, "a rule is about the answer, not about the query"));
            return None;
        }
        Err(error) => {
            findings.push(path_finding(rule, &error.to_string()));
            return None;
        }
    };
    if let Some(problem) = tolerance_problem(&path, rule.tolerance) {
        findings.push(finding(
            "compare/rule-tolerance",
            Severity::Error,
            format!("rule `{}`: {problem}", rule.name),
            "Use a tolerance that fits the place, or remove the rule.",
        ));
        return None;
    }
    if rule.expires <= now {
        findings.push(finding(
            "compare/rule-expired",
            Severity::Warning,
            format!("rule `{}` has expired and is not applied", rule.name),
            "Have its owner renew it with a reason, or remove it.",
        ));
        return None;
    }
    Some(Accepted {
        name: rule.name.clone(),
        path,
        route: rule.route.clone(),
        tolerance: rule.tolerance,
        expires: rule.expires,
    })
}

fn tolerance_problem(path: &Path, tolerance: Tolerance) -> Option<&'static str> {
    if path.root() != "body" && tolerance != Tolerance::Ignore {
        return Some("outside the body only `ignore` applies");
    }
    match tolerance {
        Tolerance::Absolute(bound) | Tolerance::Relative(bound) => {
            let sound = bound.is_finite() && bound >= 0.0;
            (!sound).then_some("a tolerance is a finite number, zero or more")
        }
        Tolerance::Ignore
        | Tolerance::TimeWithin(_)
        | Tolerance::Unordered
        | Tolerance::SameType
        | Tolerance::EmptyIsNull => None,
    }
}

fn repeated_names(rules: &[Rule]) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let repeated = rules.iter().filter(|rule| !seen.insert(&rule.name));
    repeated
        .map(|rule| {
            finding(
                "compare/rule-name",
                Severity::Warning,
                format!("several rules are named `{}`", rule.name),
                "Give each rule a name of its own: a use is reported by name.",
            )
        })
        .collect()
}

fn usable_headers(names: &[String], findings: &mut Vec<Finding>) -> Vec<String> {
    let mut usable = BTreeSet::new();
    for name in names {
        let name = name.to_ascii_lowercase();
        if HEADERS_NEVER_COMPARED.contains(&name.as_str()) {
            findings.push(finding(
                "compare/header-never-compared",
                Severity::Warning,
                format!("header `{name}` is never compared as text"),
                "Remove it: the media type is always compared, the others say nothing about the answer.",
            ));
        } else {
            usable.insert(name);
        }
    }
    usable.into_iter().collect()
}

fn path_finding(rule: &Rule, problem: &str) -> Finding {
    finding(
        "compare/rule-path",
        Severity::Error,
        format!("rule `{}`: `{}` is not a path: {problem}", rule.name, rule.path),
        "Write a path such as `body.items[].price`, `header.etag` or `body.meta.**`.",
    )
}

fn finding(code: &'static str, severity: Severity, message: String, help: &str) -> Finding {
    Finding { code, severity, message, place: None, help: Some(help.to_owned()) }
}

#[cfg(test)]
mod tests;
