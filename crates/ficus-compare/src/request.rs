//! Request lines, of which targets are the dangerous part.

use crate::digest::Digester;
use crate::form::decode;
use crate::key::HashKey;
use crate::redact::{Veil, hidden, scrub};
use crate::rules::Rules;
use crate::show::shorten;

/// Longest stored request line, in bytes.
const REQUEST_LINE_BYTES_MAX: usize = 512;

/// The request line as it may be stored: `GET /api/rates?currency=EUR`, bounded, secrets hidden.
///
/// Besides the built-in names, a listed path such as `query.customer` hides a parameter.
pub fn redact_request_line(method: &str, target: &str, rules: &Rules, key: &HashKey) -> String {
    let veil = rules.redaction().veil().key("query");
    let digester = &Digester::new(key);
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
    let decoded = decode(name);
    if veil.key(&decoded).drawn() && !value.is_empty() {
        return format!("{name}={}", hidden(digester.text(value)));
    }
    format!("{}={}", scrub(name, digester), scrub(value, digester))
}

#[cfg(test)]
mod tests;
