//! What of a reply's head may go to the client.

use http::header::{self, HeaderMap};
use http::{HeaderValue, StatusCode, Version, response};

use crate::hop;
use crate::refusal::Refusal;

/// What the reply's head says about its body and its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// Its framing contradicts itself: the connection must not be used again.
    pub(crate) poisoned: bool,
    /// It is an event stream: it may pause for as long as it likes.
    pub(crate) stream: bool,
}

/// Reduces a reply's head to what goes to the client.
///
/// # Errors
///
/// [`Refusal::BadReply`] for what could be read in two ways or was not asked for.
pub(crate) fn clean(head: &mut response::Parts, upgrade: bool) -> Result<Cleaned, Refusal> {
    let switches = head.status == StatusCode::SWITCHING_PROTOCOLS;
    if switches && !(upgrade && head.headers.contains_key(header::UPGRADE)) {
        return Err(Refusal::BadReply);
    }
    let chunked = chunked(&head.headers)?;
    let poisoned = chunked && head.headers.remove(header::CONTENT_LENGTH).is_some();
    let protocol = if switches { head.headers.remove(header::UPGRADE) } else { None };
    hop::strip(&mut head.headers);
    if let Some(protocol) = protocol {
        head.headers.insert(header::UPGRADE, protocol);
        head.headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    head.version = Version::HTTP_11;
    Ok(Cleaned { poisoned, stream: event_stream(&head.headers) })
}

/// Whether the body is chunked; any other coding would reach the client without its name.
fn chunked(headers: &HeaderMap) -> Result<bool, Refusal> {
    let Some(coding) = headers.get(header::TRANSFER_ENCODING) else { return Ok(false) };
    let alone = headers.get_all(header::TRANSFER_ENCODING).iter().nth(1).is_none();
    let plain = coding.as_bytes().eq_ignore_ascii_case(b"chunked");
    if alone && plain { Ok(true) } else { Err(Refusal::BadReply) }
}

fn event_stream(headers: &HeaderMap) -> bool {
    const EVENT_STREAM: &[u8] = b"text/event-stream";
    let media_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let start = media_type.and_then(|text| text.get(..EVENT_STREAM.len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(EVENT_STREAM))
}

#[cfg(test)]
mod tests;
