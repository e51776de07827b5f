//! Where messages begin and end in a client's byte stream: the pure half of the framing guard.
//!
//! hyper hides what the guard must see: it drops a `Content-Length` beside `Transfer-Encoding`, joins lines, forgets a
//! second coding. So the heads are read here first, in the bytes, by the same parser hyper uses, and whatever two
//! readers could read differently is refused before hyper, the routes or an upstream see any of it. Accepted bytes go
//! on unchanged; the guard never repairs.
//!
//! The order of the checks is the order of the answers: method, transfer coding, length, host, target, `Connection`.
//!
//! **Invariant:** of every accepted byte it is known whether it belongs to a head, to a body, or to an upgraded
//! connection.

mod chunked;
mod fields;

use std::mem::MaybeUninit;

use crate::refusal::Refusal;

pub(crate) use chunked::Chunked;
use fields::Fields;

/// Longest request head, in bytes.
pub(crate) const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Most field lines of a head.
const HEAD_LINES_MAX: usize = 100;
/// Longest request target, in bytes.
const TARGET_BYTES_MAX: usize = 8 * 1024;
/// Longest method, in bytes: no registered one is longer than 17.
const METHOD_BYTES_MAX: usize = 32;

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Nothing: the next head.
    Empty,
    /// A body of this many bytes.
    Length(u64),
    /// A chunked body.
    Chunked,
    /// A request for an upgrade: what follows is no HTTP if the upgrade is granted, and never read if it is not.
    Upgrade,
}

/// A head that was read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its length, in bytes, empty lines before it included.
    pub(crate) length: usize,
    /// What follows it.
    pub(crate) framing: Framing,
}

/// Reads the head `bytes` begin with; `None` while its end has not arrived.
///
/// # Errors
///
/// The reason the head must not be passed on.
pub(crate) fn read_head(bytes: &[u8]) -> Result<Option<Head>, Refusal> {
    let mut lines = [const { MaybeUninit::uninit() }; HEAD_LINES_MAX];
    let mut head = httparse::Request::new(&mut []);
    match head.parse_with_uninit_headers(bytes, &mut lines) {
        Ok(httparse::Status::Complete(length)) => {
            let framing = judge(&head, length)?;
            Ok(Some(Head { length, framing }))
        }
        Ok(httparse::Status::Partial) => partial(bytes),
        Err(httparse::Error::TooManyHeaders) => Err(Refusal::HeadLimit),
        Err(
            httparse::Error::HeaderName
            | httparse::Error::HeaderValue
            | httparse::Error::NewLine
            | httparse::Error::Status
            | httparse::Error::Token
            | httparse::Error::Version,
        ) => Err(malformed(bytes)),
    }
}

/// A head whose end has not arrived is refused as soon as it is too long.
fn partial(bytes: &[u8]) -> Result<Option<Head>, Refusal> {
    let line = bytes.iter().take(TARGET_BYTES_MAX + METHOD_BYTES_MAX).any(|byte| *byte == b'\n');
    if !line && bytes.len() >= TARGET_BYTES_MAX + METHOD_BYTES_MAX {
        return Err(Refusal::TargetLimit);
    }
    if bytes.len() >= HEAD_BYTES_MAX {
        return Err(Refusal::HeadLimit);
    }
    Ok(None)
}

/// The parser stops at the first strange byte; a head that is too long anyway is told so.
fn malformed(bytes: &[u8]) -> Refusal {
    if bytes.len() >= HEAD_BYTES_MAX { Refusal::HeadLimit } else { Refusal::Malformed }
}

fn judge(head: &httparse::Request<'_, '_>, length: usize) -> Result<Framing, Refusal> {
    let (Some(method), Some(target), Some(version)) = (head.method, head.path, head.version) else {
        return Err(Refusal::Malformed);
    };
    if target.len() > TARGET_BYTES_MAX {
        return Err(Refusal::TargetLimit);
    }
    if length > HEAD_BYTES_MAX {
        return Err(Refusal::HeadLimit);
    }
    if method.len() > METHOD_BYTES_MAX || method == "CONNECT" || method == "TRACE" {
        return Err(Refusal::Method);
    }
    let fields = Fields::read(head.headers);
    let framing = fields.framing(version)?;
    let host = fields.host(version)?;
    check_target(method, target, host)?;
    fields.check_nominated()?;
    Ok(framing)
}

/// The target is a path, or an absolute form whose authority is the host, or the asterisk of `OPTIONS`.
fn check_target(method: &str, target: &str, host: Option<&[u8]>) -> Result<(), Refusal> {
    if !carried(target) {
        return Err(Refusal::Malformed);
    }
    if target.starts_with('/') || (target == "*" && method == "OPTIONS") {
        return Ok(());
    }
    let after_scheme = strip_prefix_ignoring_case(target, "http://")
        .or_else(|| strip_prefix_ignoring_case(target, "https://"))
        .ok_or(Refusal::Malformed)?;
    let authority = after_scheme.split(['/', '?']).next().unwrap_or_default();
    let same = host.is_none_or(|host| host.eq_ignore_ascii_case(authority.as_bytes()));
    if same && fields::host_valid(authority.as_bytes()) { Ok(()) } else { Err(Refusal::Host) }
}

/// Whether hyper can carry the target byte for byte. A few letters that must be encoded anyway it can not; refused here
/// they get an answer that says so.
fn carried(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let letters = |text: &str, refused: [u8; 5]| text.bytes().all(|byte| !refused.contains(&byte));
    letters(path, *b"#<>`\x7f") && letters(query, *b"#<>\"\x7f")
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests;
