//! What must hold of every event and of every state, whatever led there.

use ficus_model::rollout::{Change, Phase, Stage};
use ficus_model::verdict::Judgement;
use ficus_model::{Command, Event, Rollout, Time, Verdict, Weight};

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// Which.
    pub promise: &'static str,
    /// The entry that broke it, counted from 0.
    pub entry: usize,
}

/// Holds the last event of a ledger, with the states before and after it, against the promises.
///
/// # Errors
/// The first promise that is broken.
pub fn check(
    ledger: &[Event],
    before: &Rollout,
    live: &Rollout,
    folded: &Rollout,
) -> Result<(), Broken> {
    let Some((event, earlier)) = ledger.split_last() else { return Ok(()) };
    let promises = [
        ("a restart after any append converges to the same state", live == folded),
        ("generations never fall", live.generation() >= before.generation()),
        ("what is wanted changes only with the generation", moves_with_generation(before, live)),
        (
            "the weight rises only by a passing judgement of the present",
            proven(before, live, event),
        ),
        ("the weight rises only after the bake", baked(earlier, before, live, event)),
        ("a kill leaves neither weight nor mirror", dead_if_killed(live, event)),
        ("a hold leaves the weight alone", !is_hold(event) || weight(before) == weight(live)),
        (
            "below Canary there is no weight",
            live.stage() >= Stage::Canary || weight(live) == Weight::ZERO,
        ),
        ("traffic needs a rollout that draws it", weight(live) == Weight::ZERO || drawn(live)),
        (
            "rolled back and killed mean no traffic",
            live_phase(live) || weight(live) == Weight::ZERO,
        ),
        ("the weight is one the plan names", weight_of_plan(live)),
        ("a rollout that ended never comes back", !revived(earlier, live)),
    ];
    let broken = promises.into_iter().find(|(_, kept)| !kept);
    broken.map_or(Ok(()), |(promise, _)| Err(Broken { promise, entry: earlier.len() }))
}

/// Asks the machine, in whatever state it is, what a kill would do.
pub(super) fn kill_reaches_zero_at_once(rollout: &Rollout, now: Time) -> Result<(), Broken> {
    let by = super::operator();
    let kill = Command::Kill { by, reason: String::new() };
    let nothing_to_kill =
        rollout.plan().is_none() || matches!(rollout.phase(), Phase::Killed { .. });
    let dead = match rollout.decide(now, kill).as_deref() {
        Ok([]) => nothing_to_kill && weight(rollout) == Weight::ZERO,
        Ok([event]) => {
            let mut killed = rollout.clone();
            killed.evolve(event);
            weight(&killed) == Weight::ZERO && killed.desired().mirror == Weight::ZERO
        }
        Ok(_) | Err(_) => false,
    };
    let broken = Broken { promise: "kill reaches zero in one event from every state", entry: 0 };
    if dead { Ok(()) } else { Err(broken) }
}

fn weight(rollout: &Rollout) -> Weight {
    rollout.desired().weight
}

fn moves_with_generation(before: &Rollout, live: &Rollout) -> bool {
    let (mut earlier, now) = (before.desired(), live.desired());
    earlier.generation = now.generation;
    earlier == now || live.generation() > before.generation()
}

fn proven(before: &Rollout, live: &Rollout, event: &Event) -> bool {
    let passes = |judgement: &Judgement| {
        judgement.verdict == Verdict::Pass && judgement.generation == before.generation()
    };
    weight(live) <= weight(before) || named(event).is_some_and(passes)
}

fn named(event: &Event) -> Option<&Judgement> {
    match &event.change {
        Change::Entered { judgement, .. } => judgement.as_ref(),
        Change::Stepped { judgement, .. } => Some(judgement),
        Change::Registered { .. }
        | Change::Replanned { .. }
        | Change::Judged { .. }
        | Change::Held { .. }
        | Change::Resumed
        | Change::RolledBack { .. }
        | Change::Killed => None,
    }
}

/// From one canary step to the next, and to Primary, the step's minimum time has passed on the machine's own clock.
fn baked(earlier: &[Event], before: &Rollout, live: &Rollout, event: &Event) -> bool {
    if before.stage() != Stage::Canary || weight(live) <= weight(before) {
        return true;
    }
    let enters = |event: &&Event| {
        matches!(event.change, Change::Entered { .. } | Change::Stepped { .. } | Change::Resumed)
    };
    let entered = earlier.iter().rev().find(enters).map(|event| event.at);
    let bake = before.plan().and_then(|plan| plan.steps.get(before.step())).map(|step| step.bake);
    entered.zip(bake).is_some_and(|(entered, bake)| event.at >= entered.plus(bake))
}

fn dead_if_killed(live: &Rollout, event: &Event) -> bool {
    event.change != Change::Killed
        || (weight(live) == Weight::ZERO && live.desired().mirror == Weight::ZERO)
}

fn is_hold(event: &Event) -> bool {
    matches!(event.change, Change::Held { .. })
}

fn drawn(live: &Rollout) -> bool {
    live.desired().rollout.is_some()
}

fn live_phase(live: &Rollout) -> bool {
    matches!(live.phase(), Phase::Running | Phase::Held { .. })
}

fn weight_of_plan(live: &Rollout) -> bool {
    let Some(plan) = live.plan() else { return weight(live) == Weight::ZERO };
    let named = plan.steps.iter().map(|step| step.weight);
    let mut named = named.chain([Weight::ZERO, plan.holdback.complement(), Weight::FULL]);
    named.any(|weight| weight == live.desired().weight)
}

/// Whether the present rollout had been taken to zero at some earlier entry.
fn revived(earlier: &[Event], live: &Rollout) -> bool {
    let Some(present) = live.desired().rollout else { return false };
    let mut rollout = Rollout::new(super::boundary());
    let (mut seen, mut ended) = (false, false);
    for event in earlier {
        rollout.evolve(event);
        let running = rollout.desired().rollout == Some(present);
        ended |= seen && !running;
        seen |= running;
    }
    ended
}
