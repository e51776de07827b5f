//! The first part of a request's path: what the bytes may be, and what of them goes on.
//!
//! The guard has read the head in the bytes before hyper and answered for its framing (see `framing`); a head it
//! refused arrives here as a stand-in. What is left is to reduce the request to what every later part shall see: the
//! target as a path, the fields without those of the client's connection, version 1.1, and the gateway's own fields,
//! inserted after the stripping so that no `Connection` can nominate them away.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Uri, Version};

use crate::connection::Peer;
use crate::guard::REFUSED;
use crate::hop;
use crate::refusal::Refusal;

/// The addresses a request has come through.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The host the client asked for.
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// The protocol the client spoke.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Says that a request is a copy; never believed from outside.
pub(crate) const SHADOW: HeaderName = HeaderName::from_static("ficus-shadow");
/// Spellings of own fields that servers with CGI habits could take for them.
const LOOKALIKES: [&str; 4] =
    ["x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "ficus_shadow"];

/// What later parts need to know about the client's side of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// It asks for an upgrade.
    pub(crate) upgrade: bool,
    /// Declared length of the body, in bytes; `None` for a chunked one.
    pub(crate) length: Option<u64>,
    /// The client speaks HTTP/1.0.
    pub(crate) old: bool,
}

/// Admits the request with this number on its connection and reduces it to what goes on.
pub(crate) fn admit(parts: &mut Parts, peer: &Peer, number: u64) -> Result<Admitted, Refusal> {
    if parts.method.as_str() == REFUSED
        && let Some(refusal) = peer.signals.refusal()
    {
        return Err(refusal);
    }
    let upgrade = peer.signals.asks_upgrade(number);
    let admitted = Admitted {
        upgrade,
        length: length(&parts.headers),
        old: parts.version == Version::HTTP_10,
    };
    parts.uri = path_of(&parts.uri)?;
    parts.version = Version::HTTP_11;
    reduce(&mut parts.headers, upgrade);
    insert_own(&mut parts.headers, peer);
    Ok(admitted)
}

/// The declared length; zero without one, `None` for a chunked body.
fn length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    let length = headers.get(header::CONTENT_LENGTH);
    length.map_or(Some(0), |length| length.to_str().ok()?.parse().ok())
}

/// The target as a path; an absolute one was found equal to the host by the guard.
fn path_of(target: &Uri) -> Result<Uri, Refusal> {
    if target.scheme().is_none() {
        return Ok(target.clone());
    }
    let path = target.path_and_query().cloned();
    let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
    Uri::try_from(path.as_str()).map_err(|_| Refusal::Malformed)
}

/// Strips the fields of the client's connection and puts back those that begin anew on ours.
fn reduce(headers: &mut HeaderMap, upgrade: bool) {
    let trailers = headers.contains_key(header::TE) && hop::lists(headers, &header::TE, "trailers");
    let chunked = headers.contains_key(header::TRANSFER_ENCODING);
    let protocol = if upgrade { headers.get(header::UPGRADE).cloned() } else { None };
    hop::strip(headers);
    if trailers {
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
    }
    if chunked {
        headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if let Some(protocol) = protocol {
        headers.insert(header::UPGRADE, protocol);
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
}

/// Inserts the gateway's own fields. What a proxy in front has said about host and protocol is kept; the addresses
/// grow by the client's.
fn insert_own(headers: &mut HeaderMap, peer: &Peer) {
    drop_lookalikes(headers);
    if headers.contains_key(header::EXPECT) {
        // The expectation is met here: hyper sends the 100 when the body is first asked for.
        headers.remove(header::EXPECT);
    }
    let through = match headers.get(&FORWARDED_FOR) {
        None => peer.address.clone(),
        Some(_) => joined(headers, &peer.address),
    };
    headers.insert(FORWARDED_FOR, through);
    if !headers.contains_key(&FORWARDED_PROTO) {
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
    }
    if !headers.contains_key(&FORWARDED_HOST)
        && let Some(host) = headers.get(header::HOST).cloned()
    {
        headers.insert(FORWARDED_HOST, host);
    }
}

fn joined(headers: &HeaderMap, address: &HeaderValue) -> HeaderValue {
    let lines = headers.get_all(&FORWARDED_FOR).iter().chain([address]);
    let joined = lines.map(HeaderValue::as_bytes).collect::<Vec<_>>().join(&b", "[..]);
    HeaderValue::try_from(joined).unwrap_or_else(|_| address.clone())
}

fn drop_lookalikes(headers: &mut HeaderMap) {
    if headers.keys().any(|name| name.as_str().contains('_')) {
        for lookalike in LOOKALIKES {
            headers.remove(lookalike);
        }
    }
    if headers.contains_key(&SHADOW) {
        headers.remove(&SHADOW);
    }
}
