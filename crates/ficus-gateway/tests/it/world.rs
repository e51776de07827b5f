//! A gateway in its world: bound to a free port, run on a thread, stopped at the end of the test.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use ficus_gateway::{Breach, Gateway, GatewayControls, GatewaySettings, Reports, RunError};
use ficus_model::Snapshot;
use ficus_model::boundary::Upstream;
use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::ObservationBatch;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::origin::Origin;

/// Longest anything may be waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// Keeps what the gateway reports.
#[derive(Default)]
pub(crate) struct Kept {
    /// The observations, in batches.
    pub(crate) observations: Mutex<Vec<ObservationBatch>>,
    /// The comparisons, in batches.
    pub(crate) comparisons: Mutex<Vec<ComparisonBatch>>,
    /// The aborts.
    pub(crate) aborts: Mutex<Vec<Breach>>,
}

impl Reports for Kept {
    fn observations(&self, batch: ObservationBatch) -> bool {
        self.observations.lock().unwrap().push(batch);
        true
    }

    fn comparisons(&self, batch: ComparisonBatch) -> bool {
        self.comparisons.lock().unwrap().push(batch);
        true
    }

    fn aborted(&self, breach: Breach) -> bool {
        self.aborts.lock().unwrap().push(breach);
        true
    }
}

/// A running gateway.
pub(crate) struct World {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Its controls.
    pub(crate) controls: GatewayControls,
    /// What it reported.
    pub(crate) reports: Arc<Kept>,
    shutdown: CancellationToken,
    thread: Option<JoinHandle<Result<(), RunError>>>,
}

/// A table that sends everything to one upstream.
pub(crate) fn to_monolith(generation: u64, monolith: Upstream) -> Snapshot {
    Snapshot { generation, monolith, boundaries: Vec::new() }
}

impl World {
    /// In front of one origin.
    pub(crate) fn before(origin: &Origin) -> Self {
        Self::with(to_monolith(1, origin.upstream()), |_| {})
    }

    /// With a table and settings of the test's own.
    pub(crate) fn with(snapshot: Snapshot, adjust: impl FnOnce(&mut GatewaySettings)) -> Self {
        let mut settings = GatewaySettings::new("127.0.0.1:0".parse().unwrap(), [7; 32]);
        settings.workers = NonZeroUsize::MIN;
        settings.drain = Duration::from_millis(200);
        adjust(&mut settings);
        let reports = Arc::new(Kept::default());
        let gateway =
            Gateway::bind(settings, Arc::new(snapshot), Arc::clone(&reports) as Arc<dyn Reports>)
                .unwrap();
        let (address, controls) = (gateway.local_addr(), gateway.controls());
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(gateway.run(stop))
        };
        let thread = Some(std::thread::spawn(run));
        Self { address, controls, reports, shutdown, thread }
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Tells it to stop, without waiting.
    pub(crate) fn begin_stop(&self) {
        self.shutdown.cancel();
    }

    /// Stops it and waits until every connection is closed.
    pub(crate) fn stop(mut self) {
        self.shutdown.cancel();
        let ended = self.thread.take().unwrap().join().expect("the gateway does not panic");
        ended.expect("the gateway ends in order");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the gateway panicked");
        }
    }
}
