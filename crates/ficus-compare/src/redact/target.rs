//! Request lines, of which targets are the dangerous part.

use crate::digest::Digester;
use crate::show::shorten;

use super::{Veil, hidden, scrub};

/// Longest stored request line, in bytes.
const REQUEST_LINE_BYTES_MAX: usize = 512;

/// Method and target, secrets hidden.
pub(super) fn request_line(
    method: &str,
    target: &str,
    veil: Veil<'_>,
    digester: &Digester,
) -> String {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let mut line = format!("{} {}", scrub(method, digester), scrub(path, digester));
    for (place, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        line.push(if place == 0 { '?' } else { '&' });
        line.push_str(&parameter(pair, veil, digester));
    }
    shorten(&line, REQUEST_LINE_BYTES_MAX)
}

fn parameter(pair: &str, veil: Veil<'_>, digester: &Digester) -> String {
    let Some((name, value)) = pair.split_once('=') else { return scrub(pair, digester) };
    let decoded = crate::form::decode(name);
    if veil.key(&decoded).drawn() && !value.is_empty() {
        return format!("{name}={}", hidden(digester.text(value)));
    }
    format!("{}={}", scrub(name, digester), scrub(value, digester))
}
