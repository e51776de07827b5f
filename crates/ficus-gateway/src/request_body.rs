//! Request bodies on their way from the client to the upstream: frames by reference, one at a time, never collected.
//!
//! They are shown to the mirror's tap as they pass, and none is held back.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;

use crate::mirror::Tap;
use crate::peer::Peer;
use crate::refusal::Refusal;

/// The client's body broke off: too long, malformed, or never finished.
#[derive(Debug, Error)]
#[error("the request body broke off: {}", .0.as_str())]
pub(crate) struct BrokenOff(Refusal);

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

impl Progress {
    /// Nothing yet, of at most so many bytes.
    pub(crate) fn up_to(bytes_max: u64) -> Self {
        Self { bytes_max, ..Self::default() }
    }
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
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
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

    fn break_off(&mut self, refusal: Refusal) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.progress.broken.set(Some(refusal));
        self.tap = None;
        Poll::Ready(Some(Err(BrokenOff(refusal))))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
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
