//! The judge of one rollout: observations and comparisons in, readings out.
//!
//! One judge serves both programs that need one: the gateway's sentinel, which may only lower a weight, and control,
//! which alone may raise it. Both feed the same batches and must come to the same conclusion, so everything here is
//! pure: no clock, no randomness, no iteration order that differs between runs.

mod state;

use crate::boundary::GateSettings;
use crate::comparison::ComparisonBatch;
use crate::observation::ObservationBatch;
use crate::time::Time;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

pub use state::{JudgeState, StateError};

/// Gathers the evidence of one rollout (or of one stay at Shadow) and reads it at any time.
#[derive(Debug, Clone)]
pub struct Judge {
    settings: GateSettings,
    routes: Vec<String>,
    state: JudgeState,
}

impl Judge {
    /// A judge without evidence. `routes` is the boundary's surface in order: observations name routes by index.
    pub fn new(settings: &GateSettings, routes: Vec<String>, started: Time) -> Self {
        Self { settings: *settings, routes, state: JudgeState { started, ..JudgeState::default() } }
    }

    /// A judge that goes on where the one that gave `state` stood.
    pub fn resume(settings: &GateSettings, routes: Vec<String>, state: JudgeState) -> Self {
        Self { settings: *settings, routes, state }
    }

    /// Names routes that can not be compared (not declared safe, endless answers), so that Shadow does not wait for them.
    pub fn exempt(&mut self, routes: impl IntoIterator<Item = u16>) {
        self.state.exempt.extend(routes);
    }

    /// Takes in live requests. The caller passes only batches of the rollout being judged.
    pub fn observe(&mut self, batch: &ObservationBatch) {
        self.state.dropped += batch.dropped;
    }

    /// Takes in comparisons of mirrored requests.
    pub fn compare(&mut self, batch: &ComparisonBatch) {
        self.state.compared += u64::try_from(batch.compared.len()).unwrap_or(u64::MAX);
    }

    /// Says that time has passed: closes the one-second bins that are complete. Call it about once a second.
    pub fn advance(&mut self, now: Time) {
        self.state.advanced = self.state.advanced.max(now);
    }

    /// The gates of Shadow: parity per route, coverage.
    pub fn shadow_readings(&self, now: Time) -> Vec<Reading> {
        self.routes.iter().map(|route| self.nothing_yet(Gate::Parity, route, now)).collect()
    }

    /// The gates of Canary and Primary: errors, latency, sample ratio, telemetry, budget.
    pub fn canary_readings(&self, now: Time) -> Vec<Reading> {
        vec![self.nothing_yet(Gate::Errors, "all", now)]
    }

    /// A proven regression, once there is one: what the gateway's local abort watches. It never goes away again.
    pub fn breach(&self) -> Option<Reading> {
        None
    }

    /// All that is needed to go on after a restart and to compute the readings again.
    pub fn state(&self) -> JudgeState {
        self.state.clone()
    }

    fn nothing_yet(&self, gate: Gate, subject: &str, now: Time) -> Reading {
        Reading {
            gate,
            subject: subject.to_owned(),
            verdict: Verdict::Inconclusive,
            measured: Quantity::new(0.0, Unit::Share),
            bound: Quantity::new(self.settings.parity, Unit::Share),
            samples: 0,
            needed: None,
            wait: None,
            reason: format!("nothing seen for {} s", now.since(self.state.started).as_secs()),
        }
    }
}
