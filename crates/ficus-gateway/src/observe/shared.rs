//! What all cores share to observe: the queues to the side threads, and how much did not fit into them.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use arc_swap::ArcSwap;

use crate::access_log::{self, LogSink};
use crate::budget::Budget;
use crate::comparing::{self, Pair};
use crate::health::Probes;
use crate::losses::Losses;
use crate::otlp::{self, SpanSink};
use crate::reports::Reports;
use crate::sentinel::{self, Report, Sentinel};
use crate::settings::GatewaySettings;
use crate::table::RouteTable;

/// Batches under way to the sentinel.
const RING_MAX: usize = 1024;

/// What all cores share to observe. The side threads end when this and the cores are gone.
pub(crate) struct SharedObserver {
    /// To the sentinel.
    pub(crate) ring: SyncSender<Report>,
    /// To the comparing threads.
    pub(crate) pairs: SyncSender<Pair>,
    /// To the exporter of spans.
    pub(crate) spans: Option<SpanSink>,
    /// To the writer of the access log.
    pub(crate) lines: Option<LogSink>,
    /// Bytes that copies hold, over all cores.
    pub(crate) budget: Arc<Budget>,
    /// Whether upstreams can be reached.
    pub(crate) probes: Probes,
    /// What did not fit anywhere.
    pub(crate) losses: Arc<Losses>,
}

impl SharedObserver {
    /// Starts the side threads.
    pub(crate) fn new(
        settings: &GatewaySettings,
        table: &Arc<ArcSwap<RouteTable>>,
        reports: Arc<dyn Reports>,
    ) -> Self {
        let losses = Arc::<Losses>::default();
        let (ring, batches) = sync_channel(RING_MAX);
        sentinel::start(Sentinel::new(Arc::clone(table), reports, Arc::clone(&losses)), batches);
        let pairs = comparing::start(settings.mirror.compare_threads.get(), &ring);
        let spans = settings.otlp.as_ref().map(|otlp| otlp::start(otlp, Arc::clone(&losses)));
        let lines =
            settings.access_log.as_ref().map(|log| access_log::start(log, Arc::clone(&losses)));
        let budget = Budget::new(settings.mirror.bytes_max);
        let probes = Probes::start(table);
        Self { ring, pairs, spans, lines, budget, probes, losses }
    }
}
