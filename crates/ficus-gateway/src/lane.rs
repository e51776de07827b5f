//! A lane: one boundary as the data plane runs it under one table.
//!
//! The lane is what a request carries from `route` to `observe`: limits, the split, the mirror's bounds and the
//! counters, all looked up once. What changes with the table is in the lane itself; what must outlive a table, because
//! requests of two tables share it, is in [`Live`].

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ficus_compare::Rules;
use ficus_model::assignment::{Lottery, Secret};
use ficus_model::boundary::{GateSettings, Limits, Shadow};
use ficus_model::rollout::{RolloutId, Stage};
use ficus_model::snapshot::Placed;
use ficus_model::{BoundaryName, Side, Weight};

use crate::arm::Arm;
use crate::counters::LaneCounters;
use crate::coverage::{Coverage, CoverageTotals};
use crate::key::KeyReader;
use crate::origin::Origin;
use crate::settings::GatewaySettings;
use crate::wall;

/// What every lane is made with.
#[derive(Debug, Clone)]
pub(crate) struct LaneSettings {
    /// Data threads; each counts for itself.
    pub(crate) cores: usize,
    /// The installation's secret.
    pub(crate) secret: Secret,
    /// Whether `Ficus-Side` is honoured.
    pub(crate) overrides: bool,
}

/// One boundary under one table.
#[derive(Debug)]
pub(crate) struct Lane {
    /// The boundary.
    pub(crate) name: BoundaryName,
    /// Generation of what is wanted of the boundary; evidence is attributed to it.
    pub(crate) generation: u64,
    /// The routes as written, by index.
    pub(crate) routes: Vec<String>,
    /// What is granted.
    pub(crate) limits: Limits,
    /// Copies and comparisons.
    pub(crate) shadow: Shadow,
    /// Accepted noise, compiled.
    pub(crate) rules: Rules,
    /// The gates, for the judges of the data plane.
    pub(crate) gates: GateSettings,
    /// Its monolith side.
    pub(crate) monolith: Arc<Arm>,
    /// Its service side.
    pub(crate) service: Arc<Arm>,
    /// Where the boundary stands.
    pub(crate) stage: Stage,
    /// The service's share as wanted; the ceiling may lower it.
    wanted: Weight,
    /// Share of safe requests that is copied.
    pub(crate) mirror: Weight,
    /// The rollout that is running.
    pub(crate) rollout: Option<RolloutId>,
    /// Draws keys for the running rollout.
    pub(crate) lottery: Option<Lottery>,
    /// Reads the sticky key.
    pub(crate) key: KeyReader,
    /// Whether `Ficus-Side` is honoured.
    pub(crate) overrides: bool,
    /// The local limit on the weight.
    pub(crate) ceiling: Arc<Ceiling>,
    /// What was not compared under this table.
    pub(crate) coverage: Coverage,
    /// What outlives the table.
    pub(crate) live: Arc<Live>,
}

/// What the lanes of one boundary share over all tables and cores.
#[derive(Debug)]
pub(crate) struct Live {
    /// One set of counters per core.
    pub(crate) counters: Vec<LaneCounters>,
    /// Coverage since the process began.
    pub(crate) coverage: CoverageTotals,
    /// Copies in flight now.
    pub(crate) copies: AtomicUsize,
    /// Local aborts so far.
    pub(crate) aborts: AtomicU64,
    /// The ceiling of the rollout that ran last. Locked only when a table is compiled.
    ceiling: Mutex<Option<(RolloutId, Arc<Ceiling>)>>,
}

/// The most the data plane itself allows of one rollout. It only ever falls.
#[derive(Debug)]
pub(crate) struct Ceiling(AtomicU32);

impl Default for Ceiling {
    fn default() -> Self {
        Self(AtomicU32::new(Weight::FULL.ppm()))
    }
}

impl Ceiling {
    /// The highest weight allowed at present.
    pub(crate) fn weight(&self) -> Weight {
        Weight::from_ppm(self.0.load(Ordering::Acquire)).unwrap_or(Weight::ZERO)
    }

    /// Whether nothing more of this rollout reaches the service.
    pub(crate) fn closed(&self) -> bool {
        self.weight() == Weight::ZERO
    }

    /// Nothing more of this rollout reaches the service. There is no way back.
    pub(crate) fn close(&self) {
        self.0.store(0, Ordering::Release);
    }
}

impl LaneSettings {
    /// The part of the process settings that lanes need.
    pub(crate) fn of(settings: &GatewaySettings) -> Self {
        Self {
            cores: settings.workers.get(),
            secret: Secret::from_bytes(settings.secret),
            overrides: settings.overrides,
        }
    }
}

impl Live {
    /// Nothing counted yet.
    pub(crate) fn new(cores: usize) -> Arc<Self> {
        Arc::new(Self {
            counters: (0..cores).map(|_| LaneCounters::default()).collect(),
            coverage: CoverageTotals::default(),
            copies: AtomicUsize::new(0),
            aborts: AtomicU64::new(0),
            ceiling: Mutex::new(None),
        })
    }

    /// The ceiling of a rollout: the known one while the rollout is the same, a fresh one for another. A time without
    /// a rollout in between changes nothing.
    fn ceiling_of(&self, rollout: Option<RolloutId>) -> Arc<Ceiling> {
        let mut last = self.ceiling.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rollout) = rollout else { return Arc::default() };
        match last.as_ref() {
            Some((known, ceiling)) if *known == rollout => Arc::clone(ceiling),
            _ => {
                let ceiling: Arc<Ceiling> = Arc::default();
                *last = Some((rollout, Arc::clone(&ceiling)));
                ceiling
            }
        }
    }
}

impl Lane {
    /// The lane of a boundary, on what is left of its lane in the table before. `origins` are the monolith's and the
    /// service's.
    pub(crate) fn compile(
        placed: &Placed,
        before: Option<&Arc<Self>>,
        origins: [Arc<Origin>; 2],
        settings: &LaneSettings,
    ) -> Self {
        let (boundary, desired) = (&placed.boundary, &placed.desired);
        let shadow = &boundary.shadow;
        let [monolith, service] = origins;
        let live = before.map_or_else(|| Live::new(settings.cores), |lane| Arc::clone(&lane.live));
        // What is wrong with a rule was found when the configuration was checked; what expired is left out here.
        let (rules, _) = Rules::compile(
            &shadow.rules,
            &shadow.compared_headers,
            &shadow.redacted_paths,
            wall::now(),
        );
        Self {
            name: boundary.name.clone(),
            generation: desired.generation,
            routes: boundary.surface.iter().map(|route| route.text.clone()).collect(),
            limits: boundary.limits,
            shadow: shadow.clone(),
            rules,
            gates: boundary.gates,
            monolith: arm(before, Side::Monolith, monolith, &boundary.limits),
            service: arm(before, Side::Service, service, &boundary.limits),
            stage: desired.stage,
            wanted: desired.weight,
            mirror: desired.mirror,
            rollout: desired.rollout,
            lottery: desired.rollout.map(|rollout| settings.secret.lottery(rollout)),
            key: KeyReader::new(&boundary.key),
            overrides: settings.overrides,
            ceiling: live.ceiling_of(desired.rollout),
            coverage: Coverage::new(boundary.surface.len()),
            live,
        }
    }

    /// The share of live traffic the service gets now: what is wanted, under the ceiling.
    pub(crate) fn weight(&self) -> Weight {
        self.wanted.min(self.ceiling.weight())
    }

    /// Whether the service takes part at all; a killed boundary's, or an aborted rollout's, does not.
    pub(crate) fn service_takes_part(&self) -> bool {
        let wanted = self.wanted != Weight::ZERO || self.mirror != Weight::ZERO;
        wanted && self.ceiling.weight() != Weight::ZERO
    }

    /// A route's text, for metrics, logs and comparisons.
    pub(crate) fn route(&self, index: u16) -> &str {
        self.routes.get(usize::from(index)).map_or("-", String::as_str)
    }

    /// The arm of a side.
    pub(crate) fn arm(&self, side: Side) -> &Arc<Arm> {
        match side {
            Side::Monolith => &self.monolith,
            Side::Service => &self.service,
        }
    }
}

/// The arm of the table before, where its upstream is still the same: itself under the same limits, so that its count of
/// requests in flight goes on, and otherwise its like under the new ones.
fn arm(before: Option<&Arc<Lane>>, side: Side, origin: Arc<Origin>, limits: &Limits) -> Arc<Arm> {
    let known = before.filter(|lane| Arc::ptr_eq(&lane.arm(side).origin, &origin));
    match known {
        Some(lane) if lane.limits == *limits => Arc::clone(lane.arm(side)),
        Some(lane) => Arc::new(lane.arm(side).renewed(limits)),
        None => Arc::new(Arm::new(origin, limits)),
    }
}

#[cfg(test)]
mod tests;
