//! Is the service slower than the margin allows, or proven not to be?
//!
//! Thresholds belong to a route, since a fast route's trouble must not hide among slow ones; votes of all routes are
//! pooled per level, since the evidence on one question is one number. The same coin mixes the routes on both sides,
//! so pooling compares like with like.
//!
//! A request that a client gave up on counts with the time it had taken: otherwise a service that hangs would be
//! invisible behind impatient clients. A stream's length says nothing and is left out.

use std::time::Duration;

use crate::boundary::GateSettings;
use crate::judge::bin::{Bin, Marks, Sides};
use crate::judge::forecast::{Forecast, grouped, latency, likely_ratio};
use crate::judge::keys::Keys;
use crate::observation::{Observation, Outcome};
use crate::side::Side;
use crate::stats::exceedance::{ExceedanceE, LEVELS_MAX, QUANTILES, Thresholds};
use crate::stats::histogram::Histogram;
use crate::stats::ratio::growth;
use crate::stats::whole;
use crate::time::Time;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

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
        let evidence = self.slower.levels.iter().map(crate::stats::ratio::RatioE::ln_e).enumerate();
        evidence.max_by(|left, right| left.1.total_cmp(&right.1)).map_or(0, |(level, _)| level)
    }

    /// Votes of the service at a level.
    pub(super) fn service_votes(&self, level: usize) -> u64 {
        self.votes.get(level).map_or(0, |votes| votes.service)
    }

    /// One reading per level; `broken` names the level that has proven a regression.
    pub(super) fn readings(
        &self,
        settings: &GateSettings,
        forecast: Forecast,
        broken: Option<usize>,
    ) -> Vec<Reading> {
        let level_count = self.not_slower.levels.len();
        let levels = LEVEL_NAMES.iter().enumerate().take(level_count);
        let reading = |(level, name): (usize, &&str)| {
            self.reading(settings, forecast, (level, name), broken == Some(level))
        };
        levels.map(reading).collect()
    }

    fn reading(
        &self,
        settings: &GateSettings,
        forecast: Forecast,
        (level, name): (usize, &str),
        broken: bool,
    ) -> Reading {
        let (service, bound) = self.shown(settings, level);
        let mut reading = Reading {
            gate: Gate::Latency,
            subject: name.to_owned(),
            verdict: Verdict::Inconclusive,
            measured: Quantity::new(service.unwrap_or_default() as f64 / 1e6, Unit::Seconds),
            bound: Quantity::new(bound.unwrap_or_default() / 1e6, Unit::Seconds),
            samples: self.step.service.total(),
            needed: None,
            wait: None,
            reason: String::new(),
        };
        let counts = self.counts(level);
        let excluded = settings.error_ratio_excluded;
        let evidence =
            self.not_slower.levels.get(level).map_or(0.0, crate::stats::ratio::RatioE::ln_e);
        if broken {
            reading.verdict = Verdict::Fail;
            reading.reason = format!("slower than the margin allows is proven: {counts}");
        } else if evidence >= -settings.beta.ln() {
            reading.verdict = Verdict::Pass;
            reading.reason = format!("proven not to be slow {excluded:.2}× as often: {counts}");
        } else {
            self.explain_wait(settings, forecast, level, &mut reading);
        }
        reading
    }

    fn explain_wait(
        &self,
        settings: &GateSettings,
        forecast: Forecast,
        level: usize,
        reading: &mut Reading,
    ) {
        let [service, monolith] = [&self.step.service, &self.step.monolith].map(Histogram::total);
        let unknown = self.baselines.iter().all(|baseline| baseline.thresholds.is_none());
        if service == 0 {
            reading.reason = "the service has not answered anybody on this step yet".to_owned();
        } else if monolith == 0 && forecast.weight >= 1.0 {
            reading.reason =
                "nobody is left on the monolith to compare with: keep a holdback".to_owned();
        } else if unknown {
            let least = crate::stats::exceedance::OBSERVATIONS_MIN;
            let window = settings.window.as_secs();
            reading.reason = format!(
                "the monolith's usual latency is not known yet: {least} answers on a route within {window} s"
            );
        } else {
            reading.needed = self.needed(settings, forecast.weight, level);
            reading.wait = reading.needed.and_then(|needed| forecast.wait(needed, reading.samples));
            let counts = self.counts(level);
            reading.reason = match reading.needed {
                Some(needed) => format!("{counts}; {}", forecast.words(needed, reading.samples)),
                None => format!("{counts}; at this pace no number of requests would be enough"),
            };
        }
    }

    /// Requests to the service still needed to prove a level, at the rates seen so far. When most keys have voted it
    /// counts the requests that can still vote, so it grows honestly as keys run out.
    fn needed(&self, settings: &GateSettings, weight: f64, level: usize) -> Option<u64> {
        let votes = self.step_votes.get(level).copied().unwrap_or_default();
        let at_risk = self.step_at_risk.get(level).copied().unwrap_or_default();
        let share = |events: u64, requests: u64| (events as f64 + 1.0) / (requests as f64 + 2.0);
        let usual = share(votes.monolith, at_risk.monolith);
        let ratio = likely_ratio(votes.service, at_risk.service as f64 * usual);
        let excluded = settings.error_ratio_excluded;
        if ratio >= excluded {
            return None;
        }
        let open = at_risk.service as f64 / (self.step.service.total() as f64).max(1.0);
        let events_per_request = open * usual * (ratio + (1.0 - weight) / weight.max(1e-6));
        let per_request = growth(weight, ratio, excluded) * events_per_request;
        let evidence = self.not_slower.levels.get(level)?.ln_e();
        let missing = (-settings.beta.ln() - evidence).max(0.0);
        (per_request > 0.0).then(|| whole(missing / per_request).max(1))
    }

    /// What people compare: the service's quantile, and the monolith's with the margin. At the objective, itself.
    fn shown(&self, settings: &GateSettings, level: usize) -> (Option<u64>, Option<f64>) {
        let stretch = 1.0 + settings.latency_margin;
        let tail = QUANTILES.get(level).copied();
        let quantile = tail.or(QUANTILES.last().copied()).unwrap_or(0.5);
        let service = self.step.service.quantile(quantile);
        let objective = settings.latency_objective.map(|limit| limit.as_micros() as f64);
        let usual = self.step.monolith.quantile(quantile).map(|micros| micros as f64 * stretch);
        (service, if tail.is_some() { usual } else { objective })
    }

    fn counts(&self, level: usize) -> String {
        let votes = self.step_votes.get(level).copied().unwrap_or_default();
        let at_risk = self.step_at_risk.get(level).copied().unwrap_or_default();
        let quantile = QUANTILES.get(level).or(QUANTILES.last()).copied().unwrap_or(0.5);
        let shown = |side| {
            let micros = self.step.of(side).quantile(quantile);
            micros.map_or("unknown".to_owned(), latency)
        };
        format!(
            "{} against {} of the monolith; over its threshold {} of {} on the service, {} of {} on the monolith",
            shown(Side::Service),
            shown(Side::Monolith),
            grouped(votes.service),
            grouped(at_risk.service),
            grouped(votes.monolith),
            grouped(at_risk.monolith)
        )
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

/// The name of a level, as a reading's subject.
pub(super) fn level_name(level: usize) -> &'static str {
    LEVEL_NAMES.get(level).copied().unwrap_or("all")
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
