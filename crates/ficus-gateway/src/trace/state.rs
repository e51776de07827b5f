//! Whether a `tracestate` may be passed on.
//!
//! The gateway adds nothing of its own, so it never rewrites the list: it is passed on as it came or not at all.

use http::header::HeaderMap;

use super::TRACESTATE;

/// Most members of a list.
const MEMBERS_MAX: usize = 32;
/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 256;
/// Longest value, in bytes.
const VALUE_BYTES_MAX: usize = 256;

/// Whether all `tracestate` lines together are one valid list; no line at all is.
pub(super) fn valid(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(TRACESTATE).iter();
    let members = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let mut count = 0;
    for member in members.map(<[u8]>::trim_ascii).filter(|member| !member.is_empty()) {
        count += 1;
        if count > MEMBERS_MAX || !valid_member(member) {
            return false;
        }
    }
    true
}

fn valid_member(member: &[u8]) -> bool {
    let mut halves = member.splitn(2, |byte| *byte == b'=');
    match (halves.next(), halves.next()) {
        (Some(key), Some(value)) => valid_key(key) && valid_value(value),
        _ => false,
    }
}

/// As the second level of the recommendation has it, where `@` is a character like others.
fn valid_key(key: &[u8]) -> bool {
    let begins = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let goes_on = |byte: &u8| begins(byte) || b"_-*/@".contains(byte);
    key.len() <= KEY_BYTES_MAX && key.first().is_some_and(begins) && key.iter().all(goes_on)
}

/// Visible ASCII and inner spaces, without `,` and `=`.
fn valid_value(value: &[u8]) -> bool {
    let legal = |byte: &u8| (b' '..=b'~').contains(byte) && !b",=".contains(byte);
    !value.is_empty()
        && value.len() <= VALUE_BYTES_MAX
        && value.last() != Some(&b' ')
        && value.iter().all(legal)
}
