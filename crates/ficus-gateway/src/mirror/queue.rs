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

use ficus_model::comparison::Uncompared;
use ficus_model::observation::Outcome;
use ficus_model::{Side, Weight};

use super::client::Client;
use super::copy::Copy;
use super::mirrors;
use crate::budget::Budget;
use crate::comparing::{self, Pair, Whole};
use crate::connect::Connector;
use crate::lane::Lane;
use crate::observe::{CoreObserver, SharedObserver};
use crate::otlp::Span;
use crate::settings::GatewaySettings;
use crate::table::CurrentTable;
use crate::tasks::Tasks;
use crate::trace::Identifiers;
use crate::wall;

/// The mirror of one core.
pub(crate) struct Mirror {
    lent: Lent,
    client: Client,
    pairs: SyncSender<Pair>,
    budget: Arc<Budget>,
    lag_max: Duration,
    running: Cell<usize>,
    running_max: usize,
    waiting: RefCell<VecDeque<(Copy, Place)>>,
    waiting_max: usize,
}

/// What a core lends its mirror.
pub(crate) struct Lent {
    /// Names, coins, and the clock it may be late for.
    pub(crate) observer: Rc<CoreObserver>,
    /// Where copies run.
    pub(crate) tasks: Rc<Tasks>,
    /// Whether a copy that has waited is still wanted.
    pub(crate) table: Rc<CurrentTable>,
    /// Opens connections.
    pub(crate) connector: Rc<Connector>,
}

/// A place among the boundary's copies; given back when dropped.
struct Place(Arc<Lane>);

/// A place among the core's running copies; given back when dropped.
struct Run(Rc<Mirror>);

impl Mirror {
    /// The mirror of a core.
    pub(crate) fn new(settings: &GatewaySettings, shared: &SharedObserver, lent: Lent) -> Self {
        let share = settings.mirror.in_flight_max.get().div_ceil(settings.workers.get());
        Self {
            client: Client::new(settings.times.upstream_idle, Rc::clone(&lent.connector)),
            lent,
            pairs: shared.pairs.clone(),
            budget: Arc::clone(&shared.budget),
            lag_max: settings.mirror.lag_max,
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

    /// The bytes that copies hold, over all cores.
    pub(super) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// The source of trace and span ids.
    pub(super) fn identifiers(&self) -> &Identifiers {
        self.lent.observer.identifiers()
    }

    /// Whether a coin falls below a share.
    pub(super) fn tosses(&self, share: Weight) -> bool {
        self.lent.observer.falls_below(share)
    }

    /// Whether the core is so late for its own clock that it makes no copies.
    pub(super) fn late(&self) -> bool {
        self.lent.observer.lag() > self.lag_max
    }

    /// Runs a copy now or later, or gives it up.
    pub(super) fn submit(self: &Rc<Self>, copy: Copy) {
        let Some(place) = Place::take(copy.eligible.lane()) else {
            copy.eligible.uncompared(Uncompared::InFlightCap);
            return;
        };
        let mut waiting = self.waiting.borrow_mut();
        if self.running.get() < self.running_max {
            start(self, copy, place);
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
    fn begin(mirror: &Rc<Mirror>) -> Self {
        mirror.running.set(mirror.running.get() + 1);
        Self(Rc::clone(mirror))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let running = &self.0.running;
        running.set(running.get().saturating_sub(1));
    }
}

/// Runs a copy as a task of the core, and after it those that wait.
fn start(mirror: &Rc<Mirror>, copy: Copy, place: Place) {
    let run = Run::begin(mirror);
    mirror.lent.tasks.spawn_named("mirror", async move {
        let mirror = &*run.0;
        let mut next = Some((copy, place));
        while let Some((copy, place)) = next {
            perform(mirror, copy).await;
            drop(place);
            next = mirror.waiting.borrow_mut().pop_front();
        }
    });
}

/// One copy from its first byte to the hand-over of the pair. Nothing is sent once the mirror has been turned off: after
/// a kill no copy that has waited reaches the service.
async fn perform(mirror: &Mirror, mut copy: Copy) {
    let table = mirror.lent.table.load();
    let still = table.lane_named(&copy.eligible.lane().name).is_some_and(|lane| mirrors(lane));
    drop(table);
    if !still {
        copy.eligible.uncompared(Uncompared::Aborted);
        return;
    }
    let (began, timeout) = (Instant::now(), copy.timeout());
    let exchange = mirror.client.exchange(&mut copy);
    let answered = tokio::time::timeout(timeout, exchange).await;
    let answered = answered.unwrap_or(Err(Uncompared::Timeout));
    trace(mirror, &copy, &answered, began.elapsed());
    match answered {
        Ok(candidate) => comparing::submit(&mirror.pairs, pair(copy, candidate)),
        Err(reason) => copy.eligible.uncompared(reason),
    }
}

/// The span of the copy, linked to the request it was made of.
fn trace(mirror: &Mirror, copy: &Copy, answered: &Result<Whole, Uncompared>, latency: Duration) {
    if !copy.context.sampled() {
        return;
    }
    let outcome = match answered {
        Ok(whole) => Outcome::Answered(whole.status),
        Err(Uncompared::Connect) => Outcome::ConnectFailed,
        Err(Uncompared::Timeout) => Outcome::Timeout,
        Err(_) => Outcome::Reset,
    };
    mirror.lent.observer.export(|| Span {
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
    });
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
