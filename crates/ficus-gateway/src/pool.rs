//! Upstream connections that wait for their next request: one stack per core and upstream, last in, first out.
//!
//! A connection comes back only after the end of the reply was seen, and leaves only when hyper says it is ready, so a
//! stray byte behind a reply closes it before the next client could be answered with it. It is kept for less time than
//! upstreams keep theirs: the race between their close and our next request is won by not starting it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper::client::conn::http1::SendRequest;

use crate::origin::Origin;

/// Connections kept per core and upstream; more are closed when their reply has ended.
const IDLE_MAX: usize = 256;
/// How often old connections are looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// The idle connections of one core. `B` is the body sent on them.
pub(crate) struct Pool<B> {
    stacks: RefCell<Vec<Vec<Idle<B>>>>,
    keep: Duration,
}

struct Idle<B> {
    sender: SendRequest<B>,
    since: Instant,
}

impl<B> Pool<B> {
    /// A pool that keeps connections for `keep`.
    pub(crate) fn new(keep: Duration) -> Self {
        Self { stacks: RefCell::new(Vec::new()), keep }
    }

    /// The connection used last, if it is fit for a request now.
    pub(crate) fn take(&self, origin: &Origin, now: Instant) -> Option<SendRequest<B>> {
        let mut stacks = self.stacks.borrow_mut();
        let stack = stacks.get_mut(origin.ordinal)?;
        let place = stack.iter().rposition(|idle| idle.sender.is_ready())?;
        // What lies above is closed, or has not yet told that it is ready.
        let idle = stack.remove(place);
        if now.saturating_duration_since(idle.since) < self.keep {
            return Some(idle.sender);
        }
        stack.truncate(place);
        None
    }

    /// Takes a connection back whose reply has ended.
    pub(crate) fn put(&self, origin: &Origin, sender: SendRequest<B>, now: Instant) {
        if sender.is_closed() {
            return;
        }
        let mut stacks = self.stacks.borrow_mut();
        if stacks.len() <= origin.ordinal {
            stacks.resize_with(origin.ordinal + 1, Vec::new);
        }
        if let Some(stack) = stacks.get_mut(origin.ordinal).filter(|stack| stack.len() < IDLE_MAX) {
            stack.push(Idle { sender, since: now });
        }
    }

    /// Closes what is old or already closed.
    pub(crate) fn sweep(&self, now: Instant) {
        let fit = |idle: &Idle<B>| {
            !idle.sender.is_closed() && now.saturating_duration_since(idle.since) < self.keep
        };
        self.stacks.borrow_mut().iter_mut().for_each(|stack| stack.retain(fit));
    }

    /// Does so for as long as the core lives.
    pub(crate) async fn keep_swept(self: Rc<Self>) {
        loop {
            tokio::time::sleep(SWEEP).await;
            self.sweep(Instant::now());
        }
    }
}
