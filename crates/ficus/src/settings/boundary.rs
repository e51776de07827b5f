//! One boundary, from its own file or from a `[[boundary]]` of `ficus.toml`.

use std::time::Duration;

use ficus_model::assignment::{KeySource, SubjectSource};
use ficus_model::boundary::{Boundary, Upstream};
use ficus_model::finding::Place;
use ficus_model::name::BoundaryName;
use ficus_model::route::RoutePattern;
use ficus_model::{Time, Weight};

use super::{gates, shadow, surface};
use crate::file::{Located, Notes, Section};

/// Least time at Primary when the file does not say.
const PRIMARY_BAKE: Duration = Duration::from_hours(24);

/// Share kept on the monolith at Primary when the file does not say: one percent.
const HOLDBACK_PPM: u32 = 10_000;

/// The largest holdback: at more than half, Primary would be a canary.
const HOLDBACK_MAX_PPM: u32 = 500_000;

/// A boundary with the places that checks across boundaries name.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// What it means.
    pub(super) boundary: Boundary,
    /// Where its name stands.
    pub(super) name: Place,
    /// Its routes and where they stand.
    pub(super) routes: Vec<Located<RoutePattern>>,
}

/// Reads a boundary; `None` when too little of it is understood.
pub(super) fn read(mut root: Section<'_>, notes: &mut Notes, now: Time) -> Option<Placed> {
    let help = "Give the boundary a name: name = \"quotes\"";
    let name = root.required::<BoundaryName>(notes, "name", help);
    if let Some(name) = &name {
        show_below(&mut root, notes, &name.value);
    }
    let owner = root.value(notes, "owner", "unknown".to_owned());
    let routes = surface::read(&mut root, notes);
    let (service, language) = read_service(&mut root, notes);
    let limits = gates::read_limits(&mut root, notes);
    let known_routes = routes.as_deref().unwrap_or_default();
    let shadow = shadow::read(&mut root, notes, known_routes, limits.timeout, now);
    let (holdback, primary_bake) = read_primary(&mut root, notes);
    let steps = gates::read_steps(&mut root, notes, holdback);
    let gates = gates::read(&mut root, notes, shadow.parity, shadow.coverage);
    let key = read_assignment(&mut root, notes);
    root.finish(notes);
    let (name, routes) = (name?, routes?);
    let boundary = Boundary {
        name: name.value,
        owner,
        surface: routes.iter().map(|route| route.value.clone()).collect(),
        service: service?,
        language,
        shadow: shadow.shadow,
        steps,
        holdback,
        primary_bake,
        gates,
        limits,
        key,
    };
    Some(Placed { boundary, name: name.place, routes })
}

/// Shows the keys of this boundary, the name among them, below `boundary.<name>.`.
fn show_below(root: &mut Section<'_>, notes: &mut Notes, name: &BoundaryName) {
    let prefix = format!("boundary.{name}.");
    if let Some(known) = notes.known.last_mut() {
        known.key = format!("{prefix}name");
    }
    root.shown_below(prefix);
}

fn read_service(root: &mut Section<'_>, notes: &mut Notes) -> (Option<Upstream>, String) {
    let mut section = root.section(notes, "service");
    let help = "Say where the service answers: url = \"http://127.0.0.1:9101\"";
    let url = section.required::<Upstream>(notes, "url", help);
    let language = section.value(notes, "language", "rust".to_owned());
    section.finish(notes);
    (url.map(|located| located.value), language)
}

fn read_primary(root: &mut Section<'_>, notes: &mut Notes) -> (Weight, Duration) {
    let mut section = root.section(notes, "primary");
    let usual = Weight::from_ppm(HOLDBACK_PPM).unwrap_or(Weight::ZERO);
    let holdback = section.located(notes, "holdback", usual);
    if holdback.value.ppm() > HOLDBACK_MAX_PPM {
        let message = format!("a holdback of {} is more than half", holdback.value);
        let help = "At Primary the service answers; hold back 50% at most.";
        notes.error("config/out-of-range", message, holdback.place, help);
    }
    let bake = section.value(notes, "bake", PRIMARY_BAKE);
    section.finish(notes);
    (holdback.value, bake)
}

fn read_assignment(root: &mut Section<'_>, notes: &mut Notes) -> KeySource {
    let mut section = root.section(notes, "assignment");
    let subject = section
        .optional::<String>(notes, "subject")
        .and_then(|subject| read_subject(subject, notes));
    let session_cookie = section
        .optional::<String>(notes, "session")
        .and_then(|cookie| token(cookie, notes, "a cookie's name"));
    section.finish(notes);
    KeySource { subject, session_cookie }
}

fn read_subject(subject: Located<String>, notes: &mut Notes) -> Option<SubjectSource> {
    if subject.value == "bearer" {
        return Some(SubjectSource::BearerSubject);
    }
    let name = token(subject, notes, "a header's name")?;
    Some(SubjectSource::Header(name.to_lowercase()))
}

/// A word as HTTP allows it for names.
fn token(word: Located<String>, notes: &mut Notes, what: &str) -> Option<String> {
    if surface::is_token(&word.value) {
        return Some(word.value);
    }
    let message = format!("`{}` is not {what}", word.value);
    notes.error("config/bad-value", message, word.place, "Letters, digits and dashes.");
    None
}
