//! Answers of the gateway's own: a small JSON problem (RFC 9457) that names the trace and nothing of the inside.

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};

use crate::exchange::Exchange;
use crate::observe::Opened;
use crate::refusal::Refusal;
use crate::reply_body::ReplyBody;

/// Seconds after which another try may succeed.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");
/// Methods that are accepted, for 405.
const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

/// Answers a request that got no reply, and ends its exchange. `closes` says that the connection must not go on, as
/// when a body was not read to its end.
pub(crate) fn refuse(exchange: &Exchange, refusal: Refusal, closes: bool) -> Response<ReplyBody> {
    exchange.core.counts.refused(refusal);
    exchange.status.set(Some(refusal.status()));
    exchange.finish(refusal.outcome());
    problem(refusal, &exchange.opened, closes)
}

/// The answer itself.
pub(crate) fn problem(refusal: Refusal, opened: &Opened, closes: bool) -> Response<ReplyBody> {
    let status = refusal.status();
    let body = format!(
        r#"{{"type":"urn:ficus:{}","title":"{}","status":{},"detail":"{}","trace":"{opened}"}}"#,
        refusal.as_str(),
        status.canonical_reason().unwrap_or_default(),
        status.as_u16(),
        refusal.detail(),
    );
    let mut response = Response::new(ReplyBody::Own(Some(Bytes::from(body))));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if refusal.passes() {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, ALLOW);
    }
    if closes || refusal.closes() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
