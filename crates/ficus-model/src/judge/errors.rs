//! Is the service's error rate worse than tolerated, or proven not to be?
//!
//! Two questions with two sets of votes. "Worse" is asked over the whole rollout and never restarts: one α for all of
//! it. "Not worse" is asked anew on every step, because a service that copes with 1 % of the load has not shown that
//! it copes with 50 %. A step is also left when the service's error rate by itself is proven tiny: where hardly
//! anything ever fails, a ratio of error rates would take weeks.

use crate::boundary::GateSettings;
use crate::judge::bin::{Bin, Marks, Sides};
use crate::judge::forecast::{Forecast, grouped, likely_ratio};
use crate::judge::keys::Keys;
use crate::observation::Observation;
use crate::side::Side;
use crate::stats::bernoulli::ConfidenceSequence;
use crate::stats::burn::Tally;
use crate::stats::ratio::{RatioE, growth};
use crate::stats::whole;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

/// How a key's votes are remembered.
const MARKS: Marks = Marks { worse: 1, not_worse: 2 };

/// Evidence on error rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors {
    /// Evidence that the ratio is above the tolerated one.
    pub worse: RatioE,
    /// Evidence, of this step, that the ratio is below the one to be excluded.
    pub not_worse: RatioE,
    /// Keys that have voted.
    pub keys: Keys,
    /// Votes counted as "worse" or not, by side: distinct keys, and keyless requests.
    pub votes: Sides<u64>,
    /// Answers of the whole rollout.
    pub whole: Sides<Tally>,
    /// Answers of this step.
    pub step: Sides<Tally>,
    /// Answers of the whole rollout by route, to name where it fails.
    pub routes: Vec<Sides<Tally>>,
}

impl Errors {
    /// No evidence.
    pub fn new(settings: &GateSettings, routes: usize) -> Self {
        Self {
            worse: RatioE::above(settings.error_ratio),
            not_worse: RatioE::below(settings.error_ratio_excluded),
            keys: Keys::default(),
            votes: Sides::default(),
            whole: Sides::default(),
            step: Sides::default(),
            routes: vec![Sides::default(); routes],
        }
    }

    /// A new step: its evidence starts from nothing.
    pub(super) fn start_step(&mut self, settings: &GateSettings) {
        self.not_worse = RatioE::below(settings.error_ratio_excluded);
        self.keys.unmark(MARKS.not_worse);
        self.step = Sides::default();
    }

    /// Takes in a request that counts.
    pub(super) fn observe(&mut self, bin: &mut Bin, seen: &Observation, current_step: bool) {
        let bad = seen.outcome.bad();
        let one = Tally { total: 1, bad: u64::from(bad) };
        self.whole.of_mut(seen.side).add(one);
        if current_step {
            self.step.of_mut(seen.side).add(one);
        }
        if let Some(route) = self.routes.get_mut(usize::from(seen.route)) {
            route.of_mut(seen.side).add(one);
        }
        *bin.answered.of_mut(seen.side) += 1;
        let spoken = seen.key.map_or(Some(0), |key| self.keys.marks(key));
        let marks = Marks { not_worse: if current_step { MARKS.not_worse } else { 0 }, ..MARKS };
        let voted = bin.errors.count(seen.side, spoken, bad, marks);
        if let Some(key) = seen.key {
            self.keys.mark(key, voted);
        }
    }

    /// Scores a complete bin.
    pub(super) fn score(&mut self, bin: &Bin, current_step: bool) {
        let votes = &bin.errors.worse;
        self.worse.votes(votes.events.service, votes.events.monolith, votes.exposure(bin.answered));
        self.votes.monolith += votes.events.monolith;
        self.votes.service += votes.events.service;
        if current_step {
            let votes = &bin.errors.not_worse;
            let exposure = votes.exposure(bin.answered);
            self.not_worse.votes(votes.events.service, votes.events.monolith, exposure);
        }
    }

    /// The reading of this gate; `broken` says that the whole evidence has proven a regression and errors carry it.
    pub(super) fn reading(
        &self,
        settings: &GateSettings,
        routes: &[String],
        forecast: Forecast,
        broken: bool,
    ) -> Reading {
        let (service, monolith) = (self.step.service, self.step.monolith);
        let tolerated = monolith.share().unwrap_or_default() * settings.error_ratio;
        let mut reading = Reading {
            gate: Gate::Errors,
            subject: "all".to_owned(),
            verdict: Verdict::Inconclusive,
            measured: Quantity::new(service.share().unwrap_or_default(), Unit::Share),
            bound: Quantity::new(tolerated.max(settings.error_absolute), Unit::Share),
            samples: service.total,
            needed: None,
            wait: None,
            reason: String::new(),
        };
        if broken {
            reading.verdict = Verdict::Fail;
            reading.samples = self.whole.service.total;
            reading.reason = self.blame(settings, routes);
        } else if let Some(reason) = self.proof(settings) {
            reading.verdict = Verdict::Pass;
            reading.reason = reason;
        } else {
            self.explain_wait(settings, forecast, &mut reading);
        }
        reading
    }

    fn proof(&self, settings: &GateSettings) -> Option<String> {
        let counts = counts(self.step);
        if self.not_worse.ln_e() >= -settings.beta.ln() {
            let excluded = settings.error_ratio_excluded;
            return Some(format!("the error ratio is proven below {excluded:.2}×: {counts}"));
        }
        let service = self.step.service;
        let bound = settings.error_absolute;
        let sequence = ConfidenceSequence::against(settings.beta, bound);
        let proven = sequence.excludes_from_above(bound, service.bad, service.total);
        let bound = Quantity::new(bound, Unit::Share);
        proven.then(|| format!("the service's error rate is proven below {bound}: {counts}"))
    }

    fn explain_wait(&self, settings: &GateSettings, forecast: Forecast, reading: &mut Reading) {
        if self.step.service.total == 0 {
            reading.reason = "the service has not answered anybody on this step yet".to_owned();
            return;
        }
        let counts = counts(self.step);
        reading.needed = self.needed(settings, forecast.weight);
        reading.wait = reading.needed.and_then(|needed| forecast.wait(needed, reading.samples));
        reading.reason = match reading.needed {
            Some(needed) => format!("{counts}; {}", forecast.words(needed, reading.samples)),
            None => format!("{counts}; at this error rate no number of requests would be enough"),
        };
    }

    /// Requests to the service still needed for a proof, at the rates seen so far.
    fn needed(&self, settings: &GateSettings, weight: f64) -> Option<u64> {
        let (service, monolith) = (self.step.service, self.step.monolith);
        let bound = settings.error_absolute;
        // The absolute rule assumes that nothing fails from here on: plausible only after hardly anything has.
        let plausible = service.bad as f64 <= bound * service.total as f64 + 1.0;
        let absolute = ConfidenceSequence::against(settings.beta, bound)
            .clean_trials_needed(service.bad, service.total, bound)
            .filter(|_| plausible);
        let usual = monolith.share().unwrap_or_default();
        let ratio = likely_ratio(service.bad, service.total as f64 * usual);
        let excluded = settings.error_ratio_excluded;
        let per_event = if ratio < excluded { growth(weight, ratio, excluded) } else { 0.0 };
        let events_per_request = usual * (ratio + (1.0 - weight) / weight.max(1e-6));
        let per_request = per_event * events_per_request;
        let missing = (-settings.beta.ln() - self.not_worse.ln_e()).max(0.0);
        let relative = (per_request > 0.0).then(|| whole(missing / per_request).max(1));
        [absolute, relative].into_iter().flatten().min()
    }

    fn blame(&self, settings: &GateSettings, routes: &[String]) -> String {
        let counts = counts(self.whole);
        let tolerated = settings.error_ratio;
        let place =
            self.worst_route(routes).map_or(String::new(), |route| format!("; most on {route}"));
        format!("more than {tolerated:.2}× the monolith's error rate is proven: {counts}{place}")
    }

    /// The route with the most bad answers beyond what the monolith would have given there.
    fn worst_route<'routes>(&self, routes: &'routes [String]) -> Option<&'routes String> {
        let excess = |sides: &Sides<Tally>| {
            let usual = sides.monolith.share().unwrap_or_default();
            sides.service.bad as f64 - usual * sides.service.total as f64
        };
        let named = routes.iter().zip(&self.routes).map(|(route, sides)| (route, excess(sides)));
        let worst = named.filter(|(_, excess)| *excess > 0.0);
        worst.max_by(|left, right| left.1.total_cmp(&right.1)).map(|(route, _)| route)
    }
}

fn counts(sides: Sides<Tally>) -> String {
    let words = |side: Side| {
        let tally = sides.of(side);
        format!("{} of {}", grouped(tally.bad), grouped(tally.total))
    };
    format!(
        "{} bad on the service, {} on the monolith",
        words(Side::Service),
        words(Side::Monolith)
    )
}

#[cfg(test)]
mod tests;
