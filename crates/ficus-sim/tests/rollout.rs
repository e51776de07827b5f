//! The promises of the rollout machine over many simulated lives.

use std::time::Duration;

use ficus_model::boundary::Step;
use ficus_model::digest::Digest;
use ficus_model::rollout::{Actor, Change, Plan, RolloutId, Stage};
use ficus_model::verdict::Judgement;
use ficus_model::{Event, Rollout, Time, Verdict, Weight};
use ficus_sim::rollout::{World, check, fold};

/// Lives per test run.
const LIVES: u64 = 300;
/// Commands in each of them.
const COMMANDS: usize = 150;

/// The lives to look at: `cargo xtask sim --seeds N` asks for more of them, `--seed S` for one.
fn seeds() -> std::ops::Range<u64> {
    let asked = |name: &str| -> Option<u64> {
        let text = std::env::var(name).ok()?;
        Some(text.parse().expect("seeds and their count are numbers"))
    };
    match (asked("FICUS_SIM_SEED"), asked("FICUS_SIM_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, count) => 0..count.unwrap_or(LIVES),
    }
}

#[test]
fn every_promise_holds_in_every_life() {
    for seed in seeds() {
        let life = World::live(seed, COMMANDS);
        assert!(life.is_ok(), "seed {seed}: {life:?}");
    }
}

#[test]
fn the_lives_reach_every_stage_and_every_way_back() {
    let lives: Vec<_> = (0..LIVES).map(|seed| World::live(seed, COMMANDS).unwrap()).collect();
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Survey) {
        let reached = lives.iter().filter(|life| life.stages().contains(&stage)).count();
        assert!(reached > 10, "{stage}: {reached}");
    }
    let events = || lives.iter().flat_map(|life| &life.ledger);
    let count =
        |wanted: fn(&Change) -> bool| events().filter(|event| wanted(&event.change)).count();
    assert!(count(|change| matches!(change, Change::Stepped { .. })) > 100);
    assert!(count(|change| matches!(change, Change::RolledBack { .. })) > 100);
    assert!(count(|change| matches!(change, Change::Killed)) > 100);
    assert!(count(|change| matches!(change, Change::Resumed)) > 100);
    assert!(count(|change| matches!(change, Change::Held { .. })) > 100);
}

#[test]
fn a_seed_names_one_life() {
    assert_eq!(World::live(5, COMMANDS), World::live(5, COMMANDS));
    assert_ne!(World::live(5, COMMANDS), World::live(6, COMMANDS));
}

fn event(generation: u64, change: Change) -> Event {
    let reason = "planted".to_owned();
    Event { at: Time::from_micros(generation), actor: Actor::Judge, reason, generation, change }
}

fn plan() -> Plan {
    let step = |parts| Step {
        weight: Weight::from_ppm(parts).unwrap_or_default(),
        bake: Duration::from_mins(1),
    };
    Plan {
        digest: Digest::from_bytes([1; 32]),
        parent: None,
        mirror: Weight::FULL,
        steps: vec![step(10_000), step(500_000)],
        holdback: Weight::from_ppm(10_000).unwrap_or_default(),
        primary_bake: Duration::from_mins(1),
    }
}

fn judgement(generation: u64, verdict: Verdict) -> Judgement {
    Judgement { generation, verdict, readings: vec![], evidence: Digest::from_bytes([1; 32]) }
}

/// The promise that the last event of a planted ledger breaks.
fn broken_by(changes: Vec<Change>) -> Option<&'static str> {
    let ledger: Vec<_> = (1..).zip(changes).map(|(at, change)| event(at, change)).collect();
    let (_, earlier) = ledger.split_last()?;
    let (before, live) = (fold(earlier), fold(&ledger));
    check(&ledger, &before, &live, &live).err().map(|broken| broken.promise)
}

fn at_canary(judgement: Option<Judgement>) -> Vec<Change> {
    let rollout = Some(RolloutId([1; 16]));
    vec![
        Change::Registered { stage: Stage::Contract, plan: plan() },
        Change::Entered { stage: Stage::Shadow, rollout: None, judgement: None },
        Change::Entered { stage: Stage::Canary, rollout, judgement },
    ]
}

#[test]
fn the_oracle_sees_a_weight_that_rises_without_proof() {
    let promise = Some("the weight rises only by a passing judgement of the present");
    assert_eq!(broken_by(at_canary(None)), promise);
    assert_eq!(broken_by(at_canary(Some(judgement(2, Verdict::Inconclusive)))), promise);
    assert_eq!(broken_by(at_canary(Some(judgement(1, Verdict::Pass)))), promise);
    assert_eq!(broken_by(at_canary(Some(judgement(2, Verdict::Pass)))), None);
}

#[test]
fn the_oracle_sees_a_step_that_was_not_baked() {
    let mut changes = at_canary(Some(judgement(2, Verdict::Pass)));
    changes.push(Change::Stepped { step: 1, judgement: judgement(3, Verdict::Pass) });
    assert_eq!(broken_by(changes), Some("the weight rises only after the bake"));
}

#[test]
fn the_oracle_sees_a_rollout_that_comes_back() {
    let mut changes = at_canary(Some(judgement(2, Verdict::Pass)));
    changes.push(Change::RolledBack { judgement: None });
    changes.push(Change::Resumed);
    let (rollout, judgement) = (Some(RolloutId([1; 16])), Some(judgement(5, Verdict::Pass)));
    changes.push(Change::Entered { stage: Stage::Canary, rollout, judgement });
    assert_eq!(broken_by(changes), Some("a rollout that ended never comes back"));
}

#[test]
fn the_oracle_sees_a_machine_that_differs_from_its_ledger() {
    let ledger = vec![event(1, Change::Registered { stage: Stage::Contract, plan: plan() })];
    let nothing = Rollout::new("simulated".parse().unwrap());
    let broken = check(&ledger, &nothing, &nothing, &fold(&ledger)).unwrap_err();
    assert_eq!(broken.promise, "a restart after any append converges to the same state");
}
