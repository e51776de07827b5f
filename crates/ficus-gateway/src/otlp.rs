//! Spans leave as OTLP over HTTP, encoded by hand and sent by a thread of their own.
//!
//! The OpenTelemetry SDK stays out of the data path: a sampled request costs one value in a bounded queue. The exporter
//! batches, posts, and drops what the collector does not take; it never retries, because a collector that is down must
//! not be answered with more. What is lost is counted.
//!
//! Copies are exported under a resource of their own (`ficus.shadow`), so that no view of production sums them in, and
//! their spans link to the request they copy instead of sitting in its chain.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ficus_model::assignment::Assigned;
use ficus_model::observation::Outcome;
use ficus_model::{Side, Time, Weight};
use http::Method;

use crate::counters::Ended;
use crate::lane::Lane;
use crate::losses::Losses;
use crate::settings::OtlpSettings;
use crate::threads;
use crate::trace::{SpanId, TraceContext, TraceId};

mod encode;
mod post;
mod protobuf;

/// Spans under way to the exporter.
const SPANS_MAX: usize = 8192;
/// Spans of one post.
const BATCH_MAX: usize = 512;
/// Longest time a span waits for its batch.
const BATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The way to the exporter.
#[derive(Debug, Clone)]
pub(crate) struct SpanSink {
    /// Share of new traces that are sampled.
    pub(crate) sample: Weight,
    spans: SyncSender<Span>,
}

/// One span of the gateway.
#[derive(Debug)]
pub(crate) struct Span {
    /// The trace it belongs to.
    pub(crate) context: TraceContext,
    /// The request that a copy was made of.
    pub(crate) copy_of: Option<(TraceId, SpanId)>,
    /// The boundary; `None` where none claims the request.
    pub(crate) lane: Option<Arc<Lane>>,
    /// Index of the route.
    pub(crate) route: u16,
    /// The side that was asked.
    pub(crate) side: Option<Side>,
    /// How it was chosen.
    pub(crate) assigned: Option<Assigned>,
    /// The method.
    pub(crate) method: Method,
    /// The status the client got.
    pub(crate) status: Option<u16>,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// When.
    pub(crate) ended: Time,
    /// How long it took.
    pub(crate) latency: Duration,
}

impl SpanSink {
    /// Hands a span over, or drops and counts it.
    pub(crate) fn send(&self, span: Span, losses: &Losses) {
        if self.spans.try_send(span).is_err() {
            losses.spans.add(1);
        }
    }
}

impl Span {
    /// The name: the route where there is one, because a name must not multiply with the paths.
    fn name(&self) -> &str {
        match &self.lane {
            Some(lane) => lane.route(self.route),
            None => self.method.as_str(),
        }
    }

    /// What ended badly, in one word.
    fn error(&self) -> Option<&'static str> {
        self.outcome.bad().then(|| Ended::from(self.outcome).as_str())
    }
}

/// Starts the exporter.
pub(crate) fn start(settings: &OtlpSettings, losses: Arc<Losses>) -> SpanSink {
    let (spans, queue) = sync_channel(SPANS_MAX);
    let collector = post::Collector::new(&settings.collector, &settings.path);
    threads::start("otlp", move || export(&queue, &collector, &losses));
    SpanSink { sample: settings.sample, spans }
}

/// Exports until nobody can send any more.
fn export(queue: &Receiver<Span>, collector: &post::Collector, losses: &Losses) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    let mut reachable = true;
    loop {
        let received = queue.recv_timeout(BATCH_INTERVAL);
        let last = matches!(received, Err(RecvTimeoutError::Disconnected));
        batch.extend(received.ok());
        batch.extend(queue.try_iter().take(BATCH_MAX.saturating_sub(batch.len())));
        if !batch.is_empty() {
            let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            let posted = collector.post(&encode::request(&batch));
            match &posted {
                Ok(()) => losses.spans_exported.add(count),
                Err(_) => losses.spans.add(count),
            }
            say_changes(&posted, &mut reachable);
            batch.clear();
        }
        if last {
            return;
        }
    }
}

/// One line when the collector is lost, and one when it is back.
fn say_changes(posted: &Result<(), post::PostError>, reachable: &mut bool) {
    match posted {
        Err(error) if *reachable => tracing::warn!(error = %error, "spans are being dropped"),
        Ok(()) if !*reachable => tracing::info!("spans are exported again"),
        _ => {}
    }
    *reachable = posted.is_ok();
}

#[cfg(test)]
mod tests;
