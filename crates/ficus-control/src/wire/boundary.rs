//! One boundary: where it stands, what it waits for, and what was measured.

use ficus_model::Time;
use ficus_model::boundary::Step;
use ficus_model::rollout::{Phase, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::BoundaryState;
use crate::wire::{
    CoverageView, ReadingView, RuleView, SampleView, ShareView, VerdictView, time_text,
};

/// Where a boundary stands, in the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum StageView {
    /// Known, nothing agreed yet.
    Survey,
    /// Its file is written; all traffic is on the monolith.
    Contract,
    /// Copies of safe requests go to the service and are compared.
    Shadow,
    /// A growing share of live traffic goes to the service.
    Canary,
    /// All traffic but the holdback goes to the service.
    Primary,
    /// The monolith's route is closed.
    Retired,
}

/// What a boundary is doing; never where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PhaseView {
    /// Evidence is gathered and acted on.
    Running,
    /// Nothing advances until somebody says so.
    Held {
        /// Since when, RFC 3339.
        since: String,
        /// Why.
        reason: String,
    },
    /// Weight zero; copies go on.
    RolledBack {
        /// Since when, RFC 3339.
        since: String,
        /// Why.
        reason: String,
    },
    /// Weight zero, no copies.
    Killed {
        /// Since when, RFC 3339.
        since: String,
        /// Why.
        reason: String,
    },
}

/// One step of a canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// Counted from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// The service's share of live traffic on it.
    pub weight: ShareView,
    /// Least time on it, in seconds; evidence decides when it is left.
    pub bake_seconds: u64,
    /// `2 of 3`.
    #[schema(example = "2 of 3")]
    pub text: String,
}

/// One boundary as a line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryView {
    /// Its name.
    pub name: String,
    /// The team that answers for it.
    pub owner: String,
    /// Where it stands.
    pub stage: StageView,
    /// What it is doing.
    pub phase: PhaseView,
    /// The canary's step, at Canary.
    pub step: Option<StepView>,
    /// The service's share of live traffic.
    pub weight: ShareView,
    /// Share of safe requests that is copied.
    pub mirror: ShareView,
    /// The machine's generation.
    pub generation: u64,
    /// The worst of the gates.
    pub verdict: VerdictView,
    /// One sentence: what it waits for.
    pub waiting_for: String,
    /// Classes of differences found.
    pub mismatch_classes: usize,
}

/// One boundary, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BoundaryView {
    /// When the picture was taken, RFC 3339.
    pub at: String,
    /// As in the table.
    pub summary: SummaryView,
    /// What moves, and where to.
    pub routes: RoutesView,
    /// The canary's steps.
    pub steps: Vec<StepView>,
    /// Share that stays on the monolith at Primary.
    pub holdback: ShareView,
    /// The gates of the present step.
    pub readings: Vec<ReadingView>,
    /// Digest of the evidence of the last judgement, when there is one.
    pub evidence: Option<String>,
    /// How much was compared.
    pub coverage: CoverageView,
    /// Accepted noise.
    pub rules: Vec<RuleView>,
    /// Both arms over the recent past, oldest first.
    pub samples: Vec<SampleView>,
}

/// What moves, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoutesView {
    /// The routes as written in the surface.
    pub surface: Vec<String>,
    /// The patterns declared free of side effects.
    pub safe: Vec<String>,
    /// The service, `host:port`.
    pub service: String,
    /// The language it is written in.
    pub language: String,
}

impl StageView {
    /// Every stage, in order.
    pub const ALL: [Self; 6] =
        [Self::Survey, Self::Contract, Self::Shadow, Self::Canary, Self::Primary, Self::Retired];

    /// The word people see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Survey => "Survey",
            Self::Contract => "Contract",
            Self::Shadow => "Shadow",
            Self::Canary => "Canary",
            Self::Primary => "Primary",
            Self::Retired => "Retired",
        }
    }
}

impl From<Stage> for StageView {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Survey => Self::Survey,
            Stage::Contract => Self::Contract,
            Stage::Shadow => Self::Shadow,
            Stage::Canary => Self::Canary,
            Stage::Primary => Self::Primary,
            Stage::Retired => Self::Retired,
        }
    }
}

impl PhaseView {
    /// The word people see.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Held { .. } => "held",
            Self::RolledBack { .. } => "rolled back",
            Self::Killed { .. } => "killed",
        }
    }

    /// Since when and why it does not run; `None` while it runs.
    pub fn stopped(&self) -> Option<(&str, &str)> {
        match self {
            Self::Running => None,
            Self::Held { since, reason }
            | Self::RolledBack { since, reason }
            | Self::Killed { since, reason } => Some((since, reason)),
        }
    }
}

impl From<&Phase> for PhaseView {
    fn from(phase: &Phase) -> Self {
        let reason = String::clone;
        match phase {
            Phase::Running => Self::Running,
            Phase::Held { since, reason: why } => {
                Self::Held { since: time_text(*since), reason: reason(why) }
            }
            Phase::RolledBack { since, reason: why } => {
                Self::RolledBack { since: time_text(*since), reason: reason(why) }
            }
            Phase::Killed { since, reason: why } => {
                Self::Killed { since: time_text(*since), reason: reason(why) }
            }
        }
    }
}

impl StepView {
    /// The steps of a canary, numbered.
    fn all(steps: &[Step]) -> Vec<Self> {
        let view = |(index, step): (usize, &Step)| Self {
            number: index + 1,
            of: steps.len(),
            weight: step.weight.into(),
            bake_seconds: step.bake.as_secs(),
            text: format!("{} of {}", index + 1, steps.len()),
        };
        steps.iter().enumerate().map(view).collect()
    }
}

impl From<&BoundaryState> for SummaryView {
    fn from(state: &BoundaryState) -> Self {
        let rollout = &state.rollout;
        let steps = rollout.plan().map_or(&*state.boundary.steps, |plan| &*plan.steps);
        let step = (rollout.stage() == Stage::Canary)
            .then(|| StepView::all(steps).into_iter().nth(rollout.step()))
            .flatten();
        Self {
            name: state.boundary.name.to_string(),
            owner: state.boundary.owner.clone(),
            stage: rollout.stage().into(),
            phase: rollout.phase().into(),
            step,
            weight: state.desired.weight.into(),
            mirror: state.desired.mirror.into(),
            generation: rollout.generation(),
            verdict: state.verdict.into(),
            waiting_for: state.waiting_for.clone(),
            mismatch_classes: state.mismatches.len(),
        }
    }
}

impl BoundaryView {
    /// `state` as of `at`.
    pub fn new(at: Time, state: &BoundaryState) -> Self {
        let boundary = &state.boundary;
        let texts = |routes: &[ficus_model::route::RoutePattern]| {
            routes.iter().map(|route| route.text.clone()).collect()
        };
        let plan = state.rollout.plan();
        Self {
            at: time_text(at),
            summary: state.into(),
            routes: RoutesView {
                surface: texts(&boundary.surface),
                safe: texts(&boundary.shadow.safe),
                service: format!("{}:{}", boundary.service.host, boundary.service.port),
                language: boundary.language.clone(),
            },
            steps: StepView::all(plan.map_or(&*boundary.steps, |plan| &*plan.steps)),
            holdback: plan.map_or(boundary.holdback, |plan| plan.holdback).into(),
            readings: state.readings.iter().map(ReadingView::from).collect(),
            evidence: state.rollout.last_judgement().map(|last| last.evidence.to_string()),
            coverage: (&state.coverage).into(),
            rules: boundary.shadow.rules.iter().map(|rule| RuleView::new(at, rule)).collect(),
            samples: state.samples.iter().map(SampleView::from).collect(),
        }
    }
}
