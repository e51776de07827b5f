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

use crate::guard::REFUSED;
use crate::hop;
use crate::peer::Peer;
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

/// Which of the fields that concern this part a head has; found in one pass, because most heads have few of them.
#[derive(Debug, Default, Clone, Copy)]
struct Found {
    te: bool,
    coding: bool,
    length: bool,
    expect: bool,
    forwarded_for: bool,
    forwarded_host: bool,
    forwarded_proto: bool,
    shadow: bool,
    underscore: bool,
}

/// Admits the request with this number on its connection and reduces it to what goes on.
pub(crate) fn admit(parts: &mut Parts, peer: &Peer, number: u64) -> Result<Admitted, Refusal> {
    if parts.method.as_str() == REFUSED
        && let Some(refusal) = peer.signals.refusal()
    {
        return Err(refusal);
    }
    let found = Found::in_head(&parts.headers);
    let admitted = Admitted {
        upgrade: peer.signals.asks_upgrade(number),
        length: found.body_length(&parts.headers),
        old: parts.version == Version::HTTP_10,
    };
    if parts.uri.scheme().is_some() {
        parts.uri = path_of(&parts.uri)?;
    }
    parts.version = Version::HTTP_11;
    let nominated = reduce(&mut parts.headers, found, admitted.upgrade);
    let found = if nominated { Found::in_head(&parts.headers) } else { found };
    insert_own(&mut parts.headers, found, peer);
    Ok(admitted)
}

impl Found {
    fn in_head(headers: &HeaderMap) -> Self {
        let mut found = Self::default();
        for name in headers.keys() {
            found.te |= name == header::TE;
            found.coding |= name == header::TRANSFER_ENCODING;
            found.length |= name == header::CONTENT_LENGTH;
            found.expect |= name == header::EXPECT;
            found.forwarded_for |= name == FORWARDED_FOR;
            found.forwarded_host |= name == FORWARDED_HOST;
            found.forwarded_proto |= name == FORWARDED_PROTO;
            found.shadow |= name == SHADOW;
            found.underscore |= name.as_str().contains('_');
        }
        found
    }

    /// The declared length in bytes; zero without one, `None` for a chunked body.
    fn body_length(self, headers: &HeaderMap) -> Option<u64> {
        match (self.coding, self.length) {
            (true, _) => None,
            (false, false) => Some(0),
            (false, true) => headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok(),
        }
    }
}

/// An absolute target as a path; the guard found its authority equal to the host.
fn path_of(target: &Uri) -> Result<Uri, Refusal> {
    let path = target.path_and_query().map_or("/", PathAndQuery::as_str);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Uri::try_from(path).map_err(|_| Refusal::Malformed)
}

/// Strips the fields of the client's connection and puts back those that begin anew on ours. Says whether `Connection`
/// nominated any.
fn reduce(headers: &mut HeaderMap, found: Found, upgrade: bool) -> bool {
    let trailers = found.te && hop::lists(headers, &header::TE, "trailers");
    let protocol = if upgrade { headers.get(header::UPGRADE).cloned() } else { None };
    let nominated = hop::strip(headers);
    if trailers {
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
    }
    if found.coding {
        headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if let Some(protocol) = protocol {
        headers.insert(header::UPGRADE, protocol);
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    if found.expect {
        // The expectation is met here: hyper sends the 100 when the body is first asked for.
        headers.remove(header::EXPECT);
    }
    nominated
}

/// Inserts the gateway's own fields. What a proxy in front has said about host and protocol is kept; the addresses
/// grow by the client's. Names that only look like these, or that nobody outside may set, are dropped.
fn insert_own(headers: &mut HeaderMap, found: Found, peer: &Peer) {
    if found.underscore {
        for lookalike in LOOKALIKES {
            headers.remove(lookalike);
        }
    }
    if found.shadow {
        headers.remove(&SHADOW);
    }
    let through =
        if found.forwarded_for { joined(headers, &peer.address) } else { peer.address.clone() };
    headers.insert(FORWARDED_FOR, through);
    if !found.forwarded_proto {
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
    }
    if !found.forwarded_host
        && let Some(host) = headers.get(header::HOST).cloned()
    {
        headers.insert(FORWARDED_HOST, host);
    }
}

/// All addresses so far on one line, then this one.
fn joined(headers: &HeaderMap, address: &HeaderValue) -> HeaderValue {
    let lines = headers.get_all(&FORWARDED_FOR).iter().chain([address]);
    let joined = lines.map(HeaderValue::as_bytes).collect::<Vec<_>>().join(&b", "[..]);
    HeaderValue::try_from(joined).unwrap_or_else(|_| address.clone())
}

#[cfg(test)]
mod tests;
