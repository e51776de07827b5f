//! What is remembered of a request, and how it leaves the data thread.
//!
//! Everything here is per core and never waits: counters are added in place, observations gather in a buffer that is
//! handed over whole every [`FLUSH_INTERVAL`] or [`BATCH_MAX`] requests, spans and log lines are handed over one by
//! one. Every hand-over is a bounded queue; what does not fit is dropped and counted, and the batch after it says how
//! many observations are missing, so that a judge never takes a gap for silence.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use ficus_model::assignment::Assigned;
use ficus_model::observation::{AssignedCount, Observation, ObservationBatch, Outcome};
use ficus_model::{Side, Time, Weight};
use http::HeaderMap;

use crate::access_log::{LogLine, LogSink};
use crate::core::{Core, Shared};
use crate::counters::SideCounters;
use crate::exchange::Exchange;
use crate::lane::Lane;
use crate::losses::Losses;
use crate::mirror::Mirror;
use crate::otlp::{Span, SpanSink};
use crate::sentinel::Report;
use crate::split::Assignment;
use crate::trace::{Identifiers, TraceContext};
use crate::wall;

mod shared;

pub(crate) use shared::SharedObserver;

/// Longest time an observation waits on its core.
const FLUSH_INTERVAL: Duration = Duration::from_millis(50);
/// Most observations of one batch.
const BATCH_MAX: usize = 256;

/// What one core needs to observe.
pub(crate) struct CoreObserver {
    worker: usize,
    identifiers: Identifiers,
    coins: Identifiers,
    buffers: RefCell<Vec<Buffer>>,
    ring: SyncSender<Report>,
    spans: Option<SpanSink>,
    lines: Option<LogSink>,
    losses: Arc<Losses>,
    /// How late this core came to its last flush.
    lag: Cell<Duration>,
    /// The copies of this core.
    pub(crate) mirror: Mirror,
}

/// What is known of a request before it is routed: its trace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opened {
    context: TraceContext,
}

/// Observations of one boundary under one table that have not left the core yet.
struct Buffer {
    lane: Arc<Lane>,
    observations: Vec<Observation>,
    assigned: AssignedCount,
    /// Lost since the last batch that got through.
    dropped: u64,
}

impl CoreObserver {
    /// The observer of a core.
    pub(crate) fn new(shared: &Arc<Shared>, worker: usize) -> Self {
        let observer = &shared.observer;
        Self {
            worker,
            identifiers: Identifiers::new(random_seed()),
            coins: Identifiers::new(random_seed()),
            buffers: RefCell::default(),
            ring: observer.ring.clone(),
            spans: observer.spans.clone(),
            lines: observer.lines.clone(),
            losses: Arc::clone(&observer.losses),
            lag: Cell::default(),
            mirror: Mirror::new(shared),
        }
    }

    /// A coin: a uniform number.
    pub(crate) fn toss(&self) -> u64 {
        self.coins.next()
    }

    /// Whether a coin falls below a share.
    pub(crate) fn falls_below(&self, share: Weight) -> bool {
        share == Weight::FULL || share != Weight::ZERO && self.toss_falls_below(share)
    }

    fn toss_falls_below(&self, share: Weight) -> bool {
        ficus_model::assignment::Ticket(self.toss()).side(share) == Side::Service
    }

    /// How late this core came to its last flush: how long whatever became ready then had to wait.
    pub(crate) fn lag(&self) -> Duration {
        self.lag.get()
    }

    /// The source of trace and span ids.
    pub(crate) fn identifiers(&self) -> &Identifiers {
        &self.identifiers
    }

    /// Where spans go, when they are exported.
    pub(crate) fn spans(&self) -> Option<&SpanSink> {
        self.spans.as_ref()
    }

    /// A request was assigned. Overrides are no part of statistics.
    pub(crate) fn assigned(&self, lane: &Arc<Lane>, assignment: &Assignment) {
        if assignment.assigned == Assigned::Override || lane.rollout.is_none() {
            return;
        }
        self.with_buffer(lane, |buffer| match assignment.side {
            Side::Monolith => buffer.assigned.monolith += 1,
            Side::Service => buffer.assigned.service += 1,
        });
    }

    fn observe(&self, lane: &Arc<Lane>, observation: Observation) {
        let full = self.with_buffer(lane, |buffer| {
            buffer.observations.push(observation);
            buffer.observations.len() >= BATCH_MAX
        });
        if full {
            self.flush();
        }
    }

    fn with_buffer<T>(&self, lane: &Arc<Lane>, change: impl FnOnce(&mut Buffer) -> T) -> T {
        let mut buffers = self.buffers.borrow_mut();
        let known = buffers.iter().position(|buffer| Arc::ptr_eq(&buffer.lane, lane));
        match known.and_then(|index| buffers.get_mut(index)) {
            Some(buffer) => change(buffer),
            None => {
                let mut buffer = Buffer::new(lane);
                let result = change(&mut buffer);
                buffers.push(buffer);
                result
            }
        }
    }

    /// Hands everything over. A buffer without news is forgotten, so that old tables can go.
    pub(crate) fn flush(&self) {
        let mut buffers = self.buffers.borrow_mut();
        buffers.retain(Buffer::has_news);
        for buffer in buffers.iter_mut() {
            self.hand_over(buffer);
        }
    }

    fn hand_over(&self, buffer: &mut Buffer) {
        let batch = buffer.take();
        let (missing, assigned) = (batch.dropped, batch.assigned);
        let report = Report::Observed(Arc::clone(&buffer.lane), batch);
        if let Err(TrySendError::Full(report) | TrySendError::Disconnected(report)) =
            self.ring.try_send(report)
        {
            let lost = report.observations();
            self.losses.observations.add(lost);
            buffer.dropped = missing + lost;
            buffer.assigned = assigned;
        }
    }
}

impl Drop for CoreObserver {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Buffer {
    fn new(lane: &Arc<Lane>) -> Self {
        let lane = Arc::clone(lane);
        Self { lane, observations: Vec::new(), assigned: AssignedCount::default(), dropped: 0 }
    }

    fn has_news(&self) -> bool {
        !self.observations.is_empty()
            || self.assigned != AssignedCount::default()
            || self.dropped > 0
    }

    fn take(&mut self) -> ObservationBatch {
        ObservationBatch {
            boundary: self.lane.name.clone(),
            generation: self.lane.generation,
            rollout: self.lane.rollout,
            observations: std::mem::take(&mut self.observations),
            assigned: std::mem::take(&mut self.assigned),
            dropped: std::mem::take(&mut self.dropped),
        }
    }
}

impl Opened {
    /// Writes the trace into the headers that go upstream; `side` is `None` where no boundary claims the request.
    pub(crate) fn inject(&self, headers: &mut HeaderMap, side: Option<Side>) {
        self.context.inject(headers, side);
    }

    /// The trace.
    pub(crate) fn context(&self) -> &TraceContext {
        &self.context
    }
}

impl fmt::Display for Opened {
    /// The trace id, as clients are told it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.context.trace.fmt(formatter)
    }
}

/// Opens the observation of a request: continues its trace or begins one.
pub(crate) fn open(headers: &HeaderMap, core: &Core) -> Opened {
    let observer = &core.observer;
    let sample = || observer.spans.as_ref().is_some_and(|sink| observer.falls_below(sink.sample));
    Opened { context: TraceContext::adopt(headers, &observer.identifiers, sample) }
}

/// A request has ended; called exactly once for each, when its answer is complete or given up.
pub(crate) fn finished(exchange: &Exchange, outcome: Outcome) {
    let observer = &exchange.core.observer;
    let (ended, latency) = (wall::now(), exchange.began.elapsed());
    if let Some(assignment) = &exchange.assignment {
        if let Some(counters) = counters(exchange) {
            counters.record(outcome, latency, exchange.streamed.get());
        }
        if let Some(lane) = exchange.table.lane(exchange.routed) {
            let seen = observation(exchange, assignment, outcome, ended, latency);
            observer.observe(lane, seen);
        }
    }
    if let Some(sink) = &observer.spans
        && exchange.opened.context.sampled()
    {
        sink.send(Span::of_request(exchange, outcome, ended, latency), &observer.losses);
    }
    if let Some(sink) = &observer.lines
        && (outcome.bad() || observer.falls_below(sink.sample))
    {
        sink.send(LogLine::of_request(exchange, outcome, ended, latency), &observer.losses);
    }
}

/// A request was sent a second time, on a fresh connection.
pub(crate) fn retried(exchange: &Exchange) {
    if let Some(counters) = counters(exchange) {
        counters.retries.add(1);
    }
}

/// A request's failure was the one too many: its side is left alone for a while.
pub(crate) fn ejected(exchange: &Exchange) {
    if let Some(counters) = counters(exchange) {
        counters.ejections.add(1);
    }
}

/// The counters of this core for the side a request was assigned to, once it was.
fn counters(exchange: &Exchange) -> Option<&SideCounters> {
    let side = exchange.assignment.as_ref()?.side;
    let live = exchange.table.live(exchange.routed);
    Some(live.counters.get(exchange.core.observer.worker)?.side(side))
}

fn observation(
    exchange: &Exchange,
    assignment: &Assignment,
    outcome: Outcome,
    at: Time,
    latency: Duration,
) -> Observation {
    Observation {
        at,
        key: assignment.key,
        assigned: assignment.assigned,
        route: exchange.routed.route,
        side: assignment.side,
        weight: assignment.weight,
        outcome,
        latency,
        streamed: exchange.streamed.get(),
    }
}

/// Flushes what one core observed, for as long as clients are connected.
pub(crate) async fn flush(core: Rc<Core>) {
    let shared = &core.shared;
    let mut ticks = tokio::time::interval(FLUSH_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let due = ticks.tick().await;
        core.observer.lag.set(due.elapsed());
        core.observer.flush();
        core.observer.mirror.sweep(Instant::now());
        let connections = shared.connections.load(std::sync::atomic::Ordering::Relaxed);
        if shared.shutdown.is_cancelled() && connections == 0 {
            return;
        }
    }
}

/// A seed from the operating system. Where it has none, the clock and the address of a local: ids are names, and the
/// coin of a core needs to differ from the others', not to be secret.
fn random_seed() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        let local = 0_u8;
        wall::now().as_micros() ^ (std::ptr::from_ref(&local).addr() as u64)
    })
}

#[cfg(test)]
mod tests;
