//! The rollout machine: where a boundary stands, and the only ways it moves.
//!
//! `decide` holds all branching and changes nothing; `evolve` is total and infallible; `desired` is absolute, so it
//! may be delivered twice or late; `deadline` says when to be woken. Folding the events of the ledger gives the state.
//!
//! **Invariant:** the weight rises only by an event that names a passing judgement.
//! **Invariant:** `kill` reaches weight zero, and no mirror, in one event from every state.

mod decide;
mod evolve;
mod stage;

use crate::boundary::Step;
use crate::digest::Digest;
use crate::name::{BoundaryName, Principal};
use crate::side::Side;
use crate::time::Time;
use crate::verdict::{Judgement, Verdict};
use crate::weight::Weight;

pub use crate::name::RolloutId;
pub use stage::Stage;

/// What a boundary's file says about its rollout: immutable, named by content.
///
/// It may become current only while its parent is current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Digest of the boundary's configuration.
    pub digest: Digest,
    /// The plan it replaces; `None` for a boundary's first.
    pub parent: Option<Digest>,
    /// Share of safe requests copied from Shadow on.
    pub mirror: Weight,
    /// Canary steps, weights strictly rising.
    pub steps: Vec<Step>,
    /// Share that stays on the monolith at Primary.
    pub holdback: Weight,
    /// Minimum time at Primary before Retired.
    pub primary_bake: std::time::Duration,
}

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A person or a machine with an operator's token.
    Operator(Principal),
    /// The judges of the control plane.
    Judge,
    /// The data plane by itself.
    Gateway,
    /// An applied configuration.
    Configuration(Principal),
}

/// What the machine can be told. A closed set.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A boundary's file was applied for the first time.
    Register(Plan, Principal),
    /// A boundary's file has changed.
    Replan(Plan, Principal),
    /// Go on: to the next stage, or on from a hold. `fresh` names the rollout should one begin.
    Promote {
        /// Who asks.
        by: Principal,
        /// Why.
        reason: String,
        /// Randomness from outside, used only if this starts a rollout.
        fresh: RolloutId,
    },
    /// Stand still: weights stay, nothing advances.
    Hold {
        /// Who asks.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// Back to the stage before live traffic.
    Rollback {
        /// Who asks.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// Nothing of any kind to the service, now.
    Kill {
        /// Who asks.
        by: Principal,
        /// Why.
        reason: String,
    },
    /// The judges have spoken.
    Judged(Judgement),
    /// The data plane took the weight to zero by itself.
    Aborted(Judgement),
    /// Time has passed.
    Tick,
}

/// Something that happened to a boundary; a ledger entry carries exactly one.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When.
    pub at: Time,
    /// Who caused it.
    pub actor: Actor,
    /// Why, in the words of whoever caused it.
    pub reason: String,
    /// The machine's generation after this event.
    pub generation: u64,
    /// What changed.
    pub change: Change,
}

/// What an event changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The boundary is known from now on and stands at this stage.
    Registered {
        /// Where it starts.
        stage: Stage,
        /// Its first plan.
        plan: Plan,
    },
    /// Another plan is current.
    Replanned {
        /// The new plan.
        plan: Plan,
    },
    /// The boundary stands at another stage; at Canary, on its first step.
    Entered {
        /// The stage.
        stage: Stage,
        /// The rollout that begins, at Canary.
        rollout: Option<RolloutId>,
        /// The judgement that allowed it; absent only where no evidence is asked (before Shadow).
        judgement: Option<Judgement>,
    },
    /// The canary stands on another step.
    Stepped {
        /// Index into the plan's steps.
        step: usize,
        /// The judgement that allowed it.
        judgement: Judgement,
    },
    /// Nothing advances until somebody says so.
    Held {
        /// The judgement, when the judges held it.
        judgement: Option<Judgement>,
    },
    /// The judges came to another verdict than before; nothing moves by it.
    Judged {
        /// What they said.
        judgement: Judgement,
    },
    /// A hold, a rollback or a kill is lifted.
    Resumed,
    /// Weight zero; the mirror goes on.
    RolledBack {
        /// The judgement, when the judges or the gateway rolled back.
        judgement: Option<Judgement>,
    },
    /// Weight zero, no mirror.
    Killed,
}

/// What is wanted of the data plane: absolute values and a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Rises with every event that changes what is wanted.
    pub generation: u64,
    /// Where the boundary stands.
    pub stage: Stage,
    /// The service's share of live traffic.
    pub weight: Weight,
    /// Share of safe requests that is copied.
    pub mirror: Weight,
    /// The rollout whose secret assigns keys; `None` while the weight is zero.
    pub rollout: Option<RolloutId>,
    /// The side that may write the boundary's tables.
    pub writer: Side,
}

/// What a running boundary is doing; never where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Evidence is gathered and acted on.
    Running,
    /// Nothing advances: since when and why.
    Held {
        /// Since when.
        since: Time,
        /// Why.
        reason: String,
    },
    /// Rolled back: since when and why.
    RolledBack {
        /// Since when.
        since: Time,
        /// Why.
        reason: String,
    },
    /// Killed: since when and why.
    Killed {
        /// Since when.
        since: Time,
        /// Why.
        reason: String,
    },
}

/// Why a command was refused; a value for whoever sent it, and never a silent move.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The gates of the present step have not passed.
    #[error("the gates have not passed: {0}")]
    NotProven(String),
    /// The step's minimum time has not passed.
    #[error("the step is still baking until {}", .0.as_micros())]
    Baking(Time),
    /// The judgement or plan belongs to another generation or parent.
    #[error("stale: made for generation {given}, the machine is at {current}")]
    Stale {
        /// What it was made for.
        given: u64,
        /// What is current.
        current: u64,
    },
    /// The plan's parent is not the current plan.
    #[error("the plan does not follow the current one")]
    PlanNotCurrent,
    /// The command makes no sense at this stage or phase.
    #[error("{0}")]
    Illegal(String),
    /// Operators say why.
    #[error("a reason is needed")]
    NoReason,
}

/// A boundary's rollout, folded from its events.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    name: BoundaryName,
    generation: u64,
    /// Generation at which the present evidence began.
    epoch: u64,
    stage: Stage,
    phase: Phase,
    step: usize,
    /// The service's share of live traffic; zero below Canary.
    weight: Weight,
    /// When the present stage or step was entered, or resumed.
    entered: Time,
    plan: Option<Plan>,
    rollout: Option<RolloutId>,
    /// The last recorded verdict of the present generation.
    judgement: Option<Judgement>,
}

impl Rollout {
    /// A boundary nobody has registered yet.
    pub const fn new(name: BoundaryName) -> Self {
        Self {
            name,
            generation: 0,
            epoch: 0,
            stage: Stage::Survey,
            phase: Phase::Running,
            step: 0,
            weight: Weight::ZERO,
            entered: Time::EPOCH,
            plan: None,
            rollout: None,
            judgement: None,
        }
    }

    /// What is wanted of the data plane, as absolute values.
    pub fn desired(&self) -> Desired {
        let mirrored = matches!(self.stage, Stage::Shadow | Stage::Canary)
            && !matches!(self.phase, Phase::Killed { .. });
        let mirror =
            self.plan.as_ref().filter(|_| mirrored).map_or(Weight::ZERO, |plan| plan.mirror);
        Desired {
            generation: self.generation,
            stage: self.stage,
            weight: self.weight,
            mirror,
            rollout: self.rollout.filter(|_| self.weight > Weight::ZERO),
            writer: Side::Monolith,
        }
    }

    /// When the machine wants to be woken: at the end of a bake that a passing judgement already waits for.
    pub fn deadline(&self) -> Option<Time> {
        let waits = self.stage == Stage::Canary && self.phase == Phase::Running && self.passed();
        self.baked().filter(|_| waits)
    }

    /// The boundary's name.
    pub const fn name(&self) -> &BoundaryName {
        &self.name
    }

    /// Rises with every event but a recorded verdict.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The generation at which the present evidence began: judges start afresh when it changes.
    ///
    /// It stays the same from the first canary step to Primary, so that the error rates hold for the whole rollout.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Where the boundary stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// What it is doing there.
    pub const fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Index of the present canary step; meaningful at Canary only.
    pub const fn step(&self) -> usize {
        self.step
    }

    /// When the present stage or step was entered.
    pub const fn entered(&self) -> Time {
        self.entered
    }

    /// The current plan; `None` before registration.
    pub const fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// The running rollout; `None` below Canary.
    pub const fn rollout_id(&self) -> Option<RolloutId> {
        self.rollout
    }

    /// The last recorded verdict of the present generation.
    pub const fn last_judgement(&self) -> Option<&Judgement> {
        self.judgement.as_ref()
    }

    /// Whether the last recorded verdict lets the present step be left.
    fn passed(&self) -> bool {
        self.judgement.as_ref().is_some_and(|judgement| {
            judgement.verdict == Verdict::Pass && judgement.generation == self.generation
        })
    }

    /// When the present step has lasted its minimum time.
    fn baked(&self) -> Option<Time> {
        let plan = self.plan.as_ref()?;
        let bake = match self.stage {
            Stage::Canary => plan.steps.get(self.step)?.bake,
            Stage::Primary => plan.primary_bake,
            Stage::Survey | Stage::Contract | Stage::Shadow | Stage::Retired => return None,
        };
        Some(self.entered.plus(bake))
    }
}

#[cfg(test)]
mod tests;
