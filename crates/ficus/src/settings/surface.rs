//! The surface of a boundary: its routes, and how they stand to one another.
//!
//! Inside a boundary the narrower route wins, as in Go's own multiplexer, so `/quotes/{id}` beside `/quotes/recent` is
//! fine. Two routes where neither is the narrower one would make the winner a matter of luck: refused. Between
//! boundaries every overlap is refused, because it would make one team's file change the meaning of another's.

use ficus_model::route::RoutePattern;

use crate::file::{Located, Notes, Section};

/// Routes in one surface.
const ROUTES_MAX: usize = 1000;

/// Reads the routes; `None` when there is none to speak of.
pub(super) fn read(
    root: &mut Section<'_>,
    notes: &mut Notes,
) -> Option<Vec<Located<RoutePattern>>> {
    let mut section = root.section(notes, "surface");
    let routes = section.list::<RoutePattern>(notes, "routes");
    let host = section.optional::<String>(notes, "host").and_then(|host| read_host(host, notes));
    let headers = section.pairs(notes, "headers");
    let place = section.place();
    for (name, _) in headers.iter().filter(|(name, _)| !is_token(name)) {
        let message = format!("`{name}` is not a header's name");
        notes.error("config/bad-value", message, place.clone(), "Letters, digits and dashes.");
    }
    section.finish(notes);
    let Some(mut routes) = routes else {
        let help = "Name the routes that move: routes = [\"GET /api/quotes/{id}\"]";
        notes.error("config/missing-key", "key `surface.routes` is missing", place, help);
        return None;
    };
    if routes.is_empty() || routes.len() > ROUTES_MAX {
        let message = format!("a surface has 1 to {ROUTES_MAX} good routes, not {}", routes.len());
        notes.error("config/out-of-range", message, place, "");
        return None;
    }
    for route in &mut routes {
        route.value.host.clone_from(&host);
        let lower = headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone()));
        route.value.headers = lower.collect();
    }
    check_ambiguity(&routes, notes);
    Some(routes)
}

/// Whether HTTP allows a word as a name (RFC 9110 §5.6.2).
pub(super) fn is_token(word: &str) -> bool {
    let legal = |letter: u8| letter.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&letter);
    !word.is_empty() && word.bytes().all(legal)
}

fn read_host(host: Located<String>, notes: &mut Notes) -> Option<String> {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
    if !host.value.is_empty() && host.value.chars().all(legal) {
        return Some(host.value.to_lowercase());
    }
    let message = format!("`{}` is not a host name", host.value);
    let help = "Write it without scheme, port or wildcard: host = \"api.example.com\"";
    notes.error("config/bad-value", message, host.place, help);
    None
}

fn check_ambiguity(routes: &[Located<RoutePattern>], notes: &mut Notes) {
    for (index, later) in routes.iter().enumerate() {
        let rivals = routes.iter().take(index);
        for earlier in rivals.filter(|earlier| ambiguous(&earlier.value, &later.value)) {
            let message = format!("route `{}` overlaps `{}`", later.value, earlier.value);
            let help = format!(
                "The other is at {}. Neither is narrower, so nothing says which one counts.",
                earlier.place
            );
            notes.error("config/overlapping-routes", message, later.place.clone(), help);
        }
    }
}

/// Whether some request falls under both, and neither route is strictly inside the other.
fn ambiguous(left: &RoutePattern, right: &RoutePattern) -> bool {
    left.overlaps(right) && left.covers(right) == right.covers(left)
}
