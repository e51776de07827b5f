//! The judge of one rollout: observations and comparisons in, readings out.
//!
//! One judge serves both programs that need one: the gateway's sentinel, which may only lower a weight, and control,
//! which alone may raise it. Both feed the same batches and must come to the same conclusion, so everything here is
//! pure: no clock, no randomness, no iteration order that differs between runs.
//!
//! Evidence of regression is one number for the whole rollout, `0.7 · errors + 0.3 · latency`: a mean of e-values is
//! an e-value however its parts depend on each other, so the false-alarm rate α holds for all signals together. Of the
//! share of errors 0.3 is meant for contract violations and business signals, which nobody reports yet; left unspent
//! it would cost the last half percent of detection. A regression that was proven stays proven.
//!
//! Invariant: without data a reading is `Inconclusive`, never `Pass` and never `Fail`.
//! Invariant: memory depends on the number of routes only, never on traffic.
//!
//! Code map: [`bin`] collects about a second; [`errors`], [`latency`], [`integrity`] and [`spending`] score bins and
//! read gates; [`parity`] reads the mirror; [`keys`] remembers who has voted; [`JudgeState`] is all of it, [`record`] its
//! text.

pub mod bin;
pub mod errors;
mod forecast;
pub mod integrity;
pub mod keys;
pub mod latency;
pub mod parity;
pub mod record;
pub mod spending;
mod state;

use crate::assignment::Assigned;
use crate::boundary::GateSettings;
use crate::comparison::ComparisonBatch;
use crate::observation::{Observation, ObservationBatch, Outcome};
use crate::stats::burn::Tally;
use crate::stats::ln_sum_exp;
use crate::time::Time;
use crate::verdict::{Gate, Reading};
use crate::weight::Weight;
use bin::Bin;
use forecast::Forecast;

pub use record::StateError;
pub use state::{Breach, JudgeState, StepState};

/// Share of the evidence that errors carry.
const SHARE_ERRORS: f64 = 0.7;
/// Share of the evidence that latency carries.
const SHARE_LATENCY: f64 = 0.3;
/// Distinct candidate keys that must have been hit before anything is done about it.
const KEYS_HIT_MIN: u64 = 3;
/// Bins open at once: weights whose requests are still ending.
const BINS_MAX: usize = 4;

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
        let state = JudgeState::new(settings, routes.len(), started);
        Self { settings: *settings, routes, state }
    }

    /// A judge that goes on where the one that gave `state` stood. `routes` are the same in the same order; routes
    /// added behind them start without evidence.
    pub fn resume(settings: &GateSettings, routes: Vec<String>, mut state: JudgeState) -> Self {
        state.errors.routes.resize_with(routes.len(), Default::default);
        state.latency.baselines.resize_with(routes.len(), Default::default);
        state.parity.routes.resize_with(routes.len(), Default::default);
        Self { settings: *settings, routes, state }
    }

    /// Names routes that can not be compared (not declared safe, endless answers), so that Shadow does not wait for
    /// them. Routes of which only such requests are seen are left out by themselves.
    pub fn exempt(&mut self, routes: impl IntoIterator<Item = u16>) {
        self.state.exempt.extend(routes);
    }

    /// Takes in live requests. The caller passes only batches of the rollout being judged; those from before it, at
    /// weight zero, are welcome, since they teach what latency is usual.
    pub fn observe(&mut self, batch: &ObservationBatch) {
        self.state.integrity.count(batch.assigned, batch.dropped);
        for seen in &batch.observations {
            self.take(seen);
        }
    }

    /// Takes in comparisons of mirrored requests.
    pub fn compare(&mut self, batch: &ComparisonBatch) {
        self.state.parity.compare(&self.settings, batch);
    }

    /// Says that time has passed: scores the bins that are complete and looks at the budget. Call it about once a
    /// second; a clock that jumps back changes nothing.
    pub fn advance(&mut self, now: Time) {
        self.state.advanced = self.state.advanced.max(now);
        let (complete, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.state.bins).into_iter().partition(|bin| bin.complete(now));
        self.state.bins = open;
        complete.iter().for_each(|bin| self.score(bin));
        let span = (self.state.started, now);
        self.state.spending.check(&self.settings, self.state.errors.whole, span);
        if !complete.is_empty() || self.state.spending.broken.is_some() {
            self.note_breach(now);
        }
    }

    /// The gates of Shadow: parity per route that can be compared, and coverage.
    pub fn shadow_readings(&self, now: Time) -> Vec<Reading> {
        let forecast = Forecast { since: self.state.started, now, weight: 0.0 };
        let (settings, state) = (&self.settings, &self.state);
        state.parity.readings(settings, &self.routes, &state.exempt, forecast)
    }

    /// The gates of Canary and Primary: errors, latency per level, sample ratio, budget; and parity where the mirror
    /// has disproven it meanwhile.
    pub fn canary_readings(&self, now: Time) -> Vec<Reading> {
        let (settings, state) = (&self.settings, &self.state);
        let mut readings = vec![self.errors_reading(now)];
        readings.extend(self.latency_readings(now));
        readings.extend(state.integrity.readings());
        readings.push(self.budget_reading(now));
        let mirrored = Forecast { since: state.started, ..self.forecast(now) };
        readings.extend(state.parity.disproven(settings, &self.routes, mirrored));
        readings
    }

    /// A proven regression, once there is one: what the gateway's local abort watches. It never goes away again.
    pub fn breach(&self) -> Option<Reading> {
        let breach = self.state.breach?;
        let now = self.state.advanced;
        match breach.gate {
            Gate::Errors => Some(self.errors_reading(now)),
            Gate::Latency => self.latency_readings(now).into_iter().nth(breach.level),
            Gate::Budget => Some(self.budget_reading(now)),
            Gate::Parity | Gate::Coverage | Gate::SampleRatio => None,
        }
    }

    /// All that is needed to go on after a restart and to compute the readings again.
    pub fn state(&self) -> JudgeState {
        self.state.clone()
    }

    /// The same without a copy.
    pub fn evidence(&self) -> &JudgeState {
        &self.state
    }

    fn forecast(&self, now: Time) -> Forecast {
        let StepState { weight, since } = self.state.step;
        Forecast { since, now, weight: weight.fraction() }
    }

    fn errors_reading(&self, now: Time) -> Reading {
        let broken = self.state.breach.filter(|breach| breach.gate == Gate::Errors);
        let forecast = self.forecast(now);
        self.state.errors.reading(&self.settings, &self.routes, forecast, broken.is_some())
    }

    fn latency_readings(&self, now: Time) -> Vec<Reading> {
        let broken = self.state.breach.filter(|breach| breach.gate == Gate::Latency);
        let level = broken.map(|breach| breach.level);
        self.state.latency.readings(&self.settings, self.forecast(now), level)
    }

    fn budget_reading(&self, now: Time) -> Reading {
        let elapsed = now.since(self.state.started);
        self.state.spending.reading(&self.settings, self.state.errors.whole, elapsed)
    }

    fn take(&mut self, seen: &Observation) {
        if seen.assigned == Assigned::Override {
            return;
        }
        *self.state.integrity.ended.of_mut(seen.side) += 1;
        if seen.weight == Weight::ZERO {
            self.state.latency.learn(&self.settings, seen);
            return;
        }
        if seen.weight > self.state.step.weight {
            self.start_step(seen);
        }
        let bin = self.bin_of(seen);
        self.count(bin, seen);
    }

    /// Everything a request says, into its bin and beside it.
    fn count(&mut self, bin: usize, seen: &Observation) {
        let state = &mut self.state;
        let Some(bin) = state.bins.get_mut(bin) else { return };
        state.integrity.observe(bin, seen);
        if seen.outcome == Outcome::Shed {
            return;
        }
        let counts = seen.outcome.counts();
        if counts {
            bin.given.of_mut(seen.side).add(Tally { total: 1, bad: u64::from(seen.outcome.bad()) });
        }
        let warmed_up = state.warmed_up.of_mut(seen.side);
        if *warmed_up < self.settings.warm_up {
            *warmed_up += 1;
            return;
        }
        let current_step = seen.weight == state.step.weight;
        if counts {
            state.errors.observe(bin, seen, current_step);
        }
        if !seen.streamed {
            state.latency.observe(&self.settings, bin, seen, current_step);
            state.latency.learn(&self.settings, seen);
        }
    }

    fn start_step(&mut self, seen: &Observation) {
        self.state.step = StepState { weight: seen.weight, since: seen.at };
        self.state.errors.start_step(&self.settings);
        self.state.latency.start_step(&self.settings);
    }

    /// The open bin this request belongs to, by index; a bin that is complete is scored first.
    fn bin_of(&mut self, seen: &Observation) -> usize {
        let same_weight = |bin: &Bin| bin.weight == seen.weight;
        match self.state.bins.iter().position(same_weight) {
            Some(index) if !self.state.bins.get(index).is_some_and(|bin| bin.complete(seen.at)) => {
                return index;
            }
            Some(index) => self.close(index, seen.at),
            None if self.state.bins.len() >= BINS_MAX => self.close(0, seen.at),
            None => {}
        }
        self.state.bins.push(Bin::open(seen.weight, seen.at));
        self.state.bins.len() - 1
    }

    fn close(&mut self, index: usize, now: Time) {
        let bin = self.state.bins.remove(index);
        self.score(&bin);
        self.note_breach(now);
    }

    fn score(&mut self, bin: &Bin) {
        let current_step = bin.weight == self.state.step.weight;
        self.state.errors.score(bin, current_step);
        self.state.latency.score(bin, current_step);
        self.state.integrity.score(bin);
        self.state.spending.score(bin);
    }

    /// Remembers the first regression that is proven.
    fn note_breach(&mut self, now: Time) {
        if self.state.breach.is_none() {
            self.state.breach = self.regression(now).or_else(|| self.overspending(now));
        }
    }

    fn regression(&self, at: Time) -> Option<Breach> {
        let (errors, latency) = (&self.state.errors, &self.state.latency);
        let needed = -self.settings.alpha.ln();
        let levels = latency.slower.levels.iter();
        if levels.chain([&errors.worse]).all(|process| process.ln_e_max() < needed) {
            return None;
        }
        let of_errors = SHARE_ERRORS.ln() + errors.worse.ln_e();
        let of_latency = SHARE_LATENCY.ln() + latency.slower.ln_e();
        let ln_e = ln_sum_exp([of_errors, of_latency].into_iter());
        if ln_e < needed {
            return None;
        }
        if of_errors >= of_latency {
            let hit = errors.votes.service >= KEYS_HIT_MIN;
            return hit.then_some(Breach { at, gate: Gate::Errors, level: 0, ln_e });
        }
        let level = latency.slowest_level();
        let hit = latency.service_votes(level) >= KEYS_HIT_MIN;
        hit.then_some(Breach { at, gate: Gate::Latency, level, ln_e })
    }

    fn overspending(&self, at: Time) -> Option<Breach> {
        self.state.spending.broken?;
        Some(Breach { at, gate: Gate::Budget, level: 0, ln_e: 0.0 })
    }
}

#[cfg(test)]
mod tests;
