//! What the guard, the connection's task and its requests tell each other.
//!
//! All three run on one thread, but an upgraded connection must be `Send` for hyper's sake, so these are atomics and
//! uncontended locks instead of cells.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::BytesMut;

use crate::framing::Framing;
use crate::refusal::Refusal;

/// Bytes of interim answers that may wait for the client.
const INTERIM_BYTES_MAX: usize = 16 * 1024;

/// What a client is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Waits {
    /// Nothing.
    Nothing,
    /// The first byte of a request.
    Request,
    /// The rest of a head.
    Head,
    /// More of a body.
    Body,
    /// Its close, after the last answer.
    Lingering,
}

/// Shared between the guard, the connection's task and its requests.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// [`Waits`] in the low byte; above it a number that changes whenever the wait begins anew.
    watch: AtomicU64,
    expired: AtomicU8,
    /// Zero while the client takes what it is sent; otherwise a number that tells one stall from the next.
    stall: AtomicU64,
    stalls: AtomicU64,
    refusal: Mutex<Option<Refusal>>,
    /// Heads accepted so far.
    heads: AtomicU64,
    /// The number of the head that asks for an upgrade; zero when none does.
    upgrade: AtomicU64,
    /// The number of the request whose final answer is still waited for; zero when none is.
    awaiting: AtomicU64,
    interim_waits: AtomicBool,
    interim: Mutex<BytesMut>,
    waker: Mutex<Option<Waker>>,
}

impl Waits {
    const ALL: [Self; 5] = [Self::Nothing, Self::Request, Self::Head, Self::Body, Self::Lingering];

    fn from_low_byte(word: u64) -> Self {
        Self::ALL.into_iter().find(|waits| *waits as u64 == word & 0xff).unwrap_or(Self::Nothing)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signals {
    /// The guard waits for this now. The wait for a head goes on while its bytes trickle in; every other wait begins
    /// anew when something came.
    pub(super) fn waits(&self, waits: Waits) {
        let word = self.watch.load(Ordering::Relaxed);
        let before = Waits::from_low_byte(word);
        let number = if waits == before { word >> 8 } else { (word >> 8) + 1 };
        if waits == Waits::Nothing && before == Waits::Head {
            return;
        }
        self.watch.store(number << 8 | waits as u64, Ordering::Relaxed);
    }

    /// The client's socket takes no more bytes now.
    pub(super) fn stalls(&self) {
        if self.stall.load(Ordering::Relaxed) == 0 {
            let number = self.stalls.fetch_add(1, Ordering::Relaxed) + 1;
            self.stall.store(number, Ordering::Relaxed);
        }
    }

    /// The client has taken some bytes.
    pub(super) fn takes(&self) {
        if self.stall.load(Ordering::Relaxed) != 0 {
            self.stall.store(0, Ordering::Relaxed);
        }
    }

    /// The number of the stall, while there is one.
    pub(crate) fn stall(&self) -> Option<u64> {
        Some(self.stall.load(Ordering::Relaxed)).filter(|number| *number != 0)
    }

    /// What is waited for, with a number that tells one wait from the next.
    pub(crate) fn watch(&self) -> (Waits, u64) {
        let word = self.watch.load(Ordering::Relaxed);
        (Waits::from_low_byte(word), word)
    }

    /// The time for what is waited for has run out.
    pub(crate) fn expire(&self, waits: Waits) {
        self.expired.store(waits as u8, Ordering::Relaxed);
    }

    pub(super) fn take_expired(&self) -> Waits {
        if self.expired.load(Ordering::Relaxed) == 0 {
            return Waits::Nothing;
        }
        Waits::from_low_byte(u64::from(self.expired.swap(0, Ordering::Relaxed)))
    }

    /// A head was accepted.
    pub(super) fn head(&self, framing: Framing) {
        let number = self.heads.fetch_add(1, Ordering::Relaxed) + 1;
        if framing == Framing::Upgrade {
            self.upgrade.store(number, Ordering::Relaxed);
        }
        self.settle();
    }

    /// The wait for a head is over; the next one begins with the next byte.
    fn settle(&self) {
        self.watch.store((self.watch().1 >> 8).wrapping_add(1) << 8, Ordering::Relaxed);
    }

    /// Whether the request with this number, counted from one, asks for an upgrade.
    pub(crate) fn asks_upgrade(&self, request: u64) -> bool {
        self.upgrade.load(Ordering::Relaxed) == request
    }

    pub(super) fn refuse(&self, refusal: Refusal) {
        self.settle();
        lock(&self.refusal).get_or_insert(refusal);
    }

    /// Why the guard has ended the reading, once it has.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        *lock(&self.refusal)
    }

    /// Remembers whom to wake for an interim answer.
    pub(crate) fn remember(&self, waker: &Waker) {
        let mut remembered = lock(&self.waker);
        if !remembered.as_ref().is_some_and(|before| before.will_wake(waker)) {
            *remembered = Some(waker.clone());
        }
    }

    /// The final answer of this request is waited for from now on, or (zero) of none.
    pub(crate) fn awaits(&self, request: u64) {
        self.awaiting.store(request, Ordering::Relaxed);
    }

    /// Queues an interim answer for a request; `false` when its final answer has begun or too much is queued.
    pub(crate) fn push_interim(&self, request: u64, head: &[u8]) -> bool {
        let mut interim = lock(&self.interim);
        let due = self.awaiting.load(Ordering::Relaxed) == request;
        if !due || interim.len() + head.len() > INTERIM_BYTES_MAX {
            return false;
        }
        interim.extend_from_slice(head);
        self.interim_waits.store(true, Ordering::Relaxed);
        if let Some(waker) = lock(&self.waker).as_ref() {
            waker.wake_by_ref();
        }
        true
    }

    pub(super) fn has_interim(&self) -> bool {
        self.interim_waits.load(Ordering::Relaxed)
    }

    pub(super) fn with_interim<T>(&self, write: impl FnOnce(&mut BytesMut) -> T) -> T {
        let mut interim = lock(&self.interim);
        let written = write(&mut interim);
        self.interim_waits.store(!interim.is_empty(), Ordering::Relaxed);
        written
    }

    /// An interim answer that could not be written before the final one began is dropped.
    pub(super) fn drop_late_interim(&self) {
        if self.has_interim() && self.awaiting.load(Ordering::Relaxed) == 0 {
            self.with_interim(BytesMut::clear);
        }
    }
}
