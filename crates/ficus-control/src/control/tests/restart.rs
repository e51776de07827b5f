//! A kill -9 at any instant, and configurations that change underneath.

use std::collections::BTreeMap;

use ficus_model::rollout::{Change, Stage};
use ficus_model::{BoundaryName, Rollout, Verdict, Weight};
use proptest::prelude::*;

use super::super::*;
use super::recorded_rollout;
use super::world::{FakePlane, World, ann, boundary, configuration, open_engine, signer};
use crate::ledger::store::Source as _;
use crate::ledger::store::memory::MemoryStore;
use crate::ledger::{Fact, Ledger, StoredEntry};

fn entries(store: &Arc<MemoryStore>) -> Vec<StoredEntry> {
    let ledger = Ledger::new(Arc::clone(store) as Arc<_>, signer().verifier().clone());
    ledger.entries(0..u64::MAX).unwrap()
}

/// A store that was killed after so many appends.
fn cut(store: &Arc<MemoryStore>, size: usize) -> Arc<MemoryStore> {
    let prefix: Arc<MemoryStore> = Arc::default();
    let mut recorder =
        Recorder::open(Arc::clone(&prefix) as Arc<_>, signer(), &[], |_| {}).unwrap();
    for stored in entries(store).into_iter().take(size) {
        let mut recording = crate::ledger::recorder::Recording::default();
        for digest in &stored.entry.evidence {
            recording.attach(store.evidence(*digest).unwrap().unwrap());
        }
        recording.facts.push((stored.entry.fact, stored.entry.evidence));
        recorder.record(stored.entry.at, stored.entry.configuration, &recording).unwrap();
    }
    prefix
}

#[test]
fn after_a_kill_at_any_append_everything_stands_where_the_ledger_says() {
    let store = recorded_rollout();
    let all = entries(&store);
    let both = [boundary("quotes"), boundary("rates")];
    let registered = 3;
    let mut machines: BTreeMap<BoundaryName, Rollout> = BTreeMap::new();
    for (index, stored) in all.iter().enumerate() {
        if let Fact::Happened { boundary, event } = &stored.entry.fact {
            let new = || Rollout::new(boundary.clone());
            machines.entry(boundary.clone()).or_insert_with(new).evolve(event);
        }
        if index + 1 < registered {
            continue;
        }
        let (prefix, plane) = (cut(&store, index + 1), Arc::new(FakePlane::default()));
        let engine = open_engine(&prefix, &plane, configuration(&both), stored.entry.at).unwrap();
        for (name, machine) in &machines {
            assert_eq!(engine.seats[name].rollout, *machine);
        }
        let table = plane.last().unwrap();
        assert!(
            table
                .boundaries
                .iter()
                .all(|placed| { placed.desired == machines[&placed.boundary.name].desired() })
        );
        assert_eq!(prefix.head_now().size, index as u64 + 1, "a restart records nothing new");
    }
}

#[test]
fn every_rise_names_a_pass_whose_evidence_is_stored() {
    let store = recorded_rollout();
    let mut weights: BTreeMap<BoundaryName, Rollout> = BTreeMap::new();
    let mut rises = 0;
    for stored in entries(&store) {
        let Fact::Happened { boundary, event } = stored.entry.fact else { continue };
        let machine = weights.entry(boundary.clone()).or_insert_with(|| Rollout::new(boundary));
        let before = machine.desired().weight;
        machine.evolve(&event);
        if machine.desired().weight <= before {
            continue;
        }
        rises += 1;
        let (Change::Entered { judgement: Some(judgement), .. }
        | Change::Stepped { judgement, .. }) = event.change
        else {
            panic!("{:?} raised the weight", event.change)
        };
        assert_eq!(judgement.verdict, Verdict::Pass);
        assert!(stored.entry.evidence.contains(&judgement.evidence));
        assert!(store.evidence(judgement.evidence).unwrap().is_some());
    }
    assert_eq!(rises, 4, "two canaries entered, one step, one Primary");
}

#[test]
fn evidence_gathered_before_a_restart_still_counts() {
    let mut world = World::new(&[boundary("quotes")]);
    world.operate("quotes", "promote").unwrap();
    world.compare("quotes", 40, None);
    world.pass(6);
    let samples = |world: &World| -> u64 {
        let jury = world.seat("quotes").jury.as_ref().unwrap();
        jury.readings().iter().map(|reading| reading.samples).max().unwrap()
    };
    let before = samples(&world);
    world.restart(&[boundary("quotes")]);
    world.pass(1);
    assert_eq!(samples(&world), before);
    let mut other = boundary("quotes");
    other.surface.truncate(1);
    world.restart(&[other]);
    world.pass(1);
    assert_eq!(samples(&world), 0, "evidence about other routes says nothing");
}

#[test]
fn what_stopped_a_canary_is_still_to_be_seen_after_a_restart() {
    let mut world = World::new(&[boundary("quotes")]);
    world.reach_canary("quotes");
    world.serve("quotes", 1500, true);
    let failing = |world: &World| -> Vec<(ficus_model::verdict::Gate, Verdict)> {
        let readings = picture::picture(&world.engine).boundaries[0].readings.clone();
        let failing = readings.iter().filter(|reading| reading.verdict == Verdict::Fail);
        failing.map(|reading| (reading.gate, reading.verdict)).collect()
    };
    let before = failing(&world);
    assert!(!before.is_empty());
    world.pass(6);
    world.restart(&[boundary("quotes")]);
    world.pass(1);
    assert_eq!(failing(&world), before);
    world.operate("quotes", "promote").unwrap();
    world.pass(1);
    assert_eq!(failing(&world), [], "a mended service starts afresh");
}

#[test]
fn a_configuration_is_applied_once_and_guarded_by_its_digest() {
    let mut world = World::new(&[boundary("quotes")]);
    let first = world.engine.configuration.digest;
    let two = configuration(&[boundary("quotes"), boundary("rates")]);
    let stranger = two.digest;
    let refused = world.engine.apply(two.clone(), ann(), Some(stranger));
    assert_eq!(refused, Err(ApplyError::Outdated { given: stranger, current: first }));
    assert_eq!(world.engine.apply(two.clone(), ann(), Some(first)), Ok(two.digest));
    let size = world.store.head_now().size;
    assert_eq!(world.engine.apply(two.clone(), ann(), None), Ok(two.digest));
    assert_eq!(world.store.head_now().size, size, "the same again is nothing new");
    assert_eq!(world.served("rates"), "Contract 0.00% mirror 0.00%");
    world.restart(&[boundary("quotes"), boundary("rates")]);
    assert_eq!(world.store.head_now().size, size);
}

#[test]
fn a_boundary_with_live_traffic_can_not_be_removed() {
    let mut world = World::new(&[boundary("quotes"), boundary("rates")]);
    world.reach_canary("quotes");
    let weight = Weight::from_ppm(100_000).unwrap();
    let live = Err(ApplyError::Live { boundary: "quotes".parse().unwrap(), weight });
    let without = configuration(&[boundary("rates")]);
    let size = world.store.head_now().size;
    assert_eq!(world.engine.apply(without.clone(), ann(), None), live);
    let opened = open_engine(&world.store, &world.plane, without.clone(), world.now);
    assert_eq!(opened.err(), live.err());
    assert_eq!(world.store.head_now().size, size, "nothing of it was applied");
    world.operate("quotes", "kill").unwrap();
    world.engine.apply(without, ann(), None).unwrap();
    assert_eq!(world.served("quotes"), "not routed");
    assert!(world.operate("quotes", "promote").is_err());
    let back = configuration(&[boundary("quotes"), boundary("rates")]);
    world.engine.apply(back, ann(), None).unwrap();
    assert_eq!(world.served("quotes"), "Shadow killed 0.00% mirror 0.00%");
}

#[test]
fn live_traffic_keeps_its_routes_and_steps() {
    let mut world = World::new(&[boundary("quotes")]);
    world.reach_canary("quotes");
    let refusal = |world: &mut World, change: &dyn Fn(&mut ficus_model::Boundary)| {
        let mut changed = boundary("quotes");
        change(&mut changed);
        let refused = world.engine.apply(configuration(&[changed]), ann(), None).unwrap_err();
        std::error::Error::source(&refused).unwrap().to_string()
    };
    let routes = refusal(&mut world, &|boundary| boundary.surface.truncate(1));
    assert!(routes.contains("routes can not change"), "{routes}");
    let steps = refusal(&mut world, &|boundary| boundary.steps.truncate(1));
    assert!(steps.contains("steps and holdback can not change"), "{steps}");
    let mut slower = boundary("quotes");
    slower.limits.timeout = Duration::from_secs(1);
    world.engine.apply(configuration(&[slower]), ann(), None).unwrap();
    assert_eq!(world.served("quotes"), "Canary 10.00% mirror 100.00%");
    let table = world.plane.last().unwrap();
    assert_eq!(table.boundaries[0].boundary.limits.timeout, Duration::from_secs(1));
}

#[test]
fn other_rules_at_shadow_start_the_evidence_afresh() {
    let mut world = World::new(&[boundary("quotes")]);
    world.operate("quotes", "promote").unwrap();
    world.compare("quotes", 400, None);
    world.pass(1);
    assert_eq!(picture::picture(&world.engine).boundaries[0].coverage.matched, 400);
    let mut changed = boundary("quotes");
    changed.shadow.compared_headers.push("etag".to_owned());
    world.engine.apply(configuration(&[changed]), ann(), None).unwrap();
    world.pass(1);
    let picture = picture::picture(&world.engine);
    assert_eq!(picture.boundaries[0].coverage.matched, 0);
    assert!(world.operate("quotes", "promote").is_err(), "nothing is proven under these rules");
}

/// Something a world can be told.
fn any_line() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "promote", "promote", "hold", "rollback", "kill", "compare", "differ", "serve", "fail",
        "abort", "pass", "full", "mended", "restart", "clock",
    ])
}

fn tell(world: &mut World, line: &str) {
    match line {
        "compare" => world.compare("quotes", 300, None),
        "differ" => world.compare("quotes", 40, Some(3)),
        "serve" => world.serve("quotes", 300, false),
        "fail" => world.serve("quotes", 300, true),
        "abort" => world.abort("quotes"),
        "pass" => world.pass(30),
        "full" => world.store.fail(Some(StoreError::Full)),
        "mended" => world.store.fail(None),
        "restart" => world.restart(&[boundary("quotes")]),
        "clock" => world.now = Time::from_micros(world.now.as_micros().saturating_sub(90_000_000)),
        verb => drop(world.operate("quotes", verb)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    /// Whatever happens in whatever order: the data plane never has more than the ledger says, it never gets more
    /// without a new entry, the ledger replays, and once the store works again both say the same.
    #[test]
    fn the_data_plane_never_has_more_than_the_ledger_says(lines in proptest::collection::vec(any_line(), 1..40)) {
        let mut world = World::new(&[boundary("quotes")]);
        let (mut weight, mut size) = (Weight::ZERO, 0);
        for line in lines {
            tell(&mut world, line);
            world.pass(1);
            let before = (weight, size);
            weight = world.plane.last().unwrap().boundaries[0].desired.weight;
            size = world.store.head_now().size;
            prop_assert!(weight <= before.0 || size > before.1, "{line} raised it unrecorded");
            let recorded = world.seat("quotes").rollout.desired();
            let served = world.plane.last().unwrap().boundaries[0].desired.clone();
            prop_assert!(served.weight <= recorded.weight, "{line}: {served:?} {recorded:?}");
            prop_assert!(served.mirror <= recorded.mirror || recorded.stage >= Stage::Primary);
        }
        world.store.fail(None);
        world.now = world.engine.now;
        world.pass(60);
        let recorded = world.seat("quotes").rollout.desired();
        prop_assert_eq!(&world.plane.last().unwrap().boundaries[0].desired, &recorded);
        let report = world.engine.recorder.ledger().verify(&[]);
        prop_assert!(report.whole(), "{:?}", report);
    }
}
