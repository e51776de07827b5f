//! Placeholder: what is remembered of a request.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use ficus_model::Side;
use ficus_model::observation::Outcome;
use http::HeaderMap;

use crate::core::{Core, Shared};
use crate::exchange::Exchange;
use crate::reports::Reports;
use crate::settings::GatewaySettings;

/// What all cores share to observe.
pub(crate) struct SharedObserver {}

/// What one core needs to observe.
pub(crate) struct CoreObserver {}

/// What is known of a request before it is routed: its trace.
pub(crate) struct Opened {}

impl SharedObserver {
    pub(crate) fn new(_settings: &GatewaySettings, _reports: Arc<dyn Reports>) -> Self {
        Self {}
    }
}

impl CoreObserver {
    pub(crate) fn new(_shared: &Arc<Shared>, _worker: usize) -> Self {
        Self {}
    }
}

impl Opened {
    /// Writes the trace into the headers that go upstream; `side` is `None` where no boundary claims the request.
    pub(crate) fn inject(&self, _headers: &mut HeaderMap, _side: Option<Side>) {}
}

impl fmt::Display for Opened {
    /// The trace id, as clients are told it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("0")
    }
}

/// Opens the observation of a request: continues its trace or begins one.
pub(crate) fn open(_headers: &HeaderMap, _core: &Core) -> Opened {
    Opened {}
}

/// A request has ended; called exactly once for each, when its answer is complete or given up.
pub(crate) fn finished(_exchange: &Exchange, _outcome: Outcome) {}

/// Flushes what one core observed, until the core is done; then once more.
pub(crate) async fn flush(core: Rc<Core>) {
    core.shared.shutdown.cancelled().await;
}
