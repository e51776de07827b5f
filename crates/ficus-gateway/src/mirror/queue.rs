//! Which copies run, which wait, and which are given up: the mirror of one core.
//!
//! Every core has its share of the process's places, so that no core has to tell another that a place is free.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use ficus_model::Side;
use ficus_model::comparison::Uncompared;
use ficus_model::observation::Outcome;

use super::client::Client;
use super::copy::Copy;
use super::mirrors;
use crate::comparing::{self, Pair, Whole};
use crate::core::{Core, Shared};
use crate::lane::Lane;
use crate::otlp::Span;
use crate::wall;

/// The mirror of one core.
pub(crate) struct Mirror {
    client: Client,
    pairs: SyncSender<Pair>,
    running: Cell<usize>,
    running_max: usize,
    waiting: RefCell<VecDeque<(Copy, Place)>>,
    waiting_max: usize,
}

/// A place among the boundary's copies; given back when dropped.
struct Place(Arc<Lane>);

/// A place among the core's running copies; given back when dropped.
struct Run(Rc<Core>);

impl Mirror {
    /// The mirror of a core.
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        let settings = &shared.settings;
        let share = settings.mirror.in_flight_max.get().div_ceil(settings.workers.get());
        Self {
            client: Client::new(settings.times.upstream_idle),
            pairs: shared.observer.pairs.clone(),
            running: Cell::new(0),
            running_max: share,
            waiting: RefCell::default(),
            waiting_max: settings.mirror.waiting_max,
        }
    }

    /// Closes the copies' connections that are old or already closed.
    pub(crate) fn sweep(&self, now: Instant) {
        self.client.sweep(now);
    }

    /// Runs a copy now or later, or gives it up.
    pub(super) fn submit(&self, core: &Rc<Core>, copy: Copy) {
        let Some(place) = Place::take(copy.eligible.lane()) else {
            copy.eligible.uncompared(Uncompared::InFlightCap);
            return;
        };
        let mut waiting = self.waiting.borrow_mut();
        if self.running.get() < self.running_max {
            start(core, copy, place);
        } else if waiting.len() < self.waiting_max {
            waiting.push_back((copy, place));
        } else {
            copy.eligible.uncompared(Uncompared::QueueFull);
        }
    }
}

impl Place {
    fn take(lane: &Arc<Lane>) -> Option<Self> {
        let before = lane.live.copies.fetch_add(1, Ordering::Relaxed);
        let place = Self(Arc::clone(lane));
        (before < lane.shadow.in_flight_max).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.live.copies.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Run {
    fn begin(core: &Rc<Core>) -> Self {
        let running = &core.observer.mirror.running;
        running.set(running.get() + 1);
        Self(Rc::clone(core))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let running = &self.0.observer.mirror.running;
        running.set(running.get().saturating_sub(1));
    }
}

/// Runs a copy as a task of the core, and after it those that wait.
fn start(core: &Rc<Core>, copy: Copy, place: Place) {
    let run = Run::begin(core);
    core.tasks.spawn_named("mirror", async move {
        let core = &run.0;
        let mut next = Some((copy, place));
        while let Some((copy, place)) = next {
            perform(core, copy).await;
            drop(place);
            next = core.observer.mirror.waiting.borrow_mut().pop_front();
        }
    });
}

/// One copy from its first byte to the hand-over of the pair. Nothing is sent once the mirror has been turned off: after
/// a kill no copy that has waited reaches the service.
async fn perform(core: &Rc<Core>, mut copy: Copy) {
    let still =
        core.table().lane_named(&copy.eligible.lane().name).is_some_and(|lane| mirrors(lane));
    if !still {
        copy.eligible.uncompared(Uncompared::Aborted);
        return;
    }
    let (began, timeout) = (Instant::now(), copy.timeout());
    let exchange = core.observer.mirror.client.exchange(core, &mut copy);
    let answered = tokio::time::timeout(timeout, exchange).await;
    let answered = answered.unwrap_or(Err(Uncompared::Timeout));
    trace(core, &copy, &answered, began.elapsed());
    match answered {
        Ok(candidate) => comparing::submit(&core.observer.mirror.pairs, pair(copy, candidate)),
        Err(reason) => copy.eligible.uncompared(reason),
    }
}

/// The span of the copy, linked to the request it was made of.
fn trace(core: &Core, copy: &Copy, answered: &Result<Whole, Uncompared>, latency: Duration) {
    let observer = &core.observer;
    let Some(sink) = observer.spans().filter(|_| copy.context.sampled()) else { return };
    let outcome = match answered {
        Ok(whole) => Outcome::Answered(whole.status),
        Err(Uncompared::Connect) => Outcome::ConnectFailed,
        Err(Uncompared::Timeout) => Outcome::Timeout,
        Err(_) => Outcome::Reset,
    };
    let span = Span {
        context: copy.context,
        copy_of: Some(copy.copy_of),
        lane: Some(Arc::clone(copy.eligible.lane())),
        route: copy.eligible.route(),
        side: Some(Side::Service),
        assigned: None,
        method: copy.method.clone(),
        status: answered.as_ref().ok().map(|whole| whole.status),
        outcome,
        ended: wall::now(),
        latency,
    };
    sink.send(span, &core.shared.observer.losses);
}

fn pair(copy: Copy, candidate: Whole) -> Pair {
    let target = copy.target.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    Pair {
        eligible: copy.eligible,
        method: copy.method,
        target,
        trace: copy.copy_of.0,
        baseline: copy.baseline,
        candidate,
        charge: copy.charge,
    }
}
