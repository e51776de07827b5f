//! Full disks, lost data planes, clocks that jump, second writers.

use std::sync::atomic::Ordering;

use super::super::*;
use super::world::{World, boundary, configuration};
use crate::desk::CommandError;
use crate::ledger::store::Source as _;

const FULL: Option<StoreError> = Some(StoreError::Full);

fn canary() -> World {
    let mut world = World::new(&[boundary("quotes")]);
    world.reach_canary("quotes");
    assert_eq!(world.served("quotes"), "Canary 10.00% mirror 100.00%");
    world
}

fn stalled(world: &World) -> Option<String> {
    picture::picture(&world.engine).stalled
}

#[test]
fn a_kill_reaches_the_data_plane_although_the_disk_is_full() {
    let mut world = canary();
    world.store.fail(FULL);
    let size = world.store.head_now().size;
    let answer = world.operate("quotes", "kill");
    assert!(matches!(answer, Err(CommandError::Unrecorded(_))), "{answer:?}");
    assert_eq!(world.served("quotes"), "Canary 0.00% mirror 0.00%");
    assert_eq!(world.store.head_now().size, size);
    assert!(stalled(&world).unwrap().contains("full"));
    world.pass(5);
    world.store.fail(None);
    world.pass(30);
    assert_eq!(world.served("quotes"), "Shadow killed 0.00% mirror 0.00%");
    assert_eq!(stalled(&world), None);
    assert_eq!(world.store.head_now().size, size + 1);
    assert!(world.engine.recorder.ledger().verify(&[]).whole());
}

#[test]
fn what_was_lowered_stays_low_over_a_restart_although_it_could_not_be_recorded() {
    for verb in ["kill", "rollback", "abort"] {
        let mut world = canary();
        world.store.fail(FULL);
        match verb {
            "abort" => world.abort("quotes"),
            verb => assert!(world.operate("quotes", verb).is_err()),
        }
        for _ in 0..2 {
            world.restart(&[boundary("quotes")]);
            assert!(
                world.served("quotes").starts_with("Canary 0.00%"),
                "{}",
                world.served("quotes")
            );
            assert!(stalled(&world).is_some());
        }
        world.store.fail(None);
        let mut patient = boundary("quotes");
        patient.limits.timeout = Duration::from_secs(9);
        let tables = world.plane.tables.lock().unwrap().len();
        world.restart(std::slice::from_ref(&patient));
        for table in &world.plane.tables.lock().unwrap()[tables..] {
            assert_eq!(table.boundaries[0].desired.weight.ppm(), 0, "not for a moment");
        }
        let served = world.served("quotes");
        assert!(served.starts_with("Shadow") && served.contains(" 0.00%"), "{served}");
        assert_eq!(stalled(&world), None);
        let size = world.store.head_now().size;
        world.restart(&[patient]);
        assert_eq!((world.store.head_now().size, world.served("quotes")), (size, served));
        assert!(world.engine.recorder.ledger().verify(&[]).whole());
    }
}

#[test]
fn a_mirror_that_was_lowered_stays_low_over_a_restart_too() {
    let mut world = World::new(&[boundary("quotes")]);
    world.operate("quotes", "promote").unwrap();
    world.store.fail(FULL);
    assert!(world.operate("quotes", "rollback").is_err());
    world.restart(&[boundary("quotes")]);
    assert_eq!(world.served("quotes"), "Shadow 0.00% mirror 0.00%");
    world.store.fail(None);
    world.restart(&[boundary("quotes")]);
    assert_eq!(world.served("quotes"), "Contract rolled back 0.00% mirror 0.00%");
    world.restart(&[boundary("quotes")]);
    world.pass(1);
    assert_eq!(world.served("quotes"), "Contract rolled back 0.00% mirror 0.00%");
}

#[test]
fn a_note_the_ledger_has_overtaken_lowers_nothing_twice() {
    let mut world = World::new(&[boundary("quotes")]);
    world.operate("quotes", "promote").unwrap();
    world.store.fail(FULL);
    assert!(world.operate("quotes", "rollback").is_err());
    let note = world.brakes();
    world.store.fail(None);
    world.pass(1);
    world.operate("quotes", "promote").unwrap();
    world.operate("quotes", "promote").unwrap();
    assert_eq!(world.served("quotes"), "Shadow 0.00% mirror 100.00%");
    world.put_brakes(&note);
    world.restart(&[boundary("quotes")]);
    assert_eq!(world.served("quotes"), "Shadow 0.00% mirror 100.00%");
}

#[test]
fn a_table_that_only_has_the_same_number_is_replaced() {
    let mut world = canary();
    let number = world.plane.last().unwrap().generation;
    let mut other = (*world.plane.last().unwrap()).clone();
    other.boundaries.clear();
    for generation in number + 1..number + 5 {
        world.plane.apply(Arc::new(Snapshot { generation, ..other.clone() }));
        world.restart(&[boundary("quotes")]);
        world.pass(1);
        assert_eq!(world.served("quotes"), "Canary 10.00% mirror 100.00%");
    }
}

#[test]
fn nothing_rises_while_the_ledger_can_not_record() {
    let mut world = World::new(&[boundary("quotes")]);
    world.operate("quotes", "promote").unwrap();
    world.compare("quotes", 400, None);
    world.pass(2);
    world.store.fail(FULL);
    for _ in 0..3 {
        let answer = world.operate("quotes", "promote");
        assert!(matches!(answer, Err(CommandError::Stalled(_))), "{answer:?}");
        world.pass(60);
        assert_eq!(world.served("quotes"), "Shadow 0.00% mirror 100.00%");
    }
    world.store.fail(None);
    world.operate("quotes", "promote").unwrap();
    assert_eq!(world.served("quotes"), "Canary 10.00% mirror 100.00%");
    assert_eq!(stalled(&world), None);
}

#[test]
fn a_canary_does_not_climb_and_does_fall_with_a_full_disk() {
    let mut world = canary();
    world.serve("quotes", 8000, false);
    world.store.fail(FULL);
    world.pass(120);
    assert_eq!(world.served("quotes"), "Canary 10.00% mirror 100.00%");
    world.serve("quotes", 2000, true);
    assert_eq!(world.served("quotes"), "Canary 0.00% mirror 100.00%");
    world.store.fail(None);
    world.pass(31);
    assert_eq!(world.served("quotes"), "Shadow rolled back 0.00% mirror 100.00%");
    assert!(world.engine.recorder.ledger().verify(&[]).whole());
}

#[test]
fn an_abort_and_a_milder_command_give_way_to_a_kill() {
    let mut world = canary();
    world.store.fail(FULL);
    world.abort("quotes");
    assert_eq!(world.served("quotes"), "Canary 0.00% mirror 100.00%");
    drop(world.operate("quotes", "rollback"));
    assert!(world.operate("quotes", "kill").is_err());
    assert_eq!(world.served("quotes"), "Canary 0.00% mirror 0.00%");
    world.store.fail(None);
    world.pass(31);
    assert_eq!(world.served("quotes"), "Shadow killed 0.00% mirror 0.00%");
}

#[test]
fn one_stalled_boundary_is_retried_less_and_less_often() {
    let mut stall = stall::Stall::default();
    let mut now = Time::from_micros(1);
    let mut waits = Vec::new();
    for _ in 0..10 {
        stall.failed(now, "full".to_owned());
        let before = now;
        while !stall.due(now) {
            now = now.plus(Duration::from_millis(250));
        }
        waits.push(now.since(before).as_millis());
    }
    assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    stall.mended();
    assert_eq!(stall.reason(), None);
}

#[test]
fn a_data_plane_that_was_away_gets_the_table_when_it_is_back() {
    let mut world = canary();
    world.plane.away.store(true, Ordering::Relaxed);
    world.operate("quotes", "kill").unwrap();
    assert_eq!(world.plane.last().unwrap().boundaries[0].desired.weight.ppm(), 100_000);
    world.plane.away.store(false, Ordering::Relaxed);
    world.pass(1);
    assert_eq!(world.served("quotes"), "Shadow killed 0.00% mirror 0.00%");
    let tables = world.plane.tables.lock().unwrap().len();
    world.pass(10);
    assert_eq!(world.plane.tables.lock().unwrap().len(), tables, "nothing is sent twice");
}

#[test]
fn a_data_plane_that_outlived_control_takes_the_next_table() {
    let mut world = canary();
    let ahead = Snapshot { generation: 900, ..(*world.plane.last().unwrap()).clone() };
    world.plane.apply(Arc::new(ahead));
    world.restart(&[boundary("quotes")]);
    world.operate("quotes", "kill").unwrap();
    assert!(world.plane.last().unwrap().generation > 900);
    assert_eq!(world.served("quotes"), "Shadow killed 0.00% mirror 0.00%");
}

#[test]
fn a_clock_that_jumps_back_stops_nothing_and_rewrites_nothing() {
    let mut patient = boundary("quotes");
    patient.steps.iter_mut().for_each(|step| step.bake = Duration::from_mins(5));
    let mut world = World::new(std::slice::from_ref(&patient));
    world.reach_canary("quotes");
    world.serve("quotes", 12_000, false);
    let before = world.engine.now;
    world.now = Time::from_micros(5);
    world.pass(240);
    assert_eq!(world.engine.now, before.plus(Duration::from_mins(4)), "time goes on");
    assert_eq!(world.served("quotes"), "Canary 50.00% mirror 100.00%", "and so does the canary");
    world.restart(std::slice::from_ref(&patient));
    world.operate("quotes", "kill").unwrap();
    world.restart(&[patient]);
    assert_eq!(world.served("quotes"), "Shadow killed 0.00% mirror 0.00%");
    assert!(world.engine.recorder.ledger().verify(&[]).whole());
}

#[test]
fn a_second_writer_ends_the_loop_after_lowering() {
    let mut world = canary();
    let mut other = super::world::open_engine(
        &world.store,
        &world.plane,
        configuration(&[boundary("quotes")]),
        world.now,
    )
    .unwrap();
    other
        .operate(
            &"quotes".parse().unwrap(),
            ficus_model::Command::Hold { by: super::world::ann(), reason: "mine".to_owned() },
        )
        .unwrap();
    assert!(world.operate("quotes", "kill").is_err());
    assert_eq!(world.plane.last().unwrap().boundaries[0].desired.weight.ppm(), 0);
    let broken = world.engine.take_broken();
    assert!(matches!(broken, Some(RunError::Ledger(StoreError::Moved { .. }))), "{broken:?}");
}

#[test]
fn an_abort_of_another_rollout_is_left_aside() {
    let mut world = World::new(&[boundary("quotes")]);
    let size = world.store.head_now().size;
    world.abort("quotes");
    assert_eq!(world.store.head_now().size, size);
}

#[test]
fn only_operators_words_are_taken_from_operators() {
    let mut world = World::new(&[boundary("quotes")]);
    let refused = world.operate("quotes", "tick").unwrap_err().to_string();
    assert!(refused.contains("only operators' commands"), "{refused}");
    let unknown = world.operate("quotes", "hold").is_ok();
    assert!(unknown);
    let by = super::world::ann();
    let long = ficus_model::Command::Hold { by: by.clone(), reason: "x".repeat(5000) };
    assert!(world.engine.operate(&"quotes".parse().unwrap(), long).is_err());
    let nobody = "nobody".parse().unwrap();
    let kill = ficus_model::Command::Kill { by, reason: "x".to_owned() };
    let refused = world.engine.operate(&nobody, kill);
    assert_eq!(refused, Err(CommandError::UnknownBoundary(nobody)));
}

#[test]
fn evidence_for_nobody_is_dropped() {
    let mut world = World::new(&[boundary("quotes")]);
    world.operate("quotes", "promote").unwrap();
    let stranger = World::new(&[boundary("other")]).plane.last().unwrap();
    assert_eq!(stranger.boundaries[0].boundary.name.as_str(), "other");
    let batch = ficus_model::comparison::ComparisonBatch {
        boundary: "other".parse().unwrap(),
        generation: 9,
        compared: Vec::new(),
        uncompared: Vec::new(),
    };
    world.engine.evidence(&Evidence::Comparisons(batch));
    assert_eq!(world.store.entries(0..99).unwrap().len(), 3);
}
