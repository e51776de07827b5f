//! What the tests of several parts begin with: boundaries, snapshots, a gateway that is bound and not run.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ficus_model::assignment::{KeySource, SubjectSource};
use ficus_model::boundary::{Boundary, GateSettings, Limits, Shadow, Upstream};
use ficus_model::comparison::{ComparisonBatch, Uncompared};
use ficus_model::observation::ObservationBatch;
use ficus_model::rollout::{RolloutId, Stage};
use ficus_model::snapshot::Placed;
use ficus_model::{Desired, Side, Snapshot, Weight};

use crate::core::Core;
use crate::lane::{Lane, LaneSettings};
use crate::origin::Origins;
use crate::reports::{Breach, Reports};
use crate::settings::GatewaySettings;
use crate::table::RouteTable;
use crate::{Gateway, GatewayControls};

/// Longest wait of a test for something that must happen.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

/// A program on this machine.
pub(crate) fn local(port: u16) -> Upstream {
    Upstream { host: "127.0.0.1".to_owned(), port }
}

/// A share of so many percent.
pub(crate) fn percent(percent: u32) -> Weight {
    Weight::from_ppm(percent * 10_000).expect("a share")
}

/// The rollout with this number.
pub(crate) fn rollout(number: u8) -> RolloutId {
    RolloutId([number; 16])
}

/// A boundary with these routes whose service nobody runs, at weight zero with its mirror on.
pub(crate) fn placed(name: &str, routes: &[&str]) -> Placed {
    let boundary = Boundary {
        name: name.parse().expect("a name"),
        owner: "team".to_owned(),
        surface: routes.iter().map(|route| route.parse().expect("a route")).collect(),
        service: local(9),
        language: "rust".to_owned(),
        shadow: Shadow { safe: vec!["GET *".parse().expect("a route")], ..Shadow::default() },
        steps: Vec::new(),
        holdback: Weight::ZERO,
        primary_bake: Duration::ZERO,
        gates: GateSettings::default(),
        limits: Limits::default(),
        key: KeySource {
            subject: Some(SubjectSource::BearerSubject),
            session_cookie: Some("session".to_owned()),
        },
    };
    let desired = Desired {
        generation: 7,
        stage: Stage::Shadow,
        weight: Weight::ZERO,
        mirror: Weight::FULL,
        rollout: None,
        writer: Side::Monolith,
    };
    Placed { boundary, desired }
}

/// The same in a canary at this weight.
pub(crate) fn in_canary(mut placed: Placed, weight: Weight, id: RolloutId) -> Placed {
    placed.desired.stage = Stage::Canary;
    placed.desired.weight = weight;
    placed.desired.rollout = Some(id);
    placed
}

/// A snapshot of these boundaries; the monolith is one nobody runs.
pub(crate) fn snapshot(generation: u64, boundaries: Vec<Placed>) -> Arc<Snapshot> {
    Arc::new(Snapshot { generation, monolith: local(9), boundaries })
}

/// Settings of a gateway with one worker on a free port.
pub(crate) fn settings() -> GatewaySettings {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    GatewaySettings { workers: NonZeroUsize::MIN, ..GatewaySettings::new(listen, [5; 32]) }
}

/// The controls of a gateway that is bound and not run, and whom it reports to.
pub(crate) fn bound(
    settings: GatewaySettings,
    snapshot: Arc<Snapshot>,
) -> (GatewayControls, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let reports: Arc<dyn Reports> = Arc::<Recorder>::clone(&recorder);
    let gateway = Gateway::bind(settings, snapshot, reports).expect("a free port");
    (gateway.controls(), recorder)
}

/// The controls over one boundary with the default settings.
pub(crate) fn bound_to(placed: Placed) -> (GatewayControls, Arc<Recorder>) {
    bound(settings(), snapshot(1, vec![placed]))
}

/// The lane of a boundary in a table that no gateway uses.
pub(crate) fn lane(placed: Placed, settings: &GatewaySettings) -> Arc<Lane> {
    let (snapshot, lanes) = (snapshot(1, vec![placed]), LaneSettings::of(settings));
    let table = RouteTable::compile(snapshot, None, &Origins::default(), &lanes);
    Arc::clone(table.lanes.first().expect("a boundary"))
}

/// The lane of the first boundary.
pub(crate) fn first_lane(controls: &GatewayControls) -> Arc<Lane> {
    Arc::clone(controls.shared().table.load().lanes.first().expect("a boundary"))
}

/// A core of a gateway that is not run.
pub(crate) fn core(controls: &GatewayControls) -> Rc<Core> {
    Core::new(controls.shared(), 0)
}

/// Takes every report and keeps it.
#[derive(Default)]
pub(crate) struct Recorder {
    /// Observation batches.
    pub(crate) observations: Mutex<Vec<ObservationBatch>>,
    /// Comparison batches.
    pub(crate) comparisons: Mutex<Vec<ComparisonBatch>>,
    /// Aborts.
    pub(crate) aborts: Mutex<Vec<Breach>>,
    /// How often the news of an abort is refused before it is taken.
    pub(crate) deaf: Mutex<u32>,
    /// Whether batches are refused.
    pub(crate) refuses: Mutex<bool>,
}

impl Recorder {
    /// Comparisons reported so far.
    pub(crate) fn compared(&self) -> usize {
        let batches = self.comparisons.lock().expect("unpoisoned");
        batches.iter().map(|batch| batch.compared.len()).sum()
    }

    /// Uncompared requests reported so far, by reason.
    pub(crate) fn uncompared(&self) -> BTreeMap<Uncompared, u64> {
        let mut sums = BTreeMap::new();
        for batch in self.comparisons.lock().expect("unpoisoned").iter() {
            for (_, reason, count) in &batch.uncompared {
                *sums.entry(*reason).or_default() += count;
            }
        }
        sums
    }
}

impl Reports for Recorder {
    fn observations(&self, batch: ObservationBatch) -> bool {
        self.observations.lock().expect("unpoisoned").push(batch);
        !*self.refuses.lock().expect("unpoisoned")
    }

    fn comparisons(&self, batch: ComparisonBatch) -> bool {
        self.comparisons.lock().expect("unpoisoned").push(batch);
        !*self.refuses.lock().expect("unpoisoned")
    }

    fn aborted(&self, breach: Breach) -> bool {
        let mut deaf = self.deaf.lock().expect("unpoisoned");
        if *deaf > 0 {
            *deaf -= 1;
            return false;
        }
        self.aborts.lock().expect("unpoisoned").push(breach);
        true
    }
}

/// Waits on this thread for something that other threads bring about.
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < DEADLINE, "never happened: {what}");
        std::thread::yield_now();
    }
}
