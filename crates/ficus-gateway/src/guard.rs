//! The framing guard around a client's socket: hyper reads through it and sees accepted bytes only.
//!
//! Bytes of an accepted head or body stay where the kernel put them. A head that has only partly arrived is held back
//! until it is whole, so that a refused one can be replaced by a stand-in request, `REFUSED`, which the service
//! answers like any other request: in order behind pipelined ones, as a problem with a trace id. After a refusal the
//! socket is never read for requests again.
//!
//! Why here and not in the service: by the time hyper calls a service it has already dropped or joined the fields that
//! contradict each other, and its own replies to what it cannot parse have no body and no trace. Why not an own codec:
//! see ADR 0004.
//!
//! The guard also knows what the client is waited for, which tells a slow head from an idle connection; and it writes
//! interim answers (1xx), which hyper's server half cannot send.

mod inspector;
mod signals;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::refusal::Refusal;
use inspector::{Inspector, Step};

pub(crate) use signals::{Signals, Waits};

/// The method of the stand-in for a refused request.
pub(crate) const REFUSED: &str = "REFUSED";
/// The stand-in itself.
const STAND_IN: &[u8] = b"REFUSED / HTTP/1.1\r\nhost: refused\r\n\r\n";
/// Bytes kept of what a client sends behind a request for an upgrade before that is decided.
const EARLY_BYTES_MAX: usize = 64 * 1024;
/// Bytes that are read and thrown away after the last answer, so that the client can read it.
const DISCARDED_BYTES_MAX: usize = 1024 * 1024;

/// A client's socket with the guard around it.
pub(crate) struct Guard<S = TcpStream> {
    stream: S,
    signals: Arc<Signals>,
    inspector: Inspector,
    /// The beginning of a head, until its end arrives.
    held: BytesMut,
    /// Accepted bytes that did not stay in the reader's buffer.
    released: BytesMut,
    /// What ended the reading.
    end: End,
    /// Whether everything hyper has written so far has left its buffer.
    flushed: bool,
    /// Whether an interim answer is partly written, so that its end must come next.
    interim_begun: bool,
    discarded: usize,
    shut: bool,
}

/// What ended the reading of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing.
    Open,
    /// A stand-in is on its way; nothing follows it.
    Refused,
    /// A body broke off.
    Broken,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Guard<S> {
    /// A guard that shares `signals` with the connection's task and its requests.
    pub(crate) fn new(stream: S, signals: Arc<Signals>) -> Self {
        Self {
            stream,
            signals,
            inspector: Inspector::new(),
            held: BytesMut::new(),
            released: BytesMut::new(),
            end: End::Open,
            flushed: true,
            interim_begun: false,
            discarded: 0,
            shut: false,
        }
    }

    /// The socket, and what was read from it behind the request for the upgrade.
    pub(crate) fn into_parts(self) -> (S, Bytes) {
        (self.stream, self.held.freeze())
    }

    /// Reads from the socket into `buffer` and leaves there what hyper may see.
    fn poll_accepted(
        &mut self,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let ended = self.ended();
            if self.release(buffer) {
                return Poll::Ready(Ok(()));
            }
            if let Some(ended) = ended {
                return ended;
            }
            if self.held.len() >= EARLY_BYTES_MAX {
                return Poll::Pending;
            }
            let before = buffer.filled().len();
            match Pin::new(&mut self.stream).poll_read(task, buffer)? {
                Poll::Pending => {
                    self.signals.waits(self.inspector.waits(!self.held.is_empty()));
                    return Poll::Pending;
                }
                Poll::Ready(()) if buffer.filled().len() == before => return Poll::Ready(Ok(())),
                Poll::Ready(()) => self.signals.waits(Waits::Nothing),
            }
            let accepted = self.accept(buffer.filled().get(before..).unwrap_or_default());
            buffer.set_filled(before + accepted);
            if accepted > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Moves released bytes into `buffer`; says whether there were any.
    fn release(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let count = self.released.len().min(buffer.remaining());
        buffer.put_slice(self.released.get(..count).unwrap_or_default());
        self.released.advance(count);
        count > 0
    }

    /// What a reader is told when no more is read: nothing after a refusal, an error in a broken body. Time that has
    /// run out ends the reading here.
    fn ended(&mut self) -> Option<Poll<io::Result<()>>> {
        match (self.signals.take_expired(), self.end) {
            (Waits::Head, End::Open) => self.refuse(Refusal::HeadTimeout),
            (Waits::Body, End::Open) => self.break_off(Refusal::BodyTimeout),
            (Waits::Request | Waits::Lingering, _) => return Some(Poll::Ready(Ok(()))),
            (Waits::Head | Waits::Body | Waits::Nothing, _) => {}
        }
        match self.end {
            End::Open => None,
            End::Refused if !self.released.is_empty() => None,
            End::Refused => Some(Poll::Pending),
            End::Broken => Some(Poll::Ready(Err(io::ErrorKind::InvalidData.into()))),
        }
    }

    /// How many of the bytes just read stay with the reader. The others are held, released later or thrown away.
    fn accept(&mut self, fresh: &[u8]) -> usize {
        if !self.held.is_empty() || self.inspector.undecided() {
            self.held.extend_from_slice(fresh);
            self.accept_held();
            return 0;
        }
        let (accepted, step) = self.inspector.read(fresh, &self.signals);
        match step {
            Step::More => {}
            Step::Hold => self.held.extend_from_slice(fresh.get(accepted..).unwrap_or_default()),
            Step::Refuse(refusal) => self.refuse(refusal),
            Step::Break(refusal) => self.break_off(refusal),
        }
        accepted
    }

    /// The same for bytes that were held; those behind a request for an upgrade stay held.
    fn accept_held(&mut self) {
        if self.inspector.undecided() {
            return;
        }
        let (accepted, step) = self.inspector.read_held(&self.held, &self.signals);
        self.released.extend_from_slice(&self.held.split_to(accepted));
        match step {
            Step::More | Step::Hold => {}
            Step::Refuse(refusal) => self.refuse(refusal),
            Step::Break(refusal) => self.break_off(refusal),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.signals.refuse(refusal);
        self.held.clear();
        self.released.extend_from_slice(STAND_IN);
        self.end = End::Refused;
    }

    fn break_off(&mut self, refusal: Refusal) {
        self.signals.refuse(refusal);
        self.held.clear();
        self.end = End::Broken;
    }

    /// Writes what is left of an interim answer.
    fn poll_interim(&mut self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.signals.has_interim() {
            return Poll::Ready(Ok(()));
        }
        self.signals.with_interim(|interim| {
            while !interim.is_empty() {
                self.interim_begun = true;
                let written = ready!(Pin::new(&mut self.stream).poll_write(task, interim))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                interim.advance(written);
            }
            self.interim_begun = false;
            Poll::Ready(Ok(()))
        })
    }

    /// Reads and throws away until the client has closed, within limits: closing a socket that holds unread bytes
    /// resets it, and the client might never see the answer.
    fn poll_discard(&mut self, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 4096];
        while self.discarded < DISCARDED_BYTES_MAX {
            if self.signals.take_expired() != Waits::Nothing {
                break;
            }
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(task, &mut buffer) {
                Poll::Pending => {
                    self.signals.waits(Waits::Lingering);
                    return Poll::Pending;
                }
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.discarded += buffer.filled().len();
                }
                Poll::Ready(_) => break,
            }
        }
        self.signals.waits(Waits::Nothing);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().poll_accepted(task, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(task, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let guard = self.get_mut();
        if guard.flushed || guard.interim_begun {
            ready!(guard.poll_interim(task))?;
        }
        guard.flushed = false;
        let written = Pin::new(&mut guard.stream).poll_write_vectored(task, slices);
        if written.is_ready() {
            guard.signals.takes();
        } else {
            guard.signals.stalls();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called by hyper when its own buffer is empty, so an interim answer may follow here as long as the final one has
    /// not begun.
    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        guard.flushed = true;
        if !guard.interim_begun {
            guard.signals.drop_late_interim();
        }
        ready!(guard.poll_interim(task))?;
        Pin::new(&mut guard.stream).poll_flush(task)
    }

    fn poll_shutdown(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        let guard = self.get_mut();
        if !guard.shut {
            ready!(Pin::new(&mut guard.stream).poll_shutdown(task))?;
            guard.shut = true;
        }
        guard.poll_discard(task)
    }
}

#[cfg(test)]
mod tests;
