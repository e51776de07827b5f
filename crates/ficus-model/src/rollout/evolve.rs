//! What an event does to the machine: total and infallible, so that any prefix of a ledger can be folded.

use super::{Change, Event, Phase, Plan, Rollout, Stage};
use crate::weight::Weight;

impl Rollout {
    /// Applies an event that `decide` made, now or before a restart.
    pub fn evolve(&mut self, event: &Event) {
        self.generation = event.generation;
        if let Change::Judged { judgement } = &event.change {
            self.judgement = Some(judgement.clone());
            return;
        }
        self.judgement = None;
        match &event.change {
            Change::Registered { stage, plan } => {
                self.plan = Some(plan.clone());
                self.enter(event, *stage);
            }
            Change::Replanned { plan } => self.replace_plan(event, plan),
            Change::Entered { stage, rollout, .. } => {
                self.rollout = rollout.or(self.rollout);
                self.enter(event, *stage);
            }
            Change::Stepped { step, .. } => self.climb(event, *step),
            Change::Held { .. } => {
                self.phase = Phase::Held { since: event.at, reason: event.reason.clone() };
            }
            Change::Resumed => self.resume(event),
            Change::RolledBack { .. } => {
                self.retreat(if self.stage == Stage::Shadow {
                    Stage::Contract
                } else {
                    Stage::Shadow
                });
                self.phase = Phase::RolledBack { since: event.at, reason: event.reason.clone() };
            }
            Change::Killed => {
                self.retreat(Stage::Shadow);
                self.phase = Phase::Killed { since: event.at, reason: event.reason.clone() };
            }
            Change::Judged { .. } => {}
        }
    }

    /// Before live traffic another plan may mean other rules, so what was compared under the old one says nothing.
    fn replace_plan(&mut self, event: &Event, plan: &Plan) {
        self.plan = Some(plan.clone());
        if self.stage <= Stage::Shadow {
            self.epoch = event.generation;
        }
    }

    fn enter(&mut self, event: &Event, stage: Stage) {
        self.stage = stage;
        self.phase = Phase::Running;
        self.entered = event.at;
        self.step = 0;
        if matches!(stage, Stage::Shadow | Stage::Canary) {
            self.epoch = event.generation;
        }
        self.weight = self.weight_at(stage);
        if self.weight == Weight::ZERO {
            self.rollout = None;
        }
    }

    fn climb(&mut self, event: &Event, step: usize) {
        self.step = step;
        self.entered = event.at;
        self.weight = self.weight_at(Stage::Canary);
    }

    /// Evidence before live traffic starts afresh: the service was probably mended. During a rollout it goes on.
    fn resume(&mut self, event: &Event) {
        self.phase = Phase::Running;
        self.entered = event.at;
        if self.stage <= Stage::Shadow {
            self.epoch = event.generation;
        }
    }

    fn retreat(&mut self, stage: Stage) {
        self.stage = self.stage.min(stage);
        self.weight = Weight::ZERO;
        self.rollout = None;
        self.step = 0;
    }

    fn weight_at(&self, stage: Stage) -> Weight {
        let Some(plan) = &self.plan else { return Weight::ZERO };
        match stage {
            Stage::Survey | Stage::Contract | Stage::Shadow => Weight::ZERO,
            Stage::Canary => plan.steps.get(self.step).map_or(Weight::ZERO, |step| step.weight),
            Stage::Primary => plan.holdback.complement(),
            Stage::Retired => Weight::FULL,
        }
    }
}
