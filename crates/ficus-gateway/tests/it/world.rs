//! A gateway in its world: bound to a free port, run on a thread, stopped at the end of the test.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use ficus_gateway::{Breach, Gateway, GatewayControls, GatewaySettings, Reports, RunError};
use ficus_model::assignment::KeySource;
use ficus_model::boundary::{Boundary, GateSettings, Limits, Shadow, Upstream};
use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::{ObservationBatch, Outcome};
use ficus_model::rollout::{RolloutId, Stage};
use ficus_model::route::RoutePattern;
use ficus_model::snapshot::Placed;
use ficus_model::{Desired, Side, Snapshot, Weight};
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
    changed: Condvar,
}

impl Reports for Kept {
    fn observations(&self, batch: ObservationBatch) -> bool {
        self.observations.lock().unwrap().push(batch);
        self.changed.notify_all();
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

/// A table with one boundary over `GET /api/{rest...}` and `POST /api/{rest...}`, all of whose requests go to the
/// service.
pub(crate) fn with_boundary(
    generation: u64,
    monolith: Upstream,
    service: Upstream,
    limits: Limits,
) -> Snapshot {
    let routes = ["GET /api/{rest...}", "POST /api/{rest...}"];
    let boundary = Boundary {
        name: "api".parse().unwrap(),
        owner: "team".to_owned(),
        surface: routes.map(|route| RoutePattern::from_str(route).unwrap()).to_vec(),
        service,
        language: "rust".to_owned(),
        shadow: Shadow::default(),
        steps: Vec::new(),
        holdback: Weight::ZERO,
        primary_bake: Duration::ZERO,
        gates: GateSettings::default(),
        limits,
        key: KeySource::default(),
    };
    let desired = Desired {
        generation,
        stage: Stage::Canary,
        weight: Weight::FULL,
        mirror: Weight::ZERO,
        rollout: Some(RolloutId([1; 16])),
        writer: Side::Monolith,
    };
    Snapshot { generation, monolith, boundaries: vec![Placed { boundary, desired }] }
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

    /// Stops it, and says how the requests of the boundary have ended, of which there must be this many.
    pub(crate) fn outcomes<const COUNT: usize>(self) -> [Outcome; COUNT] {
        let reports = Arc::clone(&self.reports);
        self.stop();
        let kept = reports.observations.lock().unwrap();
        let outcomes = |kept: &[ObservationBatch]| {
            let seen = kept.iter().flat_map(|batch| &batch.observations);
            seen.map(|seen| seen.outcome).collect::<Vec<_>>()
        };
        let few = |kept: &mut Vec<ObservationBatch>| outcomes(kept).len() < COUNT;
        let (kept, _) = reports.changed.wait_timeout_while(kept, DEADLINE, few).unwrap();
        outcomes(&kept).try_into().expect("as many observations as requests")
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
