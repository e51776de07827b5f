//! The adapters between gateway and control, which do not know each other.

use std::sync::{Arc, OnceLock};

use ficus_control::api::Surroundings;
use ficus_control::wire::DependencyView;
use ficus_control::{Abort, Configuration, DataPlane, PlaneHealth, Sinks};
use ficus_gateway::{Breach, Dependency, GatewayControls, Health, Reports};
use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::ObservationBatch;
use ficus_model::{Finding, Snapshot};

use super::control_thread::LoopHealth;
use super::files::Files;

/// What the gateway calls the program everything goes to that no boundary claims.
const MONOLITH: &str = "monolith";

/// Control's way to the gateway. Control opens first, so there is a moment when nobody is at the other end.
#[derive(Default)]
pub(super) struct PlanePort {
    controls: OnceLock<GatewayControls>,
}

impl PlanePort {
    /// Connects the gateway; a second one is ignored.
    pub(super) fn connect(&self, controls: GatewayControls) {
        let _first = self.controls.set(controls);
    }
}

impl DataPlane for PlanePort {
    fn apply(&self, snapshot: Arc<Snapshot>) -> bool {
        self.controls.get().is_some_and(|controls| controls.apply(snapshot).is_ok())
    }

    fn health(&self) -> PlaneHealth {
        let Some(controls) = self.controls.get() else {
            let troubles = vec!["the gateway has not started".to_owned()];
            return PlaneHealth { generation: 0, troubles };
        };
        let Health { ready, draining, generation, dependencies, .. } = controls.health();
        let troubles = match (ready, draining) {
            (true, _) => Vec::new(),
            (false, true) => vec!["it is draining".to_owned()],
            (false, false) => dependencies.iter().filter_map(trouble).collect(),
        };
        PlaneHealth { generation, troubles }
    }
}

/// What is wrong with a program the gateway depends on.
fn trouble(dependency: &Dependency) -> Option<String> {
    let Dependency { name, upstream, reachable, ejected } = dependency;
    let place = format!("{name} at {}:{}", upstream.host, upstream.port);
    match (reachable, ejected) {
        (Some(false), _) => Some(format!("{place} can not be reached")),
        (_, true) => Some(format!("{place} is left alone for a while, it failed too often")),
        (Some(true) | None, false) => None,
    }
}

/// The gateway's way to control.
pub(super) struct ReportsPort {
    sinks: Sinks,
}

impl ReportsPort {
    pub(super) fn new(sinks: Sinks) -> Self {
        Self { sinks }
    }
}

impl Reports for ReportsPort {
    fn observations(&self, batch: ObservationBatch) -> bool {
        self.sinks.observations(batch)
    }

    fn comparisons(&self, batch: ComparisonBatch) -> bool {
        self.sinks.comparisons(batch)
    }

    fn aborted(&self, breach: Breach) -> bool {
        let Breach { boundary, rollout, generation, at, reading } = breach;
        self.sinks.aborted(Abort { boundary, rollout, generation, at, reading })
    }
}

/// The API's way to the rest of the process.
pub(super) struct InstanceSurroundings {
    /// The configuration's files.
    pub(super) files: Arc<Files>,
    /// The gateway, for its metrics.
    pub(super) controls: GatewayControls,
    /// Whether the control loop runs.
    pub(super) control_loop: Arc<LoopHealth>,
}

impl Surroundings for InstanceSurroundings {
    fn configuration(&self) -> Result<Configuration, Vec<Finding>> {
        self.files.again()
    }

    fn metrics(&self) -> String {
        self.controls.metrics_text()
    }

    fn dependencies(&self) -> Vec<DependencyView> {
        let (ok, detail) = match self.control_loop.trouble() {
            None => (true, "runs".to_owned()),
            Some(trouble) => (false, trouble),
        };
        let mut views = vec![DependencyView::new("control loop", ok, detail)];
        for dependency in self.controls.health().dependencies {
            // A service that is away makes nothing unready: its boundary has a side that answers.
            let optional = dependency.name != MONOLITH;
            let trouble = trouble(&dependency);
            let ok = optional || trouble.is_none();
            let detail = trouble.unwrap_or_else(|| "can be reached".to_owned());
            views.push(DependencyView::new(&dependency.name, ok, detail));
        }
        views
    }
}

#[cfg(test)]
mod tests;
