//! Fields that end at the next hop, in both directions.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Fields about one connection. `Trailer` is not among them: the trailers it announces are passed on.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("http2-settings"),
];

/// Removes the fields that end here, those that `Connection` nominates among them. Says whether it nominated any.
pub(crate) fn strip(headers: &mut HeaderMap) -> bool {
    let mut found = 0_u32;
    for name in headers.keys() {
        for (place, hop) in HOP_BY_HOP.iter().enumerate() {
            found |= u32::from(name == hop) << place;
        }
    }
    if found == 0 {
        return false;
    }
    let nominated = found & 1 != 0 && strip_nominated(headers);
    for (place, hop) in HOP_BY_HOP.iter().enumerate() {
        if found & (1 << place) != 0 {
            headers.remove(hop);
        }
    }
    nominated
}

/// Nearly every `Connection` says `keep-alive`, `close` or `upgrade`, which nominate nothing of their own.
fn strip_nominated(headers: &mut HeaderMap) -> bool {
    let plain = |option: &[u8]| {
        [&b"keep-alive"[..], b"close", b"upgrade", b""]
            .iter()
            .any(|plain| option.eq_ignore_ascii_case(plain))
    };
    let nominated: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(members)
        .filter(|option| !plain(option))
        .filter_map(|option| HeaderName::from_bytes(option).ok())
        .collect();
    for name in &nominated {
        headers.remove(name);
    }
    !nominated.is_empty()
}

/// The members of a list field, without the space around them.
pub(crate) fn members(value: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Whether a list field has this member, in any case.
pub(crate) fn lists(headers: &HeaderMap, name: &HeaderName, member: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .flat_map(members)
        .any(|option| option.eq_ignore_ascii_case(member.as_bytes()))
}

#[cfg(test)]
mod tests;
