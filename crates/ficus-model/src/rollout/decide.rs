//! What a command leads to: all branching of the rollout is here, and nothing is changed.

use super::{Actor, Change, Command, Event, Phase, Plan, Refusal, Rollout, RolloutId, Stage};
use crate::name::Principal;
use crate::time::Time;
use crate::verdict::{Judgement, Verdict};
use crate::weight::Weight;

impl Rollout {
    /// The events a command leads to; none when it changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`] says why the command is not carried out; the machine stays as it is.
    pub fn decide(&self, now: Time, command: Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Register(plan, by) => self.register(now, plan, by),
            Command::Replan(plan, by) => self.replan(now, plan, by),
            Command::Promote { by, reason, fresh } => {
                self.promote(fresh).and_then(|change| self.operated(now, by, reason, change))
            }
            Command::Hold { by, reason } => {
                self.hold().and_then(|change| self.operated(now, by, reason, change))
            }
            Command::Rollback { by, reason } => {
                self.rollback().and_then(|change| self.operated(now, by, reason, change))
            }
            Command::Kill { by, reason } => Ok(self.kill(now, by, reason)),
            Command::Judged(judgement) => self.judged(now, judgement),
            Command::Aborted(judgement) => Ok(self.aborted(now, judgement)),
            Command::Tick => Ok(self.tick(now)),
        }
    }

    fn register(&self, now: Time, plan: Plan, by: Principal) -> Result<Vec<Event>, Refusal> {
        if self.plan.is_some() {
            return Err(Refusal::Illegal("the boundary is registered already".to_owned()));
        }
        if plan.parent.is_some() {
            return Err(Refusal::PlanNotCurrent);
        }
        let change = Change::Registered { stage: Stage::Contract, plan };
        Ok(vec![self.event(now, Actor::Configuration(by), "configuration applied", change)])
    }

    /// A plan that would move live traffic by itself is refused: weights rise by evidence only.
    fn replan(&self, now: Time, plan: Plan, by: Principal) -> Result<Vec<Event>, Refusal> {
        let current = self.plan.as_ref().ok_or(Refusal::PlanNotCurrent)?;
        if plan.digest == current.digest {
            return Ok(Vec::new());
        }
        if plan.parent != Some(current.digest) {
            return Err(Refusal::PlanNotCurrent);
        }
        let same_course = plan.steps == current.steps && plan.holdback == current.holdback;
        if self.weight > Weight::ZERO && !same_course {
            let text = format!(
                "steps and holdback can not change at {} with live traffic on the service; roll back first",
                self.stage
            );
            return Err(Refusal::Illegal(text));
        }
        let change = Change::Replanned { plan };
        Ok(vec![self.event(now, Actor::Configuration(by), "configuration applied", change)])
    }

    fn promote(&self, fresh: RolloutId) -> Result<Change, Refusal> {
        if self.plan.is_none() {
            return Err(Refusal::Illegal("the boundary is not registered".to_owned()));
        }
        if self.phase != Phase::Running {
            return Ok(Change::Resumed);
        }
        match self.stage {
            Stage::Survey => {
                Ok(Change::Entered { stage: Stage::Contract, rollout: None, judgement: None })
            }
            Stage::Contract => {
                Ok(Change::Entered { stage: Stage::Shadow, rollout: None, judgement: None })
            }
            Stage::Shadow => {
                let judgement = Some(self.proven()?);
                Ok(Change::Entered { stage: Stage::Canary, rollout: Some(fresh), judgement })
            }
            Stage::Canary => Err(Refusal::Illegal(
                "the canary climbs by itself as soon as its gates pass and its bake is over"
                    .to_owned(),
            )),
            Stage::Primary => Ok(Change::Entered {
                stage: Stage::Retired,
                rollout: None,
                judgement: Some(self.proven()?),
            }),
            Stage::Retired => Err(Refusal::Illegal("the boundary is retired".to_owned())),
        }
    }

    fn hold(&self) -> Result<Change, Refusal> {
        match self.phase {
            Phase::Running => Ok(Change::Held { judgement: None }),
            Phase::Held { .. } | Phase::RolledBack { .. } | Phase::Killed { .. } => {
                Err(Refusal::Illegal("nothing advances here already".to_owned()))
            }
        }
    }

    fn rollback(&self) -> Result<Change, Refusal> {
        if self.stage <= Stage::Contract {
            let text = format!("at {} the service gets no traffic to roll back", self.stage);
            return Err(Refusal::Illegal(text));
        }
        Ok(Change::RolledBack { judgement: None })
    }

    /// Unconditional: no state and no missing reason stands in its way.
    fn kill(&self, now: Time, by: Principal, reason: String) -> Vec<Event> {
        if self.plan.is_none() || matches!(self.phase, Phase::Killed { .. }) {
            return Vec::new();
        }
        let reason = if reason.trim().is_empty() { "no reason given".to_owned() } else { reason };
        vec![self.event(now, Actor::Operator(by), reason, Change::Killed)]
    }

    fn judged(&self, now: Time, judgement: Judgement) -> Result<Vec<Event>, Refusal> {
        if judgement.generation != self.generation {
            return Err(Refusal::Stale { given: judgement.generation, current: self.generation });
        }
        if self.phase != Phase::Running {
            return Ok(Vec::new());
        }
        let changed = self.judgement.as_ref().map(|last| last.verdict) != Some(judgement.verdict);
        let reason = summary(&judgement);
        let change = match (self.stage, judgement.verdict) {
            (Stage::Survey | Stage::Contract | Stage::Retired, _) => None,
            (Stage::Shadow, Verdict::Fail) => Some(Change::Held { judgement: Some(judgement) }),
            (Stage::Canary | Stage::Primary, Verdict::Fail) => {
                Some(Change::RolledBack { judgement: Some(judgement) })
            }
            (Stage::Canary, Verdict::Pass) if self.baked().is_some_and(|end| end <= now) => {
                Some(self.next(judgement))
            }
            (
                Stage::Shadow | Stage::Canary | Stage::Primary,
                Verdict::Pass | Verdict::Inconclusive,
            ) => changed.then_some(Change::Judged { judgement }),
        };
        Ok(change.map(|change| self.event(now, Actor::Judge, reason, change)).into_iter().collect())
    }

    /// The data plane has already taken the weight to zero: whatever generation it acted under, it is recorded.
    fn aborted(&self, now: Time, judgement: Judgement) -> Vec<Event> {
        if self.weight == Weight::ZERO {
            return Vec::new();
        }
        let reason = summary(&judgement);
        let change = Change::RolledBack { judgement: Some(judgement) };
        vec![self.event(now, Actor::Gateway, reason, change)]
    }

    fn tick(&self, now: Time) -> Vec<Event> {
        let due = self.deadline().is_some_and(|deadline| deadline <= now);
        let Some(judgement) = self.judgement.clone().filter(|_| due) else { return Vec::new() };
        let reason = summary(&judgement);
        vec![self.event(now, Actor::Judge, reason, self.next(judgement))]
    }

    /// The step after the present one, or Primary after the last.
    fn next(&self, judgement: Judgement) -> Change {
        let step = self.step + 1;
        let steps = self.plan.as_ref().map_or(0, |plan| plan.steps.len());
        if step < steps {
            return Change::Stepped { step, judgement };
        }
        Change::Entered { stage: Stage::Primary, rollout: None, judgement: Some(judgement) }
    }

    /// The judgement that lets the present step be left by an operator.
    fn proven(&self) -> Result<Judgement, Refusal> {
        let missing = "no verdict for the present evidence yet".to_owned();
        let judgement = self.judgement.clone().ok_or(Refusal::NotProven(missing))?;
        if judgement.verdict != Verdict::Pass || judgement.generation != self.generation {
            return Err(Refusal::NotProven(summary(&judgement)));
        }
        Ok(judgement)
    }

    /// An operator's event, once the minimum time of a retirement and the reason are checked.
    fn operated(
        &self,
        now: Time,
        by: Principal,
        reason: String,
        change: Change,
    ) -> Result<Vec<Event>, Refusal> {
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        let retires = matches!(change, Change::Entered { stage: Stage::Retired, .. });
        if let Some(end) = self.baked().filter(|end| retires && *end > now) {
            return Err(Refusal::Baking(end));
        }
        Ok(vec![self.event(now, Actor::Operator(by), reason, change)])
    }

    fn event(&self, at: Time, actor: Actor, reason: impl Into<String>, change: Change) -> Event {
        let moves = !matches!(change, Change::Judged { .. });
        let generation = self.generation + u64::from(moves);
        Event { at, actor, reason: reason.into(), generation, change }
    }
}

/// The worst reading in words.
fn summary(judgement: &Judgement) -> String {
    let worst = judgement.readings.iter().max_by_key(|reading| reading.verdict);
    worst.map_or_else(
        || format!("verdict {}", judgement.verdict),
        |reading| format!("{} {}: {}", reading.gate.as_str(), reading.verdict, reading.reason),
    )
}
