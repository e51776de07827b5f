//! The picture of an instant, made for those who look.

use std::time::Duration;

use ficus_model::rollout::{Phase, Stage};
use ficus_model::{Reading, Rollout, Time, Verdict};

use crate::control::engine::Engine;
use crate::control::seat::Seat;
use crate::jury::Jury;
use crate::state::{BoundaryState, HeadState, State};

/// Everything, now.
pub(super) fn picture(engine: &Engine) -> State {
    let stalled = engine.stall.reason().map(str::to_owned);
    let boundaries = engine.seats.values();
    let boundaries = boundaries.filter_map(|seat| boundary(seat, engine.now, stalled.as_deref()));
    let (size, root) = engine.recorder.head();
    State {
        at: engine.now,
        generation: engine.table.snapshot().generation,
        configuration: engine.configuration.digest,
        monolith: engine.configuration.monolith.clone(),
        boundaries: boundaries.collect(),
        head: HeadState {
            origin: engine.recorder.origin().to_owned(),
            size,
            root,
            at: (size > 0).then(|| engine.recorder.last()),
        },
        stalled,
    }
}

fn boundary(seat: &Seat, now: Time, stalled: Option<&str>) -> Option<BoundaryState> {
    let readings = seat.jury.as_ref().map(|jury| jury.readings().to_vec()).unwrap_or_default();
    let jury = seat.jury.as_ref();
    Some(BoundaryState {
        boundary: seat.boundary.clone()?,
        waiting_for: waiting_for(&seat.rollout, &readings, now, stalled),
        rollout: seat.rollout.clone(),
        desired: seat.desired(),
        verdict: Verdict::worst(readings.iter().map(|reading| reading.verdict)),
        readings,
        samples: seat.samples.all(),
        coverage: jury.map(Jury::coverage).unwrap_or_default(),
        mismatches: jury.map(Jury::mismatches).unwrap_or_default(),
        mismatches_unclassed: jury.map_or(0, Jury::mismatches_unclassed),
    })
}

/// One sentence: what has to happen before the boundary moves on.
fn waiting_for(
    rollout: &Rollout,
    readings: &[Reading],
    now: Time,
    stalled: Option<&str>,
) -> String {
    if let Some(reason) = stalled {
        return format!("the ledger, which can not record at present: {reason}");
    }
    match rollout.phase() {
        Phase::Running => running(rollout, readings, now),
        Phase::Held { reason, .. } => format!("an operator: held, {reason}"),
        Phase::RolledBack { reason, .. } => format!("an operator: rolled back, {reason}"),
        Phase::Killed { reason, .. } => format!("an operator: killed, {reason}"),
    }
}

fn running(rollout: &Rollout, readings: &[Reading], now: Time) -> String {
    let open = readings.iter().max_by_key(|reading| (reading.verdict, reading.wait));
    let open = open.filter(|reading| reading.verdict != Verdict::Pass);
    match (rollout.stage(), open) {
        (Stage::Survey, _) => "its file to be applied".to_owned(),
        (Stage::Contract, _) => "an operator to promote it to Shadow".to_owned(),
        (Stage::Retired, _) => "nothing: it has moved".to_owned(),
        (_, Some(reading)) => {
            format!("{} of {}: {}", reading.gate.as_str(), reading.subject, reading.reason)
        }
        (_, None) if readings.is_empty() => "its first evidence".to_owned(),
        (Stage::Shadow, None) => "an operator to promote it to Canary".to_owned(),
        (Stage::Canary, None) => bake(rollout, now, "its next step"),
        (Stage::Primary, None) => bake(rollout, now, "an operator to retire it"),
    }
}

fn bake(rollout: &Rollout, now: Time, next: &str) -> String {
    let Some(plan) = rollout.plan() else { return next.to_owned() };
    let bake = match rollout.stage() {
        Stage::Canary => plan.steps.get(rollout.step()).map_or(Duration::ZERO, |step| step.bake),
        Stage::Primary => plan.primary_bake,
        Stage::Survey | Stage::Contract | Stage::Shadow | Stage::Retired => Duration::ZERO,
    };
    let left = rollout.entered().plus(bake).since(now);
    if left.is_zero() {
        next.to_owned()
    } else {
        format!("{next}, after {} more of bake", words(left))
    }
}

/// A span as people say it: `40 s`, `12 min`, `3 h`, `2 days`.
fn words(span: Duration) -> String {
    match span.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7_200 => format!("{} min", seconds / 60),
        seconds @ ..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
