//! A data plane, a store and a clock to drive the engine with.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use ficus_model::assignment::Assigned;
use ficus_model::boundary::{Boundary, GateSettings, Limits, Shadow, Step, Upstream};
use ficus_model::comparison::{Compared, Comparison, ComparisonBatch, Difference, DifferenceKind};
use ficus_model::observation::{AssignedCount, Observation, ObservationBatch, Outcome};
use ficus_model::rollout::{Phase, RolloutId};
use ficus_model::verdict::{Gate, Quantity, Unit};
use ficus_model::{Reading, Side, Snapshot, Verdict, Weight};

use super::super::*;
use crate::ledger::note::NoteSigner;
use crate::ledger::store::memory::MemoryStore;
use crate::plane::PlaneHealth;
use crate::scratch::Scratch;
use crate::sinks::Abort;

/// Takes every table, as the gateway does, and remembers the last.
#[derive(Debug, Default)]
pub(super) struct FakePlane {
    pub(super) tables: Mutex<Vec<Arc<Snapshot>>>,
    pub(super) away: AtomicBool,
}

impl FakePlane {
    pub(super) fn last(&self) -> Option<Arc<Snapshot>> {
        self.tables.lock().unwrap().last().cloned()
    }
}

impl DataPlane for FakePlane {
    fn apply(&self, snapshot: Arc<Snapshot>) -> bool {
        let newer = self.last().is_none_or(|last| snapshot.generation > last.generation);
        let taken = newer && !self.away.load(Ordering::Relaxed);
        if taken {
            self.tables.lock().unwrap().push(snapshot);
        }
        taken
    }

    fn health(&self) -> PlaneHealth {
        let generation = self.last().map_or(0, |last| last.generation);
        PlaneHealth { generation, troubles: Vec::new() }
    }
}

pub(super) fn upstream(port: u16) -> Upstream {
    Upstream { host: "127.0.0.1".to_owned(), port }
}

/// A boundary with gates loose enough for a few hundred requests.
pub(crate) fn boundary(name: &str) -> Boundary {
    let percent = |percent: u32| Weight::from_ppm(percent * 10_000).unwrap();
    let step = |weight| Step { weight: percent(weight), bake: Duration::from_mins(1) };
    let route = |method: &str| format!("{method} /api/{name}").parse().unwrap();
    Boundary {
        name: name.parse().unwrap(),
        owner: "team".to_owned(),
        surface: vec![route("GET"), route("POST")],
        service: upstream(9101),
        language: "rust".to_owned(),
        shadow: Shadow { safe: vec![route("GET")], ..Shadow::default() },
        steps: vec![step(10), step(50)],
        holdback: percent(1),
        primary_bake: Duration::from_mins(1),
        gates: GateSettings {
            parity: 0.05,
            error_absolute: 0.05,
            warm_up: 0,
            latency_margin: 3.0,
            ..GateSettings::default()
        },
        limits: Limits::default(),
        key: ficus_model::assignment::KeySource::default(),
    }
}

pub(super) fn configuration(boundaries: &[Boundary]) -> Configuration {
    let file = |boundary: &Boundary| (boundary.clone(), format!("{boundary:?}\n"));
    Configuration::new(upstream(9100), boundaries.iter().map(file).collect())
}

pub(super) fn ann() -> Principal {
    "ann".parse().unwrap()
}

/// Between a millisecond and a second, evenly on a logarithmic scale.
fn latency(key: u64) -> Duration {
    let mixed =
        key.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let spread = (mixed >> 11) as f64 / (1u64 << 53) as f64;
    Duration::from_secs_f64(10f64.powf(3.0 * spread - 3.0))
}

/// Engine, store and plane under a clock that only moves when told.
pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) store: Arc<MemoryStore>,
    pub(super) plane: Arc<FakePlane>,
    pub(super) now: Time,
    scratch: Scratch,
    keys: u64,
    rollouts: u8,
}

pub(super) fn signer() -> NoteSigner {
    NoteSigner::new("example.com/migration", [7; 32]).unwrap()
}

pub(super) fn open_engine(
    store: &Arc<MemoryStore>,
    plane: &Arc<FakePlane>,
    configuration: Configuration,
    now: Time,
) -> Result<Engine, ApplyError> {
    open_engine_in(&Scratch::new(), store, plane, configuration, now)
}

pub(super) fn open_engine_in(
    scratch: &Scratch,
    store: &Arc<MemoryStore>,
    plane: &Arc<FakePlane>,
    configuration: Configuration,
    now: Time,
) -> Result<Engine, ApplyError> {
    let store = Arc::clone(store) as Arc<dyn Store>;
    let mut folded = Folded::default();
    let recorder = Recorder::open(Arc::clone(&store), signer(), &[], |entry| folded.entry(entry));
    let plane = Arc::clone(plane) as Arc<dyn DataPlane>;
    let brakes = Brakes::open(&scratch.path().join("brakes")).unwrap();
    let parts = Parts { recorder: recorder.unwrap(), store, plane, brakes };
    Engine::open(parts, folded, (configuration, ann()), now)
}

impl World {
    pub(super) fn new(boundaries: &[Boundary]) -> Self {
        let (store, plane) = (Arc::default(), Arc::default());
        let now = Time::from_micros(1_000_000_000_000_000);
        let scratch = Scratch::new();
        let configuration = configuration(boundaries);
        let engine = open_engine_in(&scratch, &store, &plane, configuration, now).unwrap();
        Self { engine, store, plane, now, scratch, keys: 0, rollouts: 0 }
    }

    /// A start after a kill -9: only the store and the data plane are left.
    pub(super) fn restart(&mut self, boundaries: &[Boundary]) {
        let configuration = configuration(boundaries);
        let (scratch, store, plane) = (&self.scratch, &self.store, &self.plane);
        self.engine = open_engine_in(scratch, store, plane, configuration, self.now).unwrap();
    }

    /// The file of what is held down, as it is.
    pub(super) fn brakes(&self) -> Vec<u8> {
        fs::read(self.scratch.path().join("brakes")).unwrap()
    }

    /// Puts an older one back, as a crash before its last change would.
    pub(super) fn put_brakes(&self, bytes: &[u8]) {
        fs::write(self.scratch.path().join("brakes"), bytes).unwrap();
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now = self.now.plus(Duration::from_secs(1));
            self.engine.at(self.now, Duration::from_secs(1));
            self.engine.tick();
        }
    }

    pub(super) fn operate(
        &mut self,
        boundary: &str,
        verb: &str,
    ) -> Result<Vec<ficus_model::Event>, crate::desk::CommandError> {
        use ficus_model::Command;
        let (by, reason) = (ann(), "because".to_owned());
        let command = match verb {
            "promote" => {
                self.rollouts += 1;
                Command::Promote { by, reason, fresh: RolloutId([self.rollouts; 16]) }
            }
            "hold" => Command::Hold { by, reason },
            "rollback" => Command::Rollback { by, reason },
            "kill" => Command::Kill { by, reason },
            _ => Command::Tick,
        };
        self.engine.at(self.now, Duration::ZERO);
        self.engine.operate(&boundary.parse().unwrap(), command)
    }

    pub(super) fn seat(&self, boundary: &str) -> &super::super::seat::Seat {
        &self.engine.seats[&boundary.parse::<ficus_model::BoundaryName>().unwrap()]
    }

    /// Comparisons of the first route, of which every `differing`-th differs.
    pub(super) fn compare(&mut self, boundary: &str, count: u64, differing: Option<u64>) {
        let compared = (0..count).map(|number| Compared {
            at: self.now,
            route: 0,
            status: 200,
            request: format!("GET /api/{boundary}"),
            trace: None,
            comparison: if differing.is_some_and(|every| number % every == 0) {
                Comparison::Mismatch(vec![Difference {
                    path: "body.price".to_owned(),
                    kind: DifferenceKind::Value,
                    baseline: Some("1".to_owned()),
                    candidate: Some("2".to_owned()),
                }])
            } else {
                Comparison::Match
            },
            baseline_latency: Duration::from_millis(5),
            candidate_latency: Duration::from_millis(5),
        });
        let batch = ComparisonBatch {
            boundary: boundary.parse().unwrap(),
            generation: self.seat(boundary).rollout.generation(),
            compared: compared.collect(),
            uncompared: Vec::new(),
        };
        self.engine.evidence(&Evidence::Comparisons(batch));
    }

    /// Live requests split as the table says, over as many seconds as there are hundreds.
    pub(super) fn serve(&mut self, boundary: &str, count: u64, service_fails: bool) {
        for _ in 0..count / 100 {
            self.serve_hundred(boundary, service_fails);
            self.pass(1);
        }
    }

    fn serve_hundred(&mut self, boundary: &str, service_fails: bool) {
        let desired = self.seat(boundary).desired();
        let share = u64::from(desired.weight.ppm()) / 10_000;
        let (mut observations, mut assigned) = (Vec::new(), AssignedCount::default());
        for number in 0..100 {
            self.keys += 1;
            let service = number % 100 < share;
            *(if service { &mut assigned.service } else { &mut assigned.monolith }) += 1;
            observations.push(Observation {
                at: self.now,
                key: Some(self.keys.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                assigned: Assigned::Subject,
                route: 0,
                side: if service { Side::Service } else { Side::Monolith },
                weight: desired.weight,
                outcome: Outcome::Answered(if service && service_fails { 500 } else { 200 }),
                latency: latency(self.keys),
                streamed: false,
            });
        }
        let batch = ObservationBatch {
            boundary: boundary.parse().unwrap(),
            generation: desired.generation,
            rollout: desired.rollout,
            observations,
            assigned,
            dropped: 0,
        };
        self.engine.evidence(&Evidence::Observations(batch));
    }

    pub(super) fn abort(&mut self, boundary: &str) {
        let desired = self.seat(boundary).desired();
        let reading = Reading {
            gate: Gate::Errors,
            subject: "all".to_owned(),
            verdict: Verdict::Fail,
            measured: Quantity::new(7.0, Unit::Ratio),
            bound: Quantity::new(1.25, Unit::Ratio),
            samples: 1000,
            needed: None,
            wait: None,
            reason: "seven times as many errors".to_owned(),
        };
        let rollout = desired.rollout.unwrap_or(RolloutId([0xee; 16]));
        let (boundary, generation) = (boundary.parse().unwrap(), desired.generation);
        self.engine.at(self.now, Duration::ZERO);
        self.engine.aborted(Abort { boundary, rollout, generation, at: self.now, reading });
    }

    /// What the data plane routes by.
    pub(super) fn served(&self, boundary: &str) -> String {
        let table = self.plane.last().unwrap();
        let placed =
            table.boundaries.iter().find(|placed| placed.boundary.name.as_str() == boundary);
        let Some(placed) = placed else { return "not routed".to_owned() };
        let phase = match self.seat(boundary).rollout.phase() {
            Phase::Running => "",
            Phase::Held { .. } => " held",
            Phase::RolledBack { .. } => " rolled back",
            Phase::Killed { .. } => " killed",
        };
        let desired = &placed.desired;
        format!("{}{phase} {} mirror {}", desired.stage, desired.weight, desired.mirror)
    }

    /// From nothing to the canary's first step.
    pub(super) fn reach_canary(&mut self, boundary: &str) {
        self.operate(boundary, "promote").unwrap();
        self.compare(boundary, 400, None);
        self.pass(2);
        self.operate(boundary, "promote").unwrap();
    }
}
