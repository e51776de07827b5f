//! Interim answers (1xx) of an upstream, on their way to the client.
//!
//! hyper's client half tells of them, its server half cannot send them; so the guard writes them into the client's
//! socket at a moment when nothing else is half-written. 100 is not passed on: the gateway has its own.

use std::fmt::Write as _;
use std::sync::Arc;

use http::Request;

use crate::counts::{Count, PathCounts};
use crate::guard::Signals;
use crate::hop;

/// Passes interim answers to this request on to its client.
pub(crate) fn pass<B>(
    request: &mut Request<B>,
    signals: &Arc<Signals>,
    counts: &Arc<PathCounts>,
    number: u64,
) {
    let (signals, counts) = (Arc::clone(signals), Arc::clone(counts));
    signals.awaits(number);
    hyper::ext::on_informational(request, move |interim| {
        if interim.status().as_u16() <= 101 {
            return;
        }
        let mut headers = interim.headers().clone();
        hop::strip(&mut headers);
        if !signals.push_interim(number, &head(interim.status(), &headers)) {
            counts.add(Count::InterimDropped);
        }
    });
}

fn head(status: http::StatusCode, headers: &http::HeaderMap) -> Vec<u8> {
    let mut line = String::new();
    let reason = status.canonical_reason().unwrap_or_default();
    // Writing into a string can not fail.
    let _infallible = write!(line, "HTTP/1.1 {} {reason}\r\n", status.as_u16());
    let mut head = line.into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
