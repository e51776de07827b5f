//! A client, as the requests of its connection see it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use http::HeaderValue;

use crate::guard::Signals;
use crate::timer::Alarm;

/// What is known of a client. HTTP/1 has one request under way at a time, so one of everything suffices.
pub(crate) struct Peer {
    /// Its address, as it is told to upstreams.
    pub(crate) address: HeaderValue,
    /// Shared with the guard around its socket.
    pub(crate) signals: Arc<Signals>,
    /// The deadline of the request under way.
    pub(crate) alarm: Alarm,
    /// Requests whose answers are not complete.
    pub(crate) under_way: Cell<u32>,
    /// Requests begun so far.
    pub(crate) requests: Cell<u64>,
}

/// A request whose answer is not complete; its connection is not idle.
pub(crate) struct UnderWay(Rc<Peer>);

impl Peer {
    /// A client that has asked nothing yet.
    pub(crate) fn new(address: HeaderValue, signals: Arc<Signals>, alarm: Alarm) -> Self {
        Self { address, signals, alarm, under_way: Cell::new(0), requests: Cell::new(0) }
    }
}

impl UnderWay {
    /// One more.
    pub(crate) fn begin(peer: &Rc<Peer>) -> Self {
        peer.under_way.set(peer.under_way.get() + 1);
        Self(Rc::clone(peer))
    }

    /// Whose it is.
    pub(crate) fn peer(&self) -> &Rc<Peer> {
        &self.0
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.set(self.0.under_way.get() - 1);
    }
}
