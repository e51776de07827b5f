//! Reply bodies on their way from the upstream to the client: frames by reference, one at a time, never collected.
//!
//! They are shown to the mirror's tap as they pass, and none is held back. The end of a reply body is the end of the
//! exchange: there the connection goes back to the pool, and nowhere else.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ficus_model::observation::Outcome;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use thiserror::Error;

use crate::exchange::Exchange;
use crate::mirror::Tap;
use crate::peer::Peer;
use crate::request_body::RequestBody;

/// Why a reply's body broke off.
#[derive(Debug, Error)]
pub(crate) enum ReplyBodyError {
    /// The upstream's body ended too early.
    #[error("the reply body broke off")]
    Reset(#[source] hyper::Error),
    /// The upstream's body did not go on.
    #[error("the reply body did not go on in time")]
    Idle,
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

    fn poll(
        &mut self,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReplyBodyError>>> {
        match Pin::new(&mut self.incoming).poll_frame(task) {
            Poll::Pending => self.poll_idle(task),
            Poll::Ready(None) => {
                self.end();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                self.give_up(Outcome::Reset);
                Poll::Ready(Some(Err(ReplyBodyError::Reset(error))))
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
    fn poll_idle(
        &mut self,
        task: &Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReplyBodyError>>> {
        let Some(idle) = self.idle else { return Poll::Pending };
        let alarm = &self.peer().alarm;
        if alarm.poll_rung(task).is_ready() {
            alarm.clear();
            self.give_up(Outcome::Timeout);
            return Poll::Ready(Some(Err(ReplyBodyError::Idle)));
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
    type Error = ReplyBodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReplyBodyError>>> {
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
