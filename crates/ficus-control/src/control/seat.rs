//! One boundary in the loop: its machine, its jury, and what holds it below what the machine says.

use std::time::Duration;

use ficus_model::boundary::Boundary;
use ficus_model::digest::Digest;
use ficus_model::judge::JudgeState;
use ficus_model::rollout::Phase;
use ficus_model::{Command, Desired, Event, Rollout, Time, Verdict, Weight};

use crate::evidence::Gates;
use crate::jury::{Jury, Samples, gates_of, subject_of};
use crate::ledger::store::Draft;

/// Least time between a pass that was lost and the next that is recorded; doubles with every loss in a generation.
const PATIENCE_MIN: Duration = Duration::from_secs(1);
/// Most of it.
const PATIENCE_MAX: Duration = Duration::from_mins(10);

/// One boundary in the loop.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) rollout: Rollout,
    /// As configured; absent while only the ledger knows the boundary.
    pub(super) boundary: Option<Boundary>,
    pub(super) jury: Option<Jury>,
    pub(super) samples: Samples,
    /// When the judge's state is kept next.
    pub(super) keep_at: Time,
    /// A weight that is lowered already though the ledger does not say so yet. It can only hold down.
    ceiling: Option<Ceiling>,
    patience: Patience,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ceiling {
    weight: Weight,
    mirror: Weight,
}

/// Keeps a verdict that comes and goes from filling the ledger: a loss of a pass is recorded at once, its return only
/// after a while that grows.
#[derive(Debug, Clone, Copy, Default)]
struct Patience {
    generation: u64,
    losses: u32,
    until: Time,
}

impl Seat {
    pub(super) fn new(rollout: Rollout, now: Time) -> Self {
        Self {
            rollout,
            boundary: None,
            jury: None,
            samples: Samples::new(now),
            keep_at: now,
            ceiling: None,
            patience: Patience::default(),
        }
    }

    /// What is wanted of the data plane: what the machine says, or less.
    pub(super) fn desired(&self) -> Desired {
        let mut desired = self.rollout.desired();
        if let Some(ceiling) = self.ceiling {
            desired.weight = desired.weight.min(ceiling.weight);
            desired.mirror = desired.mirror.min(ceiling.mirror);
            desired.rollout = desired.rollout.filter(|_| desired.weight > Weight::ZERO);
        }
        desired
    }

    /// Lowers at once what these events, not recorded yet, will lower; whether there was anything to lower.
    pub(super) fn lower_towards(&mut self, events: &[Event]) -> bool {
        let (now, mut then) = (self.desired(), self.rollout.clone());
        events.iter().for_each(|event| then.evolve(event));
        let then = then.desired();
        let lowers = then.weight < now.weight || then.mirror < now.mirror;
        if lowers {
            let (weight, mirror) = (now.weight.min(then.weight), now.mirror.min(then.mirror));
            self.ceiling = Some(Ceiling { weight, mirror });
        }
        lowers
    }

    /// The ledger says it now.
    pub(super) fn recorded(&mut self, events: &[Event]) {
        events.iter().for_each(|event| self.rollout.evolve(event));
    }

    /// Nothing is owed to the ledger any more, so the machine alone says what is wanted.
    pub(super) const fn release(&mut self) {
        self.ceiling = None;
    }

    /// Time has passed: the jury reads its gates again.
    pub(super) fn advance(&mut self, now: Time) {
        let weight = self.desired().weight;
        self.samples.advance(now, weight);
        if let Some(jury) = &mut self.jury {
            jury.advance(now);
        }
    }

    /// What the judge has gathered since it was last kept.
    pub(super) fn draft(&mut self) -> Option<Draft> {
        let (jury, boundary) = self.jury.as_mut().zip(self.boundary.as_ref())?;
        let (text, subject) =
            (jury.take_fresh()?, subject_of(&self.rollout, boundary, jury.gates()));
        Some(Draft { boundary: boundary.name.clone(), subject, text })
    }

    /// The draft could not be kept: it is offered again.
    pub(super) const fn keep_failed(&mut self) {
        if let Some(jury) = &mut self.jury {
            jury.keep_failed();
        }
    }

    /// Seats a jury for the present epoch, if there is evidence to gather and none sits for it. `kept` finds what one
    /// before a restart had gathered about a subject.
    pub(super) fn seat_jury(&mut self, now: Time, kept: impl Fn(Digest) -> Option<JudgeState>) {
        let Some((gates, boundary)) = gates_of(&self.rollout).zip(self.boundary.as_ref()) else {
            self.jury = None;
            return;
        };
        if self.jury.as_ref().is_some_and(|jury| jury.epoch() == self.rollout.epoch()) {
            return;
        }
        let kept_for = |gates| Some((gates, kept(subject_of(&self.rollout, boundary, gates))?));
        // A canary that went back stands at Shadow, but until somebody resumes it, what stopped it is to be seen.
        let stopped =
            matches!(self.rollout.phase(), Phase::RolledBack { .. } | Phase::Killed { .. });
        let canary = if stopped { kept_for(Gates::Canary) } else { None };
        let (gates, state) = match canary.or_else(|| kept_for(gates)) {
            Some((gates, state)) => (gates, Some(state)),
            None => (gates, None),
        };
        self.jury = Some(Jury::new(&self.rollout, gates, boundary, state, now));
    }

    /// What the jury has to tell the machine, if it is news or due; with the bytes it rests on.
    pub(super) fn news(&mut self, now: Time) -> Option<(Command, Vec<u8>)> {
        let jury = self.jury.as_ref()?;
        let verdict = jury.verdict();
        let last = self.rollout.last_judgement().map(|judgement| judgement.verdict);
        let due = self.rollout.deadline().is_some_and(|deadline| deadline <= now);
        let news = last != Some(verdict) && !(last.is_none() && verdict == Verdict::Inconclusive);
        let running = *self.rollout.phase() == Phase::Running;
        let generation = self.rollout.generation();
        if !running || !(news || due) || !self.patience.allows(generation, last, verdict, now) {
            return None;
        }
        match jury.evidence(&self.rollout, now).judgement() {
            Ok((judgement, bytes)) => Some((Command::Judged(judgement), bytes)),
            Err(error) => {
                tracing::error!(%error, boundary = %self.rollout.name(), "verdict not recordable");
                None
            }
        }
    }
}

impl Patience {
    fn allows(
        &mut self,
        generation: u64,
        last: Option<Verdict>,
        verdict: Verdict,
        now: Time,
    ) -> bool {
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
        match (last, verdict) {
            (Some(Verdict::Pass), Verdict::Inconclusive) => {
                let wait = PATIENCE_MIN.saturating_mul(1 << self.losses.min(16));
                self.until = now.plus(wait.min(PATIENCE_MAX));
                self.losses += 1;
                true
            }
            (Some(Verdict::Inconclusive), Verdict::Pass) => now >= self.until,
            (None | Some(_), _) => true,
        }
    }
}

#[cfg(test)]
mod tests;
