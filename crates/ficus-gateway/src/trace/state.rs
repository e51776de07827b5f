//! Whether a `tracestate` may be passed on.
//!
//! The gateway adds nothing of its own, so it never rewrites the list: it is passed on as it came or not at all.

use http::header::HeaderMap;

use super::TRACESTATE;

/// Most members of a list.
const MEMBERS_MAX: usize = 32;
/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 256;
/// Longest tenant part of a key, in bytes.
const TENANT_BYTES_MAX: usize = 241;
/// Longest system part of a key, in bytes.
const SYSTEM_BYTES_MAX: usize = 14;
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

/// `system` or `tenant@system`; a tenant may begin with a digit, a lone system may not.
fn valid_key(key: &[u8]) -> bool {
    let mut parts = key.split(|byte| *byte == b'@');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(system), None, None) => {
            begins_with_letter(system) && valid_part(system, KEY_BYTES_MAX)
        }
        (Some(tenant), Some(system), None) => {
            valid_part(tenant, TENANT_BYTES_MAX)
                && begins_with_letter(system)
                && valid_part(system, SYSTEM_BYTES_MAX)
        }
        _ => false,
    }
}

fn begins_with_letter(part: &[u8]) -> bool {
    part.first().is_some_and(u8::is_ascii_lowercase)
}

fn valid_part(part: &[u8], bytes_max: usize) -> bool {
    let inner =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/".contains(byte);
    let begins =
        part.first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    begins && part.len() <= bytes_max && part.iter().all(inner)
}

/// Visible ASCII and inner spaces, without `,` and `=`.
fn valid_value(value: &[u8]) -> bool {
    let legal = |byte: &u8| (b' '..=b'~').contains(byte) && !b",=".contains(byte);
    !value.is_empty()
        && value.len() <= VALUE_BYTES_MAX
        && value.last() != Some(&b' ')
        && value.iter().all(legal)
}
