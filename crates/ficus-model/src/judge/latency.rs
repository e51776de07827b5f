//! Is the service slower than the margin allows, or proven not to be?
//!
//! Thresholds belong to a route, since a fast route's trouble must not hide among slow ones; votes of all routes are
//! pooled per level, since the evidence on one question is one number. The same coin mixes the routes on both sides,
//! so pooling compares like with like.
//!
//! A request that a client gave up on counts with the time it had taken: otherwise a service that hangs would be
//! invisible behind impatient clients. A stream's length says nothing and is left out.

mod reading;

use std::time::Duration;

use crate::boundary::GateSettings;
use crate::judge::bin::{Bin, Marks, Sides};
use crate::judge::keys::Keys;
use crate::observation::{Observation, Outcome};
use crate::side::Side;
use crate::stats::exceedance::{ExceedanceE, LEVELS_MAX, QUANTILES, Thresholds};
use crate::stats::histogram::Histogram;
use crate::stats::ratio::RatioE;
use crate::time::Time;

/// The first thresholds need not wait for a whole window once the baseline is known this well.
const OBSERVATIONS_AMPLE: u64 = 1_000;
/// What the levels are called.
const LEVEL_NAMES: [&str; LEVELS_MAX] = ["p50", "p90", "p99", "objective"];

/// Evidence on latency.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// Evidence that the service crosses thresholds more often than the monolith.
    pub slower: ExceedanceE,
    /// Evidence, of this step, that it does not.
    pub not_slower: ExceedanceE,
    /// Keys that have voted, at some level.
    pub keys: Keys,
    /// Votes of the whole rollout, by level.
    pub votes: [Sides<u64>; LEVELS_MAX],
    /// Crossings of this step that were counted for "not slower", by level.
    pub step_votes: [Sides<u64>; LEVELS_MAX],
    /// Requests of this step that could still vote, by level.
    pub step_at_risk: [Sides<u64>; LEVELS_MAX],
    /// Latencies of this step over all routes, for people.
    pub step: Sides<Histogram>,
    /// The monolith's latencies by route, from which thresholds come.
    pub baselines: Vec<Baseline>,
}

/// The monolith's latencies on one route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// When the present window began.
    pub opened: Time,
    /// Latencies of the present window.
    pub window: Histogram,
    /// What the window before has taught.
    pub thresholds: Option<Thresholds>,
}

impl Latency {
    /// No evidence.
    pub fn new(settings: &GateSettings, routes: usize) -> Self {
        let levels = levels(settings);
        Self {
            slower: ExceedanceE::slower(levels),
            not_slower: ExceedanceE::not_slower(levels, settings.error_ratio_excluded),
            keys: Keys::default(),
            votes: Default::default(),
            step_votes: Default::default(),
            step_at_risk: Default::default(),
            step: Sides::default(),
            baselines: vec![Baseline::default(); routes],
        }
    }

    /// A new step: its evidence starts from nothing.
    pub(super) fn start_step(&mut self, settings: &GateSettings) {
        let ratio = settings.error_ratio_excluded;
        self.not_slower = ExceedanceE::not_slower(levels(settings), ratio);
        self.keys.unmark(0xf0);
        self.step_votes = Default::default();
        self.step_at_risk = Default::default();
        self.step = Sides::default();
    }

    /// Learns what is usual from an answer of the monolith.
    pub(super) fn learn(&mut self, settings: &GateSettings, seen: &Observation) {
        let finished = matches!(seen.outcome, Outcome::Answered(_) | Outcome::Timeout);
        if !finished || seen.side != Side::Monolith {
            return;
        }
        if let Some(baseline) = self.baselines.get_mut(usize::from(seen.route)) {
            baseline.learn(settings, seen.at, seen.latency);
        }
    }

    /// Takes in a request whose time says something.
    pub(super) fn observe(
        &mut self,
        settings: &GateSettings,
        bin: &mut Bin,
        seen: &Observation,
        current_step: bool,
    ) {
        let micros = u64::try_from(seen.latency.as_micros()).unwrap_or(u64::MAX);
        if current_step {
            self.step.of_mut(seen.side).record_micros(micros);
        }
        let baseline = self.baselines.get(usize::from(seen.route));
        let Some(thresholds) = baseline.and_then(|baseline| baseline.thresholds) else { return };
        let micros = if seen.outcome == Outcome::Timeout { u64::MAX } else { micros };
        let crossed = thresholds.crossed(micros, seen.side, settings.latency_margin);
        let spoken = seen.key.map_or(Some(0), |key| self.keys.marks(key));
        *bin.timed.of_mut(seen.side) += 1;
        if crossed == 0 && spoken == Some(0) {
            return;
        }
        let mut voted = 0;
        for (level, signal) in bin.crossings.iter_mut().enumerate() {
            let event = crossed & (1 << level) != 0;
            voted |= signal.count(seen.side, spoken, event, marks(level, current_step));
        }
        if let Some(key) = seen.key {
            self.keys.mark(key, voted);
        }
    }

    /// Scores a complete bin.
    pub(super) fn score(&mut self, bin: &Bin, current_step: bool) {
        for (level, signal) in bin.crossings.iter().enumerate() {
            let votes = &signal.worse;
            let exposure = votes.exposure(bin.timed);
            self.slower.votes(level, votes.events.service, votes.events.monolith, exposure);
            add(self.votes.get_mut(level), votes.events);
            if current_step {
                let votes = &signal.not_worse;
                let exposure = votes.exposure(bin.timed);
                self.not_slower.votes(level, votes.events.service, votes.events.monolith, exposure);
                add(self.step_votes.get_mut(level), votes.events);
                let at_risk = |side| bin.timed.of(side).saturating_sub(*votes.spent.of(side));
                let at_risk =
                    Sides { monolith: at_risk(Side::Monolith), service: at_risk(Side::Service) };
                add(self.step_at_risk.get_mut(level), at_risk);
            }
        }
    }

    /// The level with the strongest evidence of slowness.
    pub(super) fn slowest_level(&self) -> usize {
        let evidence = self.slower.levels.iter().map(RatioE::ln_e).enumerate();
        evidence.max_by(|left, right| left.1.total_cmp(&right.1)).map_or(0, |(level, _)| level)
    }

    /// Votes of the service at a level.
    pub(super) fn service_votes(&self, level: usize) -> u64 {
        self.votes.get(level).map_or(0, |votes| votes.service)
    }
}

impl Baseline {
    fn learn(&mut self, settings: &GateSettings, at: Time, latency: Duration) {
        if self.window.total() == 0 {
            self.opened = at;
        }
        let elapsed = at.since(self.opened) >= settings.window;
        let ample = self.thresholds.is_none() && self.window.total() >= OBSERVATIONS_AMPLE;
        if elapsed || ample {
            let learned = Thresholds::of(&self.window, settings.latency_objective);
            if learned.is_some() {
                self.thresholds = learned;
                self.window.clear();
                self.opened = at;
            }
        }
        self.window.record(latency);
    }
}

fn levels(settings: &GateSettings) -> usize {
    QUANTILES.len() + usize::from(settings.latency_objective.is_some())
}

/// How a key's votes at a level are remembered: four bits for "slower", four for "not slower".
fn marks(level: usize, current_step: bool) -> Marks {
    let worse = 1_u8 << level.min(LEVELS_MAX - 1);
    Marks { worse, not_worse: if current_step { worse << LEVELS_MAX } else { 0 } }
}

fn add(sum: Option<&mut Sides<u64>>, more: Sides<u64>) {
    if let Some(sum) = sum {
        sum.monolith += more.monolith;
        sum.service += more.service;
    }
}

#[cfg(test)]
mod tests;
