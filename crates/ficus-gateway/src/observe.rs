//! What is remembered of a request, and how it leaves the data thread.
//!
//! Everything here is per core and never waits: counters are added in place, observations gather in a buffer that is
//! handed over whole every flush interval or [`BATCH_MAX`] requests, spans and log lines are handed over one by
//! one. Every hand-over is a bounded queue; what does not fit is dropped and counted, and the batch after it says how
//! many observations are missing, so that a judge never takes a gap for silence.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Duration;

use ficus_model::assignment::Assigned;
use ficus_model::observation::{AssignedCount, Observation, ObservationBatch};
use ficus_model::{Side, Weight};
use http::HeaderMap;

use crate::access_log::LogSink;
use crate::counters::SideCounters;
use crate::lane::{Lane, Live};
use crate::losses::Losses;
use crate::otlp::{Span, SpanSink};
use crate::sentinel::Report;
use crate::split::Assignment;
use crate::trace::{Identifiers, TraceContext};
use crate::wall;

mod finished;
mod shared;

pub(crate) use finished::Finished;
pub(crate) use shared::SharedObserver;

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
    pub(crate) fn new(shared: &SharedObserver, worker: usize) -> Self {
        Self {
            worker,
            identifiers: Identifiers::new(random_seed()),
            coins: Identifiers::new(random_seed()),
            buffers: RefCell::default(),
            ring: shared.ring.clone(),
            spans: shared.spans.clone(),
            lines: shared.lines.clone(),
            losses: Arc::clone(&shared.losses),
            lag: Cell::default(),
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

    /// Opens the observation of a request: continues its trace or begins one.
    pub(crate) fn open(&self, headers: &HeaderMap) -> Opened {
        let sample = || self.spans.as_ref().is_some_and(|sink| self.falls_below(sink.sample));
        Opened { context: TraceContext::adopt(headers, &self.identifiers, sample) }
    }

    /// A request has ended; called exactly once for each, when its answer is complete or given up.
    pub(crate) fn finished(&self, request: &Finished<'_>) {
        let ended = wall::now();
        if let Some(assignment) = &request.assignment {
            if let Some(counters) = self.counters(request.live, assignment.side) {
                counters.record(request.outcome, request.latency, request.streamed);
            }
            if let Some(lane) = request.lane {
                self.observe(lane, request.observation(assignment, ended));
            }
        }
        if request.opened.context.sampled() {
            self.export(|| request.span(ended));
        }
        if let Some(sink) = &self.lines
            && (request.outcome.bad() || self.falls_below(sink.sample))
        {
            sink.send(request.line(ended), &self.losses);
        }
    }

    /// The counters of this core for one side.
    pub(crate) fn counters<'live>(
        &self,
        live: &'live Live,
        side: Side,
    ) -> Option<&'live SideCounters> {
        Some(live.counters.get(self.worker)?.side(side))
    }

    /// Hands a span over, where spans are exported.
    pub(crate) fn export(&self, span: impl FnOnce() -> Span) {
        if let Some(sink) = &self.spans {
            sink.send(span(), &self.losses);
        }
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

    /// Hands everything over; this core is so late for it.
    pub(crate) fn flush_late(&self, lag: Duration) {
        self.lag.set(lag);
        self.flush();
    }

    /// Hands everything over. A buffer without news is forgotten, so that old tables can go.
    fn flush(&self) {
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
