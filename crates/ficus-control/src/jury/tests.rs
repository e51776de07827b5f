use std::time::Duration;

use ficus_model::assignment::Assigned;
use ficus_model::comparison::{Compared, Difference, DifferenceKind};
use ficus_model::observation::{AssignedCount, Observation, Outcome};
use ficus_model::rollout::RolloutId;
use ficus_model::{Command, Principal, Side, Weight};

use super::*;
use crate::control::tests::test_boundary;

fn ann() -> Principal {
    "ann".parse().unwrap()
}

fn tell(rollout: &mut Rollout, command: Command) {
    for event in rollout.decide(Time::EPOCH, command).unwrap() {
        rollout.evolve(&event);
    }
}

fn promote(rollout: &mut Rollout, judge: &Jury) {
    let (judgement, _) = judge.evidence(rollout, Time::EPOCH).judgement().unwrap();
    let passed = ficus_model::verdict::Judgement { verdict: Verdict::Pass, ..judgement };
    tell(rollout, Command::Judged(passed));
    let fresh = RolloutId([1; 16]);
    tell(rollout, Command::Promote { by: ann(), reason: "on".to_owned(), fresh });
}

/// A machine at Shadow.
fn shadow() -> Rollout {
    let boundary = test_boundary("quotes");
    let mut rollout = Rollout::new("quotes".parse().unwrap());
    let plan = crate::Configuration::new(
        boundary.service.clone(),
        vec![(boundary.clone(), "text".to_owned())],
    )
    .plan(&boundary, None);
    tell(&mut rollout, Command::Register(plan, ann()));
    let fresh = RolloutId([0; 16]);
    tell(&mut rollout, Command::Promote { by: ann(), reason: "on".to_owned(), fresh });
    rollout
}

fn jury(rollout: &Rollout) -> Jury {
    let gates = gates_of(rollout).unwrap();
    Jury::new(rollout, gates, &test_boundary("quotes"), None, Time::EPOCH)
}

fn batch(generation: u64, outcomes: &[Comparison]) -> ComparisonBatch {
    let compared = outcomes.iter().map(|comparison| Compared {
        at: Time::from_micros(1),
        route: 0,
        status: 200,
        request: "GET /api/quotes".to_owned(),
        trace: None,
        comparison: comparison.clone(),
        baseline_latency: Duration::ZERO,
        candidate_latency: Duration::ZERO,
    });
    ComparisonBatch {
        boundary: "quotes".parse().unwrap(),
        generation,
        compared: compared.collect(),
        uncompared: vec![
            (0, Uncompared::Timeout, 2),
            (0, Uncompared::Unsafe, 3),
            (0, Uncompared::Timeout, 1),
        ],
    }
}

fn live(rollout: Option<RolloutId>) -> ObservationBatch {
    let observation = Observation {
        at: Time::from_micros(1),
        key: Some(1),
        assigned: Assigned::Subject,
        route: 0,
        side: Side::Monolith,
        weight: Weight::from_ppm(100_000).unwrap(),
        outcome: Outcome::Answered(200),
        latency: Duration::from_millis(1),
        streamed: false,
    };
    ObservationBatch {
        boundary: "quotes".parse().unwrap(),
        generation: 9,
        rollout,
        observations: vec![observation],
        assigned: AssignedCount { monolith: 1, service: 0 },
        dropped: 0,
    }
}

fn mismatch() -> Comparison {
    Comparison::Mismatch(vec![Difference {
        path: "body.price".to_owned(),
        kind: DifferenceKind::Value,
        baseline: None,
        candidate: None,
    }])
}

#[test]
fn everything_compared_is_counted_with_its_reason() {
    let rollout = shadow();
    let mut jury = jury(&rollout);
    let ignored = Comparison::Ignored(vec!["dates".to_owned()]);
    jury.compare(&batch(rollout.epoch(), &[Comparison::Match, ignored, mismatch(), mismatch()]));
    let coverage = jury.coverage();
    assert_eq!((coverage.matched, coverage.ignored, coverage.mismatched), (1, 1, 2));
    assert_eq!(coverage.uncompared, [(Uncompared::Unsafe, 3), (Uncompared::Timeout, 3)]);
    assert_eq!(jury.mismatches()[0].route, "GET /api/quotes");
    assert_eq!((jury.mismatches()[0].count, jury.mismatches_unclassed()), (2, 0));
}

#[test]
fn what_was_compared_before_the_epoch_says_nothing() {
    let rollout = shadow();
    let mut jury = jury(&rollout);
    jury.compare(&batch(rollout.epoch() - 1, &[mismatch()]));
    assert_eq!(jury.coverage(), Coverage::default());
    assert_eq!(jury.take_fresh(), None);
}

#[test]
fn only_the_present_rollouts_requests_are_judged() {
    let mut rollout = shadow();
    let at_shadow = jury(&rollout);
    promote(&mut rollout, &at_shadow);
    let mut jury = jury(&rollout);
    assert_eq!(jury.gates, Gates::Canary);
    for other in [None, Some(RolloutId([9; 16]))] {
        jury.observe(&rollout, &live(other));
        assert_eq!(jury.take_fresh(), None);
    }
    jury.observe(&rollout, &live(Some(RolloutId([1; 16]))));
    assert!(jury.take_fresh().is_some());
    assert_eq!(jury.take_fresh(), None, "nothing was gathered since");
    jury.keep_failed();
    assert!(jury.take_fresh().is_some(), "it is offered again");
}

#[test]
fn a_kept_state_goes_on_where_it_stood() {
    let rollout = shadow();
    let mut first = jury(&rollout);
    first.compare(&batch(rollout.epoch(), &[Comparison::Match, mismatch()]));
    first.advance(Time::from_micros(5_000_000));
    let kept = JudgeState::from_text(&first.take_fresh().unwrap()).unwrap();
    let boundary = test_boundary("quotes");
    let at = Time::from_micros(5_000_000);
    let second = Jury::new(&rollout, Gates::Shadow, &boundary, Some(kept), at);
    assert_eq!(second.readings(), first.readings());
    assert_eq!(second.verdict(), first.verdict());
    assert_eq!(second.coverage(), first.coverage());
}

#[test]
fn a_state_belongs_to_its_epoch_and_its_routes() {
    let rollout = shadow();
    let boundary = test_boundary("quotes");
    let subject = subject_of(&rollout, &boundary, Gates::Shadow);
    assert_ne!(subject, subject_of(&rollout, &boundary, Gates::Canary));
    assert_eq!(subject, subject_of(&rollout.clone(), &boundary, Gates::Shadow));
    let mut fewer = boundary.clone();
    fewer.surface.truncate(1);
    assert_ne!(subject, subject_of(&rollout, &fewer, Gates::Shadow));
    let mut later = rollout.clone();
    promote(&mut later, &jury(&rollout));
    assert_ne!(subject, subject_of(&later, &boundary, Gates::Shadow));
}

#[test]
fn routes_nobody_calls_safe_are_exempt() {
    let mut boundary = test_boundary("quotes");
    assert_eq!(exempt(&boundary), [1]);
    boundary.shadow.safe.clear();
    assert_eq!(exempt(&boundary), [0, 1]);
    boundary.shadow.safe = vec!["GET *".parse().unwrap()];
    assert_eq!(exempt(&boundary), [1]);
}

#[test]
fn there_is_nothing_to_judge_before_shadow() {
    assert_eq!(gates_of(&Rollout::new("quotes".parse().unwrap())), None);
    assert_eq!(gates_of(&shadow()), Some(Gates::Shadow));
}
