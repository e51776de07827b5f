//! The clock of a connection: one alarm, set for whatever the client is waited for now.
//!
//! A slow head, an idle connection, a body that stops coming, a client that stops reading and one that does not close
//! are five different things with five limits, and at any moment at most one of them is the case.

use std::task::Context;
use std::time::{Duration, Instant};

use crate::core::Core;
use crate::guard::Waits;
use crate::peer::Peer;
use crate::timer::Alarm;

/// How long the client has to read the last answer after the gateway has closed its half.
const LINGER: Duration = Duration::from_secs(1);

/// What the connection is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Nothing that has a limit.
    Nothing,
    /// Something from the client.
    Bytes(Waits),
    /// Room for more of its answer.
    Room,
}

/// What the clock says.
pub(super) enum Watch {
    /// Nothing yet.
    Goes,
    /// The connection is to be polled again.
    Again,
    /// The connection is to be given up.
    Over,
}

/// The clock of a connection.
pub(super) struct Watched<'a> {
    clock: Alarm,
    core: &'a Core,
    /// What the clock was set for, with the number of that wait.
    word: (Wanted, u64),
    draining: bool,
}

impl<'a> Watched<'a> {
    /// A clock that is not set.
    pub(super) fn new(clock: Alarm, core: &'a Core) -> Self {
        Self { clock, core, word: (Wanted::Nothing, 0), draining: false }
    }

    /// Whether the drain has begun since this was last asked.
    pub(super) fn begins_drain(&mut self) -> bool {
        let begins = !self.draining && self.core.shared.draining();
        self.draining |= begins;
        begins
    }

    /// Sets the clock for what the client is waited for now, and looks at it.
    pub(super) fn poll(&mut self, peer: &Peer, task: &Context<'_>) -> Watch {
        let word = wanted(peer);
        if word != self.word {
            self.word = word;
            self.set(word.0);
        }
        if self.clock.poll_rung(task).is_ready() {
            self.clock.clear();
            return self.ring(peer);
        }
        let drains = !self.draining && self.core.shared.draining();
        if drains { Watch::Again } else { Watch::Goes }
    }

    fn ring(&self, peer: &Peer) -> Watch {
        match self.word.0 {
            Wanted::Nothing => Watch::Goes,
            Wanted::Room => Watch::Over,
            Wanted::Bytes(waits) => {
                peer.signals.expire(waits);
                Watch::Again
            }
        }
    }

    fn set(&self, wanted: Wanted) {
        let times = &self.core.shared.settings.times;
        let limit = match wanted {
            Wanted::Nothing | Wanted::Bytes(Waits::Nothing) => return self.clock.clear(),
            Wanted::Bytes(Waits::Request) => times.client_idle,
            Wanted::Bytes(Waits::Head) => times.head,
            Wanted::Bytes(Waits::Body) => times.request_body_idle,
            Wanted::Bytes(Waits::Lingering) => LINGER,
            Wanted::Room => times.client_stall,
        };
        self.clock.set(Instant::now() + limit);
    }
}

/// What is wanted of the client now. One that awaits its answer is not idle.
fn wanted(peer: &Peer) -> (Wanted, u64) {
    if let Some(number) = peer.signals.stall() {
        return (Wanted::Room, number);
    }
    match peer.signals.watch() {
        (Waits::Nothing, number) => (Wanted::Nothing, number),
        (Waits::Request, number) if peer.under_way.get() > 0 => (Wanted::Nothing, number),
        (waits, number) => (Wanted::Bytes(waits), number),
    }
}
