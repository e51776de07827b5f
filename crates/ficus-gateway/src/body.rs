//! Bodies on their way through: frames by reference, one at a time, never collected.
//!
//! A [`RequestBody`] runs from the client to the upstream, a [`ReplyBody`] back. Both show their frames to the mirror's
//! tap as they pass and hold nothing back. The end of a reply body is the end of the exchange: there the connection
//! goes back to the pool, and nowhere else.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ficus_model::observation::Outcome;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use thiserror::Error;

use crate::connection::Peer;
use crate::exchange::Exchange;
use crate::mirror::Tap;
use crate::refusal::Refusal;

/// Why a body broke off.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    /// The client's body: too long, malformed, or never finished.
    #[error("the request body broke off: {}", .0.as_str())]
    Request(Refusal),
    /// The upstream's body ended too early.
    #[error("the reply body broke off")]
    Reply(#[source] hyper::Error),
    /// The upstream's body did not go on.
    #[error("the reply body did not go on in time")]
    ReplyIdle,
}

/// What goes to an upstream.
pub(crate) enum RequestBody {
    /// Nothing.
    Empty,
    /// What the client sends.
    Passing(PassingRequest),
}

/// A request body on its way.
pub(crate) struct PassingRequest {
    incoming: Incoming,
    peer: Rc<Peer>,
    tap: Option<Tap>,
    progress: Rc<Progress>,
}

/// How far a request body has come; the exchange reads it when the upstream fails.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Bytes so far.
    pub(crate) bytes: Cell<u64>,
    /// Most bytes the boundary takes.
    pub(crate) bytes_max: u64,
    /// Why the client's body broke off, once it has.
    pub(crate) broken: Cell<Option<Refusal>>,
}

/// What goes to a client.
pub(crate) enum ReplyBody {
    /// The gateway's own words.
    Own(Option<Bytes>),
    /// What the upstream sends.
    Passing(PassingReply),
}

/// A reply body on its way, with everything that is due at its end.
pub(crate) struct PassingReply {
    incoming: Incoming,
    exchange: Box<Exchange>,
    tap: Option<Tap>,
    /// The connection it comes from; `None` when it must not be used again.
    sender: Option<SendRequest<RequestBody>>,
    /// Longest wait between two frames; `None` for event streams.
    idle: Option<Duration>,
}

impl RequestBody {
    /// The body of a request; an empty one is known as such at once.
    pub(crate) fn new(
        incoming: Incoming,
        peer: &Rc<Peer>,
        tap: Option<Tap>,
        progress: &Rc<Progress>,
    ) -> Self {
        if incoming.is_end_stream() {
            tap.inspect(Tap::request_end);
            return Self::Empty;
        }
        let (peer, progress) = (Rc::clone(peer), Rc::clone(progress));
        Self::Passing(PassingRequest { incoming, peer, tap, progress })
    }
}

impl PassingRequest {
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = match Pin::new(&mut self.incoming).poll_frame(task) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => {
                self.end();
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Err(_))) => {
                return self.break_off(self.peer.signals.refusal().unwrap_or(Refusal::Framing));
            }
            Poll::Ready(Some(Ok(frame))) => frame,
        };
        if let Some(piece) = frame.data_ref() {
            let bytes = self.progress.bytes.get() + piece.len() as u64;
            self.progress.bytes.set(bytes);
            if bytes > self.progress.bytes_max {
                return self.break_off(Refusal::BodyLimit);
            }
            if let Some(tap) = &self.tap {
                tap.request_frame(piece);
            }
        }
        if self.incoming.is_end_stream() {
            self.end();
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn end(&mut self) {
        if let Some(tap) = self.tap.take() {
            tap.request_end();
        }
    }

    fn break_off(&mut self, refusal: Refusal) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.progress.broken.set(Some(refusal));
        self.tap = None;
        Poll::Ready(Some(Err(BodyError::Request(refusal))))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Passing(passing) => passing.poll(task),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Passing(passing) => passing.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Passing(passing) => passing.incoming.size_hint(),
        }
    }
}

impl PassingReply {
    /// A reply body on its way. One that is empty has ended at once.
    pub(crate) fn new(
        incoming: Incoming,
        exchange: Box<Exchange>,
        tap: Option<Tap>,
        sender: Option<SendRequest<RequestBody>>,
        idle: Option<Duration>,
    ) -> Self {
        let mut reply = Self { incoming, exchange, tap, sender, idle };
        reply.peer().alarm.clear();
        if reply.incoming.is_end_stream() {
            reply.end();
        }
        reply
    }

    fn peer(&self) -> &Peer {
        self.exchange.peer()
    }

    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.incoming).poll_frame(task) {
            Poll::Pending => self.poll_idle(task),
            Poll::Ready(None) => {
                self.end();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                self.give_up(Outcome::Reset);
                Poll::Ready(Some(Err(BodyError::Reply(error))))
            }
            Poll::Ready(Some(Ok(frame))) => {
                self.pass(&frame);
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn pass(&mut self, frame: &Frame<Bytes>) {
        self.peer().alarm.clear();
        if let Some(piece) = frame.data_ref() {
            let bytes = &self.exchange.reply_bytes;
            bytes.set(bytes.get() + piece.len() as u64);
            if let Some(tap) = &self.tap {
                tap.reply_frame(piece);
            }
        }
        if self.incoming.is_end_stream() {
            self.end();
        }
    }

    /// Waits no longer than allowed for the next frame.
    fn poll_idle(&mut self, task: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(idle) = self.idle else { return Poll::Pending };
        let alarm = &self.peer().alarm;
        if alarm.poll_rung(task).is_ready() {
            alarm.clear();
            self.give_up(Outcome::Timeout);
            return Poll::Ready(Some(Err(BodyError::ReplyIdle)));
        }
        if !alarm.runs() {
            alarm.set(Instant::now() + idle);
        }
        Poll::Pending
    }

    /// The reply is whole.
    fn end(&mut self) {
        self.peer().alarm.clear();
        if let Some(tap) = self.tap.take() {
            tap.reply_end();
        }
        self.exchange.finish_answered();
        if let Some(sender) = self.sender.take()
            && let Some(arm) = self.exchange.arm()
        {
            self.exchange.core.pool.put(&arm.origin, sender, Instant::now());
        }
    }

    fn give_up(&mut self, outcome: Outcome) {
        self.tap = None;
        self.sender = None;
        self.exchange.fail(outcome);
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Own(words) => Poll::Ready(words.take().map(|words| Ok(Frame::data(words)))),
            Self::Passing(passing) => passing.poll(task),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(words) => words.is_none(),
            Self::Passing(passing) => passing.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(words) => {
                SizeHint::with_exact(words.as_ref().map_or(0, |words| words.len() as u64))
            }
            Self::Passing(passing) => passing.incoming.size_hint(),
        }
    }
}
