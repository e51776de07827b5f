use ficus_model::assignment::Assigned;
use ficus_model::comparison::{Comparison, Uncompared};
use ficus_model::observation::{AssignedCount, Observation, Outcome};
use ficus_model::snapshot::Placed;
use ficus_model::{Side, Weight};

use super::*;
use crate::eligible::Eligible;
use crate::fixture::{Recorder, in_canary, percent, placed, rollout, settings, snapshot};
use crate::lane::LaneSettings;
use crate::origin::Origins;

/// Seconds of traffic after which a candidate that only fails must be proven worse.
const PROVEN_WITHIN: u64 = 60;

fn canary(id: u8) -> Placed {
    let mut placed = in_canary(placed("quotes", &["GET /a"]), percent(50), rollout(id));
    placed.boundary.gates.warm_up = 0;
    placed
}

/// A sentinel whose thread is this one, on a table of its own: the one of a gateway is watched already.
struct Scene {
    sentinel: Sentinel,
    table: Arc<ArcSwap<RouteTable>>,
    origins: Origins,
    losses: Arc<Losses>,
    recorder: Arc<Recorder>,
    now: Time,
    key: u64,
}

impl Scene {
    fn new() -> Self {
        let (recorder, losses) = (Arc::new(Recorder::default()), Arc::<Losses>::default());
        let origins = Origins::default();
        let lanes = LaneSettings::of(&settings());
        let first = RouteTable::compile(snapshot(1, vec![canary(1)]), None, &origins, &lanes);
        let table = Arc::new(ArcSwap::from_pointee(first));
        let reports: Arc<dyn Reports> = Arc::<Recorder>::clone(&recorder);
        let sentinel = Sentinel::new(Arc::clone(&table), reports, Arc::clone(&losses));
        let now = Time::from_micros(1_000_000_000);
        Self { sentinel, table, origins, losses, recorder, now, key: 0 }
    }

    fn apply(&self, generation: u64, placed: Placed) {
        let (before, lanes) = (self.table.load_full(), LaneSettings::of(&settings()));
        let snapshot = snapshot(generation, vec![placed]);
        let next = RouteTable::compile(snapshot, Some(&before), &self.origins, &lanes);
        self.table.store(Arc::new(next));
    }

    fn lane(&self) -> Arc<Lane> {
        Arc::clone(self.table.load().lanes.first().expect("a boundary"))
    }

    fn observation(&mut self, side: Side, outcome: Outcome) -> Observation {
        self.key += 1;
        Observation {
            at: self.now,
            key: Some(self.key),
            assigned: Assigned::Subject,
            route: 0,
            side,
            weight: percent(50),
            outcome,
            latency: Duration::from_millis(2),
            streamed: false,
        }
    }

    /// One second of fifty requests on either side; those of the service end with `outcome`.
    fn second(&mut self, lane: &Arc<Lane>, outcome: Outcome) {
        let mut observations = Vec::new();
        for _ in 0..50 {
            observations.push(self.observation(Side::Monolith, Outcome::Answered(200)));
            observations.push(self.observation(Side::Service, outcome));
        }
        let batch = ObservationBatch {
            boundary: lane.name.clone(),
            generation: lane.generation,
            rollout: lane.rollout,
            observations,
            assigned: AssignedCount { monolith: 50, service: 50 },
            dropped: 0,
        };
        self.sentinel.take(Report::Observed(Arc::clone(lane), batch), self.now);
        self.now = self.now.plus(Duration::from_secs(1));
        self.sentinel.judged = Instant::now().checked_sub(JUDGE_TICK).expect("a running machine");
        self.sentinel.tick(self.now);
    }

    /// Seconds until the weight is zero.
    fn until_aborted(&mut self, lane: &Arc<Lane>, outcome: Outcome) -> u64 {
        let mut seconds = 0;
        while lane.weight() != Weight::ZERO {
            assert!(seconds < PROVEN_WITHIN, "a candidate that only fails was never aborted");
            self.second(lane, outcome);
            seconds += 1;
        }
        seconds
    }

    fn aborts(&self) -> Vec<Breach> {
        self.recorder.aborts.lock().expect("unpoisoned").clone()
    }
}

#[test]
fn a_failing_candidate_is_aborted_and_the_news_is_told_once() {
    let mut scene = Scene::new();
    let lane = scene.lane();
    let seconds = scene.until_aborted(&lane, Outcome::Answered(500));
    assert!(seconds <= 5, "{seconds} s at fifty failures a second");
    scene.second(&lane, Outcome::Answered(500));
    let aborts = scene.aborts();
    let [breach] = aborts.as_slice() else { panic!("{aborts:?}") };
    assert_eq!((breach.boundary.as_str(), breach.rollout), ("quotes", rollout(1)));
    assert_eq!(breach.generation, lane.generation);
    assert_eq!(lane.live.aborts.load(Ordering::Relaxed), 1);
}

#[test]
fn it_needs_no_control_to_abort_and_tells_the_news_when_somebody_listens() {
    let mut scene = Scene::new();
    *scene.recorder.deaf.lock().expect("unpoisoned") = 3;
    *scene.recorder.refuses.lock().expect("unpoisoned") = true;
    let lane = scene.lane();
    scene.until_aborted(&lane, Outcome::ConnectFailed);
    assert_eq!(scene.aborts(), [], "nobody has listened yet");
    for _ in 0..3 {
        scene.sentinel.tick(scene.now);
    }
    assert_eq!(scene.aborts().len(), 1);
    assert!(scene.losses.reports.total() > 0, "refused batches count");
}

#[test]
fn a_healthy_candidate_is_left_alone() {
    let mut scene = Scene::new();
    let lane = scene.lane();
    for _ in 0..30 {
        scene.second(&lane, Outcome::Answered(200));
    }
    assert_eq!(lane.weight(), percent(50));
    assert_eq!(scene.aborts(), []);
}

#[test]
fn only_another_rollout_gets_another_ceiling() {
    let mut scene = Scene::new();
    let lane = scene.lane();
    scene.until_aborted(&lane, Outcome::Reset);
    scene.apply(2, canary(1));
    let again = scene.lane();
    assert_eq!(again.weight(), Weight::ZERO, "what control wants of the same rollout is capped");
    scene.apply(3, canary(2));
    let fresh = scene.lane();
    assert_eq!(fresh.weight(), percent(50));
    scene.second(&fresh, Outcome::Answered(200));
    scene.second(&again, Outcome::Answered(500));
    assert_eq!(fresh.weight(), percent(50), "history of an older rollout judges nobody");
    scene.until_aborted(&fresh, Outcome::Reset);
    assert_eq!(scene.aborts().len(), 2);
}

#[test]
fn without_a_rollout_nothing_is_judged() {
    let mut scene = Scene::new();
    scene.apply(2, placed("quotes", &["GET /a"]));
    let lane = scene.lane();
    scene.second(&lane, Outcome::Answered(500));
    assert!(scene.sentinel.judges.is_empty());
    assert_eq!(scene.recorder.observations.lock().expect("unpoisoned").len(), 1, "and reported");
}

#[test]
fn coverage_is_reported_by_table_and_old_tables_are_let_go() {
    let mut scene = Scene::new();
    let old = scene.lane();
    scene.sentinel.tick(scene.now);
    let late = Eligible::begin(&old, 0);
    Eligible::begin(&old, 0).uncompared(Uncompared::Unsafe);
    let mut next = canary(1);
    next.desired.generation = 8;
    scene.apply(2, next);
    drop(old);
    scene.sentinel.tick(scene.now);
    late.uncompared(Uncompared::Timeout);
    scene.sentinel.tick(scene.now);
    let sums = scene.recorder.uncompared();
    assert_eq!(sums, [(Uncompared::Unsafe, 1), (Uncompared::Timeout, 1)].into());
    let batches = scene.recorder.comparisons.lock().expect("unpoisoned");
    assert!(batches.iter().all(|batch| batch.generation == 7), "told under the table they had");
    drop(batches);
    assert_eq!(scene.sentinel.ledgers.len(), 1, "only the table in use is remembered");
}

#[test]
fn comparisons_are_reported_in_batches() {
    let mut scene = Scene::new();
    let lane = scene.lane();
    let compared = |status| Compared {
        at: Time::from_micros(1),
        route: 0,
        status,
        request: "GET /a".to_owned(),
        trace: None,
        comparison: Comparison::Match,
        baseline_latency: Duration::ZERO,
        candidate_latency: Duration::ZERO,
    };
    for _ in 0..COMPARED_MAX {
        scene.sentinel.take(Report::Compared(Arc::clone(&lane), compared(200)), scene.now);
    }
    assert_eq!(scene.recorder.compared(), COMPARED_MAX, "a full batch does not wait");
    *scene.recorder.refuses.lock().expect("unpoisoned") = true;
    scene.sentinel.take(Report::Compared(lane, compared(404)), scene.now);
    assert_eq!(scene.recorder.compared(), COMPARED_MAX);
    scene.sentinel.tick(scene.now);
    assert_eq!(scene.recorder.compared(), COMPARED_MAX + 1);
    assert_eq!(scene.losses.comparisons.total(), 1);
}
