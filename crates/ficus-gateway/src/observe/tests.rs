use ficus_model::Time;
use ficus_model::observation::Outcome;

use super::*;
use crate::fixture::{
    Recorder, bound_to, core, first_lane, in_canary, percent, placed, rollout, snapshot, wait_for,
};

fn observation(side: Side) -> Observation {
    Observation {
        at: Time::from_micros(1),
        key: Some(1),
        assigned: Assigned::Subject,
        route: 0,
        side,
        weight: percent(50),
        outcome: Outcome::Answered(200),
        latency: Duration::from_millis(1),
        streamed: false,
    }
}

fn canary() -> ficus_model::snapshot::Placed {
    in_canary(placed("quotes", &["GET /a"]), percent(50), rollout(1))
}

fn assignment(side: Side, assigned: Assigned) -> Assignment {
    Assignment { side, assigned, key: None, weight: percent(50) }
}

fn seen(recorder: &Recorder) -> u64 {
    let batches = recorder.observations.lock().expect("unpoisoned");
    batches.iter().map(|batch| batch.observations.len() as u64).sum()
}

#[test]
fn observations_reach_control_in_batches() {
    let (controls, recorder) = bound_to(canary());
    let (core, lane) = (core(&controls), first_lane(&controls));
    core.observer.assigned(&lane, &assignment(Side::Service, Assigned::Subject));
    core.observer.assigned(&lane, &assignment(Side::Monolith, Assigned::Coin));
    core.observer.assigned(&lane, &assignment(Side::Service, Assigned::Override));
    core.observer.observe(&lane, observation(Side::Service));
    core.observer.flush();
    wait_for("a batch", || seen(&recorder) == 1);
    let batches = recorder.observations.lock().expect("unpoisoned");
    let batch = batches.first().expect("one");
    assert_eq!(batch.boundary.as_str(), "quotes");
    assert_eq!((batch.generation, batch.rollout), (7, Some(rollout(1))));
    assert_eq!(batch.assigned, AssignedCount { monolith: 1, service: 1 }, "no overrides");
    assert_eq!(batch.dropped, 0);
}

#[test]
fn a_full_batch_leaves_by_itself_and_the_rest_with_the_core() {
    let (controls, recorder) = bound_to(canary());
    let (core, lane) = (core(&controls), first_lane(&controls));
    for _ in 0..BATCH_MAX + 3 {
        core.observer.observe(&lane, observation(Side::Monolith));
    }
    wait_for("the full batch", || seen(&recorder) == BATCH_MAX as u64);
    drop(core);
    wait_for("the rest", || seen(&recorder) == BATCH_MAX as u64 + 3);
}

#[test]
fn tables_are_kept_apart_and_old_ones_are_let_go() {
    let (controls, recorder) = bound_to(canary());
    let core = core(&controls);
    let old = first_lane(&controls);
    core.observer.observe(&old, observation(Side::Monolith));
    let mut next = canary();
    next.desired.generation = 8;
    controls.apply(snapshot(2, vec![next])).expect("newer");
    core.observer.observe(&first_lane(&controls), observation(Side::Monolith));
    core.observer.flush();
    wait_for("both", || seen(&recorder) == 2);
    let generations: Vec<u64> = recorder
        .observations
        .lock()
        .expect("unpoisoned")
        .iter()
        .map(|batch| batch.generation)
        .collect();
    assert_eq!(generations, [7, 8]);
    core.observer.flush();
    drop(core);
    wait_for("nobody holds the old table", || Arc::strong_count(&old) == 1);
}

#[test]
fn what_the_ring_does_not_take_is_counted_and_told_with_the_next_batch() {
    let (controls, _) = bound_to(canary());
    let (core, lane) = (core(&controls), first_lane(&controls));
    let (ring, batches) = std::sync::mpsc::sync_channel(1);
    let mut observer = CoreObserver::new(&core.shared.observer, 0);
    observer.ring = ring;
    let losses = || core.shared.observer.losses.observations.total();
    for _ in 0..3 {
        observer.observe(&lane, observation(Side::Monolith));
        observer.assigned(&lane, &assignment(Side::Monolith, Assigned::Coin));
        observer.flush();
    }
    assert_eq!(losses(), 2, "the ring takes one");
    let taken = |report| match report {
        Report::Observed(_, batch) => (batch.observations.len(), batch.dropped, batch.assigned),
        Report::Compared(..) => panic!("nothing is compared here"),
    };
    let one = AssignedCount { monolith: 1, service: 0 };
    assert_eq!(taken(batches.recv().expect("the first")), (1, 0, one));
    observer.flush();
    let two = AssignedCount { monolith: 2, service: 0 };
    assert_eq!(taken(batches.recv().expect("the news")), (0, 2, two));
    drop(batches);
    observer.observe(&lane, observation(Side::Monolith));
    drop(observer);
    assert_eq!(losses(), 3, "nobody listens any more");
}

#[test]
fn shares_are_kept_by_the_coin() {
    let (controls, _) = bound_to(canary());
    let core = core(&controls);
    let falls = |share| (0..1000).filter(|_| core.observer.falls_below(share)).count();
    assert_eq!(falls(Weight::ZERO), 0);
    assert_eq!(falls(Weight::FULL), 1000);
    assert!((400..=600).contains(&falls(percent(50))));
}
