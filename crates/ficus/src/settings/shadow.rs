//! What is copied, what is compared, and what a comparison may overlook.

use std::collections::BTreeMap;
use std::time::Duration;

use ficus_compare::Rules;
use ficus_model::boundary::{Credentials, GateSettings, Shadow};
use ficus_model::finding::{Finding, Place};
use ficus_model::route::{RoutePattern, Segment};
use ficus_model::rule::{Rule, Tolerance};
use ficus_model::{Time, Weight};

use super::gates::bound;
use crate::file::shape::{Bytes, Instant};
use crate::file::{Located, Notes, Section};

/// Largest copied body that may be asked for: copies in flight are held in memory.
const BODY_BYTES_MAX: u64 = 64 << 20;

/// Said here already, at the date itself.
const EXPIRED: &str = "compare/rule-expired";

/// The shadow and the two gate bounds that stand in its section.
pub(super) struct ShadowRead {
    /// Copies and comparisons.
    pub(super) shadow: Shadow,
    /// Upper bound on true mismatches.
    pub(super) parity: f64,
    /// Least compared share.
    pub(super) coverage: f64,
}

/// Reads `[shadow]`; `timeout` is the boundary's own.
pub(super) fn read(
    root: &mut Section<'_>,
    notes: &mut Notes,
    surface: &[Located<RoutePattern>],
    timeout: Duration,
    now: Time,
) -> ShadowRead {
    let usual = Shadow::default();
    let gates = GateSettings::default();
    let mut section = root.section(notes, "shadow");
    let mirror = section.value(notes, "mirror", usual.mirror);
    let safe = read_safe(&mut section, notes, surface, mirror);
    let parity = bound(&mut section, notes, "parity", gates.parity);
    let coverage = bound(&mut section, notes, "coverage", gates.coverage);
    let timeout = read_timeout(&mut section, notes, usual.timeout, timeout);
    let in_flight_max = section.value(notes, "in_flight", usual.in_flight_max);
    let body_bytes_max = read_body(&mut section, notes, usual.body_bytes_max);
    let compared_headers = lower(section.texts(notes, "compare_headers", usual.compared_headers));
    let redacted_paths = section.texts(notes, "redact", usual.redacted_paths);
    let credentials = read_credentials(&mut section, notes);
    let rules = read_rules(section.sections(notes, "rules"), notes, surface, now);
    let place = section.place();
    section.finish(notes);
    let (_, found) = Rules::compile(&[], &compared_headers, &redacted_paths, now);
    placed(found, &place, notes);
    let shadow = Shadow {
        mirror,
        safe,
        rules,
        compared_headers,
        redacted_paths,
        body_bytes_max,
        in_flight_max,
        timeout,
        credentials,
    };
    ShadowRead { shadow, parity, coverage }
}

fn lower(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| name.to_lowercase()).collect()
}

fn read_safe(
    section: &mut Section<'_>,
    notes: &mut Notes,
    surface: &[Located<RoutePattern>],
    mirror: Weight,
) -> Vec<RoutePattern> {
    let written = section.list::<RoutePattern>(notes, "safe");
    if written.is_none() && mirror > Weight::ZERO {
        let help = "Declare what may be copied, such as safe = [\"GET *\"]; until then Shadow has \
                    nothing to compare and nothing can be proven.";
        notes.warning("config/nothing-safe", "nothing is declared safe", section.place(), help);
    }
    let written = written.unwrap_or_default();
    for route in &written {
        check_safe(route, surface, notes);
    }
    written.into_iter().map(|located| located.value).collect()
}

/// A route that writes has to be spelled out; a pattern may only stand for methods that HTTP calls safe.
fn check_safe(safe: &Located<RoutePattern>, surface: &[Located<RoutePattern>], notes: &mut Notes) {
    let text = &safe.value.text;
    let pattern = safe.value.path.contains(&Segment::Rest);
    if safe.value.method.is_none() || (pattern && !safe.value.method_is_safe()) {
        let message = format!("`{text}` declares writes safe wholesale");
        let help = "Copies of writes reach a real service. Name each such route in full, for \
                    instance \"POST /api/quotes\", once its owner is sure.";
        return notes.error("config/unsafe-pattern", message, safe.place.clone(), help);
    }
    let bare = surface.iter().map(|route| bare(&route.value));
    if safe.value.method_is_safe() {
        if !bare.into_iter().any(|route| safe.value.overlaps(&route)) {
            let message = format!("safe route `{text}` is not in the surface");
            let help = "Only routes of the boundary are ever copied. Is it a slip of the pen?";
            notes.error("config/safe-outside-surface", message, safe.place.clone(), help);
        }
    } else if !bare.into_iter().any(|route| route.covers(&safe.value)) {
        let message = format!("safe route `{text}` is not within one route of the surface");
        let help = "A route that writes is declared safe one by one, as it stands in the surface.";
        notes.error("config/safe-outside-surface", message, safe.place.clone(), help);
    }
}

/// A route without host and headers, which are the surface's business and not written in `safe`.
fn bare(route: &RoutePattern) -> RoutePattern {
    RoutePattern { host: None, headers: Vec::new(), ..route.clone() }
}

fn read_timeout(
    section: &mut Section<'_>,
    notes: &mut Notes,
    usual: Duration,
    boundary: Duration,
) -> Duration {
    let read = section.located(notes, "timeout", usual.min(boundary));
    if read.value > boundary || read.value.is_zero() {
        let message = "the copies' timeout is longer than the boundary's, or zero";
        let help = "A copy that outlives its original can never be compared: lower \
                    `shadow.timeout` or raise `limits.timeout`.";
        notes.error("config/shadow-timeout", message, read.place, help);
    }
    read.value
}

fn read_body(section: &mut Section<'_>, notes: &mut Notes, usual: usize) -> usize {
    let usual = u64::try_from(usual).unwrap_or(u64::MAX);
    let read = section.located(notes, "body", Bytes(usual));
    if read.value.0 > BODY_BYTES_MAX {
        let help = "Copies in flight are held in memory; 64MiB is the most.";
        notes.error("config/out-of-range", "key `body` is out of range", read.place, help);
    }
    usize::try_from(read.value.0).unwrap_or(usize::MAX)
}

fn read_credentials(section: &mut Section<'_>, notes: &mut Notes) -> Credentials {
    let usual = Credentials::default();
    let read = section.located(notes, "credentials", usual.as_str().to_owned());
    Credentials::parse(&read.value).unwrap_or_else(|| {
        let message = format!("`{}` is not a choice", read.value);
        let help = "Expected \"strip\" or \"forward\".";
        notes.error("config/bad-value", message, read.place, help);
        usual
    })
}

fn read_rules(
    sections: Vec<Section<'_>>,
    notes: &mut Notes,
    surface: &[Located<RoutePattern>],
    now: Time,
) -> Vec<Rule> {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    let mut rules = Vec::with_capacity(sections.len());
    for section in sections {
        let place = section.place();
        let Some(rule) = read_rule(section, notes, now) else { continue };
        let known = |route: &String| surface.iter().any(|located| located.value.text == *route);
        if !rule.route.as_ref().is_none_or(known) {
            let message = format!("rule `{}` is limited to a route outside the surface", rule.name);
            let help = "Write the route exactly as it stands in `surface.routes`.";
            notes.error("config/rule-outside-surface", message, place.clone(), help);
        }
        let (_, found) = Rules::compile(std::slice::from_ref(&rule), &[], &[], now);
        placed(found.into_iter().filter(|one| one.code != EXPIRED), &place, notes);
        if let Some(first) = seen.insert(rule.name.clone(), place.clone()) {
            let message = format!("rule `{}` is there twice", rule.name);
            let help = format!("The first is at {first}. Give one of them another `name`.");
            notes.error("config/duplicate-name", message, place, help);
        }
        rules.push(rule);
    }
    rules
}

/// Findings of the comparison, which knows no places, at a place.
fn placed(found: impl IntoIterator<Item = Finding>, place: &Place, notes: &mut Notes) {
    let found = found.into_iter();
    notes.findings.extend(found.map(|one| Finding { place: Some(place.clone()), ..one }));
}

fn read_rule(mut section: Section<'_>, notes: &mut Notes, now: Time) -> Option<Rule> {
    let path = section.required::<String>(notes, "path", "Where do the answers differ?");
    let name = section.optional::<String>(notes, "name");
    let route = section.optional::<String>(notes, "route");
    let tolerance = section.value(notes, "tolerance", Tolerance::Ignore);
    let owner = section.required::<String>(notes, "owner", "Who answers for the rule?");
    let reason = section.required::<String>(notes, "reason", "Why is the difference harmless?");
    let help = "No rule is for ever: expires = \"2027-01-31\"";
    let expires = section.required::<Instant>(notes, "expires", help);
    section.finish(notes);
    let (path, owner, reason, expires) = (path?, owner?, reason?, expires?);
    for text in [&owner, &reason] {
        if text.value.trim().is_empty() {
            let message = "a rule needs an owner and a reason";
            notes.error("config/bad-value", message, text.place.clone(), "Say it in words.");
        }
    }
    if expires.value.0 <= now {
        let message = format!("the rule for `{}` has expired and is not applied", path.value);
        let help = "Fix the difference, or renew the rule with a new date.";
        notes.warning("config/expired-rule", message, expires.place.clone(), help);
    }
    Some(Rule {
        name: name.map_or_else(|| path.value.clone(), |name| name.value),
        path: path.value,
        route: route.map(|route| route.value),
        tolerance,
        owner: owner.value,
        reason: reason.value,
        expires: expires.value.0,
    })
}
