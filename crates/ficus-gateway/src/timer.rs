//! Deadlines that cost next to nothing when they are not met, which is nearly always.
//!
//! A tokio timer per wait is a lock, a place in a wheel and a removal, several times per request. Here an alarm is
//! made once per connection and set and cleared by writing a cell; one task per core sleeps until the earliest
//! deadline it knows of, then looks through all alarms, wakes those that are due and finds the next one. Looking at
//! ten thousand alarms takes some tens of microseconds, and happens about as often as the shortest timeout in use.
//!
//! Resolution: [`TICK`]. Alarms belong to one core and are not `Send`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Deadlines are met at most this late.
const TICK: Duration = Duration::from_millis(5);

/// All alarms of one core.
#[derive(Default)]
pub(crate) struct Alarms {
    places: RefCell<Vec<Option<Rc<Bell>>>>,
    free: RefCell<Vec<usize>>,
    /// When the core's task wakes next; `None` while nothing is set.
    next: Cell<Option<Instant>>,
    earlier: Notify,
}

/// One deadline at a time for one task.
pub(crate) struct Alarm {
    bell: Rc<Bell>,
    place: usize,
    alarms: Rc<Alarms>,
}

#[derive(Default)]
struct Bell {
    due: Cell<Option<Instant>>,
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Alarms {
    /// A new alarm, not set.
    pub(crate) fn alarm(self: &Rc<Self>) -> Alarm {
        let bell = Rc::new(Bell::default());
        let mut places = self.places.borrow_mut();
        let free = self.free.borrow_mut().pop();
        let place = free.unwrap_or(places.len());
        match places.get_mut(place) {
            Some(empty) => *empty = Some(Rc::clone(&bell)),
            None => places.push(Some(Rc::clone(&bell))),
        }
        Alarm { bell, place, alarms: Rc::clone(self) }
    }

    /// Wakes the task of every alarm, whatever its deadline.
    pub(crate) fn wake_all(&self) {
        for bell in self.places.borrow().iter().flatten() {
            bell.wake();
        }
    }

    /// Rings the alarms as they become due; never ends.
    pub(crate) async fn run(self: Rc<Self>) {
        loop {
            let next = self.ring_due(Instant::now());
            self.next.set(next);
            let earlier = self.earlier.notified();
            match next {
                None => earlier.await,
                Some(next) => {
                    let next = tokio::time::Instant::from_std(next);
                    tokio::select! {
                        () = tokio::time::sleep_until(next) => {}
                        () = earlier => {}
                    }
                }
            }
        }
    }

    /// Rings what is due and says when to look again.
    fn ring_due(&self, now: Instant) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for bell in self.places.borrow().iter().flatten() {
            match bell.due.get() {
                Some(due) if due <= now => bell.ring(),
                Some(due) => next = Some(next.map_or(due, |next| next.min(due))),
                None => {}
            }
        }
        next.map(|next| next.max(now + TICK))
    }

    /// Makes sure that the core's task wakes by `due`.
    fn expect(&self, due: Instant) {
        if self.next.get().is_none_or(|next| due + TICK < next) {
            self.next.set(Some(due));
            self.earlier.notify_one();
        }
    }
}

impl Alarm {
    /// Sets the deadline, replacing the one before.
    pub(crate) fn set(&self, due: Instant) {
        self.bell.rung.set(false);
        self.bell.due.set(Some(due));
        self.alarms.expect(due);
    }

    /// Takes the deadline back.
    pub(crate) fn clear(&self) {
        self.bell.rung.set(false);
        self.bell.due.set(None);
    }

    /// Whether a deadline is set that has not passed.
    pub(crate) fn runs(&self) -> bool {
        self.bell.due.get().is_some()
    }

    /// Ready once the deadline has passed; the task is woken then.
    pub(crate) fn poll_rung(&self, task: &Context<'_>) -> Poll<()> {
        if self.bell.rung.get() {
            return Poll::Ready(());
        }
        self.bell.remember(task.waker());
        Poll::Pending
    }
}

impl Bell {
    fn ring(&self) {
        self.due.set(None);
        self.rung.set(true);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }

    fn remember(&self, waker: &Waker) {
        let mut remembered = self.waker.borrow_mut();
        if !remembered.as_ref().is_some_and(|before| before.will_wake(waker)) {
            *remembered = Some(waker.clone());
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let Some(place) = self.alarms.places.borrow_mut().get_mut(self.place) {
            *place = None;
        }
        self.alarms.free.borrow_mut().push(self.place);
    }
}

#[cfg(test)]
mod tests;
