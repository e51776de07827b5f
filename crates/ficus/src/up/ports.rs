//! The adapters between gateway and control, which do not know each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use ficus_control::api::Surroundings;
use ficus_control::wire::DependencyView;
use ficus_control::{Abort, Configuration, DataPlane, PlaneHealth, Sinks};
use ficus_gateway::{Breach, GatewayControls, Reports};
use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::ObservationBatch;
use ficus_model::{Finding, Snapshot};

use super::control_thread::LoopHealth;
use super::files::Files;

/// Control's way to the gateway. Control opens first, so there is a moment when nobody is at the other end.
#[derive(Default)]
pub(super) struct PlanePort {
    controls: OnceLock<GatewayControls>,
    /// Generation of the table in use.
    generation: AtomicU64,
}

impl PlanePort {
    /// Connects the gateway, which starts with the table of `generation`; a second one is ignored.
    pub(super) fn connect(&self, controls: GatewayControls, generation: u64) {
        if self.controls.set(controls).is_ok() {
            self.generation.fetch_max(generation, Ordering::Relaxed);
        }
    }
}

impl DataPlane for PlanePort {
    fn apply(&self, snapshot: Arc<Snapshot>) -> bool {
        let Some(controls) = self.controls.get() else { return false };
        let generation = snapshot.generation;
        let applied = controls.apply(snapshot).is_ok();
        if applied {
            self.generation.fetch_max(generation, Ordering::Relaxed);
        }
        applied
    }

    fn health(&self) -> PlaneHealth {
        let Some(controls) = self.controls.get() else {
            let troubles = vec!["the gateway has not started".to_owned()];
            return PlaneHealth { generation: 0, troubles };
        };
        let health = controls.health();
        let troubles =
            if health.ready { Vec::new() } else { vec!["the gateway drains".to_owned()] };
        PlaneHealth { generation: self.generation.load(Ordering::Relaxed), troubles }
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
pub(super) struct ProcessSurroundings {
    /// The configuration's files.
    pub(super) files: Arc<Files>,
    /// The gateway, for its metrics.
    pub(super) controls: GatewayControls,
    /// Whether the control loop runs.
    pub(super) control_loop: Arc<LoopHealth>,
}

impl Surroundings for ProcessSurroundings {
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
        vec![DependencyView::new("control loop", ok, detail)]
    }
}
