//! One copy: what is sent to the service, and everything needed to compare afterwards.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use ficus_model::Side;
use ficus_model::boundary::Credentials;
use ficus_model::rollout::RolloutId;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HeaderMap, HeaderName, HeaderValue,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::{Method, Request, StatusCode, Uri};
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

use super::Recording;
use crate::admit::SHADOW;
use crate::budget::{Charge, Kept};
use crate::comparing::Whole;
use crate::eligible::Eligible;
use crate::lane::Lane;
use crate::split::SIDE;
use crate::trace::{SpanId, TraceContext, TraceId};

/// Names a request that must take effect once.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// What says how a message is framed, or is meant for the next hop: the copy is framed anew, in one piece.
const FRAMING: [HeaderName; 7] =
    [CONTENT_LENGTH, TRANSFER_ENCODING, TRAILER, TE, EXPECT, UPGRADE, CONNECTION];
/// What lets a request act as its caller.
const CREDENTIALS: [HeaderName; 3] = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE];

/// A copy that is ready to be sent.
pub(crate) struct Copy {
    /// The request it was made of, to be accounted for.
    pub(super) eligible: Eligible,
    /// The bytes held for it.
    pub(super) charge: Charge,
    /// The method.
    pub(super) method: Method,
    /// The target.
    pub(super) target: Uri,
    /// What the monolith answered.
    pub(super) baseline: Whole,
    /// The copy's own trace.
    pub(super) context: TraceContext,
    /// The trace and span of the request it was made of.
    pub(super) copy_of: (TraceId, SpanId),
    headers: HeaderMap,
    body: Vec<Bytes>,
}

impl Copy {
    /// The copy of a request whose answer is whole.
    pub(super) fn of(
        recording: &mut Recording,
        eligible: Eligible,
        reply: (StatusCode, HeaderMap),
    ) -> Self {
        let identifiers = recording.mirror.identifiers();
        let original = TraceContext::sent(&recording.parts.headers, identifiers);
        let context = original.shadow(identifiers);
        let headers = headers(&recording.parts, eligible.lane(), &context);
        let (status, reply_headers) = reply;
        let nothing = Charge::on(recording.mirror.budget());
        Self {
            charge: std::mem::replace(&mut recording.charge, nothing),
            method: recording.parts.method.clone(),
            target: recording.parts.uri.clone(),
            baseline: Whole {
                status: status.as_u16(),
                headers: reply_headers,
                body: std::mem::take(&mut recording.reply_body).into_pieces(),
                latency: recording.began.elapsed(),
            },
            context,
            copy_of: (original.trace, original.span),
            headers,
            body: std::mem::take::<Kept>(&mut recording.request).into_pieces(),
            eligible,
        }
    }

    /// How long the copy may take: never longer than the live request might have.
    pub(super) fn timeout(&self) -> Duration {
        let lane = self.eligible.lane();
        lane.shadow.timeout.min(lane.limits.timeout)
    }

    /// The request as it is sent, once.
    pub(super) fn request(&mut self) -> Request<Pieces> {
        let mut request = Request::new(Pieces::new(std::mem::take(&mut self.body)));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = std::mem::take(&mut self.headers);
        request
    }
}

/// The headers of a copy: the caller's, marked, with a trace of their own, and without what a copy must not carry.
fn headers(parts: &Parts, lane: &Lane, context: &TraceContext) -> HeaderMap {
    let mut headers = parts.headers.clone();
    for name in FRAMING.iter().chain([&SIDE]) {
        headers.remove(name);
    }
    if lane.shadow.credentials == Credentials::Strip {
        for name in &CREDENTIALS {
            headers.remove(name);
        }
    }
    if let Some(key) = headers.get(IDEMPOTENCY_KEY) {
        let derived = derived_key(key, lane.rollout);
        headers.insert(IDEMPOTENCY_KEY, derived);
    }
    headers.insert(SHADOW, HeaderValue::from_static("1"));
    context.inject(&mut headers, Some(Side::Service));
    headers
}

/// A key that the service can not confuse with the live request's, and that is the same for a repeated request.
fn derived_key(key: &HeaderValue, rollout: Option<RolloutId>) -> HeaderValue {
    let mut hasher = Sha256::new();
    hasher.update(key.as_bytes());
    hasher.update(rollout.map_or([0; 16], |rollout| rollout.0));
    let digest: [u8; 32] = hasher.finalize().into();
    let digest = ficus_model::digest::Digest::from_bytes(digest);
    HeaderValue::try_from(format!("shadow-{digest}")).unwrap_or(HeaderValue::from_static("shadow"))
}

/// A body in pieces whose length is known.
#[derive(Debug)]
pub(super) struct Pieces {
    rest: VecDeque<Bytes>,
    length: u64,
}

impl Pieces {
    fn new(pieces: Vec<Bytes>) -> Self {
        let length: usize = pieces.iter().map(Bytes::len).sum();
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        Self { rest: pieces.into(), length }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let piece = self.rest.pop_front();
        if let Some(piece) = &piece {
            self.length -= u64::try_from(piece.len()).unwrap_or(u64::MAX);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
