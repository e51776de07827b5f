//! What the latency gate says, level by level.

use super::{LEVEL_NAMES, Latency, Sides};
use crate::boundary::GateSettings;
use crate::judge::forecast::{Forecast, grouped, latency, likely_ratio};
use crate::side::Side;
use crate::stats::bernoulli::ConfidenceSequence;
use crate::stats::exceedance::{OBSERVATIONS_MIN, QUANTILES};
use crate::stats::histogram::Histogram;
use crate::stats::ratio::{RatioE, growth};
use crate::stats::whole;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

/// When fewer of the requests than this come from keys that can still vote, more requests do not help.
const OPEN_SHARE_MIN: f64 = 0.02;

impl Latency {
    /// One reading per level; `broken` names the level that has proven a regression.
    pub(in crate::judge) fn readings(
        &self,
        settings: &GateSettings,
        forecast: Forecast,
        broken: Option<usize>,
    ) -> Vec<Reading> {
        let levels = 0..self.not_slower.levels.len();
        let level = |index| Level { evidence: self, settings, forecast, index };
        levels.map(|index| level(index).reading(broken == Some(index))).collect()
    }
}

/// One level of the evidence, about to be read.
#[derive(Clone, Copy)]
struct Level<'judge> {
    evidence: &'judge Latency,
    settings: &'judge GateSettings,
    forecast: Forecast,
    index: usize,
}

/// What stands between a level and its proof.
enum Missing {
    /// About this many more requests to the service.
    Requests(u64),
    /// Keys that have not voted.
    Keys,
    /// A faster service.
    Speed,
}

impl Level<'_> {
    fn reading(&self, broken: bool) -> Reading {
        let (service, bound) = self.shown();
        let mut reading = Reading {
            gate: Gate::Latency,
            subject: LEVEL_NAMES.get(self.index).copied().unwrap_or("all").to_owned(),
            verdict: Verdict::Inconclusive,
            measured: Quantity::new(service.unwrap_or_default() as f64 / 1e6, Unit::Seconds),
            bound: Quantity::new(bound.unwrap_or_default() / 1e6, Unit::Seconds),
            samples: self.evidence.step.service.total(),
            needed: None,
            wait: None,
            reason: String::new(),
        };
        if broken {
            reading.verdict = Verdict::Fail;
            reading.reason = format!("slower than the margin allows is proven: {}", self.counts());
        } else if let Some(reason) = self.proof() {
            reading.verdict = Verdict::Pass;
            reading.reason = reason;
        } else if let Some(reason) = self.nothing_to_judge() {
            reading.reason = reason;
        } else {
            self.explain_wait(&mut reading);
        }
        reading
    }

    /// Why the level passes, if it does. An objective that hardly anybody misses gives no events to compare; then the
    /// service's own share over it suffices, as with errors.
    fn proof(&self) -> Option<String> {
        if self.ln_e() >= -self.settings.beta.ln() {
            let excluded = self.settings.error_ratio_excluded;
            let counts = self.counts();
            return Some(format!("proven not to be slow {excluded:.2}× as often: {counts}"));
        }
        let (over, total) = self.over_objective()?;
        let bound = self.settings.error_absolute;
        let sequence = ConfidenceSequence::against(self.settings.beta, bound);
        let proven = sequence.excludes_from_above(bound, over, total);
        let (share, over, total) =
            (Quantity::new(bound, Unit::Share), grouped(over), grouped(total));
        proven.then(|| {
            format!("{over} of {total} over the objective, proven to be fewer than {share}")
        })
    }

    fn nothing_to_judge(&self) -> Option<String> {
        let Sides { monolith, service } = &self.evidence.step;
        let baselines = &self.evidence.baselines;
        if service.total() == 0 {
            return Some("the service has not answered anybody on this step yet".to_owned());
        }
        if monolith.total() == 0 && self.forecast.weight >= 1.0 {
            let text = "nobody is left on the monolith to compare with: keep a holdback";
            return Some(text.to_owned());
        }
        let unknown = baselines.iter().all(|baseline| baseline.thresholds.is_none());
        let window = self.settings.window.as_secs();
        unknown.then(|| {
            format!(
                "the monolith's usual latency is not known yet: {OBSERVATIONS_MIN} answers on a route within {window} s"
            )
        })
    }

    fn explain_wait(&self, reading: &mut Reading) {
        let counts = self.counts();
        let rest = match self.missing() {
            Missing::Requests(needed) => {
                reading.needed = Some(needed);
                reading.wait = self.forecast.wait(needed, reading.samples);
                self.forecast.words(needed, reading.samples)
            }
            Missing::Keys => "nearly every user has voted, so it takes more users".to_owned(),
            Missing::Speed => "at this pace no number of requests would be enough".to_owned(),
        };
        reading.reason = format!("{counts}; {rest}");
    }

    /// What is still needed, at the rates seen so far.
    fn missing(&self) -> Missing {
        let absolute = self.over_objective().and_then(|(over, total)| {
            let bound = self.settings.error_absolute;
            let plausible = over as f64 <= bound * total as f64 + 1.0;
            let sequence = ConfidenceSequence::against(self.settings.beta, bound);
            sequence.clean_trials_needed(over, total, bound).filter(|_| plausible)
        });
        match (absolute, self.missing_ratio()) {
            (Some(absolute), Missing::Requests(relative)) => {
                Missing::Requests(absolute.min(relative))
            }
            (Some(absolute), Missing::Keys | Missing::Speed) => Missing::Requests(absolute),
            (None, missing) => missing,
        }
    }

    fn missing_ratio(&self) -> Missing {
        let (votes, at_risk) = (self.votes(), self.at_risk());
        let share = |events: u64, requests: u64| (events as f64 + 1.0) / (requests as f64 + 2.0);
        let usual = share(votes.monolith, at_risk.monolith);
        let ratio = likely_ratio(votes.service, at_risk.service as f64 * usual);
        let excluded = self.settings.error_ratio_excluded;
        if ratio >= excluded {
            return Missing::Speed;
        }
        let open = at_risk.service as f64 / (self.evidence.step.service.total() as f64).max(1.0);
        if at_risk.service > 0 && open < OPEN_SHARE_MIN {
            return Missing::Keys;
        }
        let weight = self.forecast.weight;
        let events_per_request = open * usual * (ratio + (1.0 - weight) / weight.max(1e-6));
        let per_request = growth(weight, ratio, excluded) * events_per_request;
        let missing = (-self.settings.beta.ln() - self.ln_e()).max(0.0);
        if per_request > 0.0 {
            Missing::Requests(whole(missing / per_request).max(1))
        } else {
            Missing::Speed
        }
    }

    fn ln_e(&self) -> f64 {
        self.evidence.not_slower.levels.get(self.index).map_or(0.0, RatioE::ln_e)
    }

    fn votes(&self) -> Sides<u64> {
        self.evidence.step_votes.get(self.index).copied().unwrap_or_default()
    }

    fn at_risk(&self) -> Sides<u64> {
        self.evidence.step_at_risk.get(self.index).copied().unwrap_or_default()
    }

    /// The service's answers of this step over the objective, and all of them; only at the objective's level.
    fn over_objective(&self) -> Option<(u64, u64)> {
        if self.index < QUANTILES.len() {
            return None;
        }
        let objective = self.settings.latency_objective?;
        let service = &self.evidence.step.service;
        Some((service.over(objective), service.total()))
    }

    /// What people compare: the service's quantile, and the monolith's with the margin. At the objective, itself.
    fn shown(&self) -> (Option<u64>, Option<f64>) {
        let Sides { monolith, service } = &self.evidence.step;
        let stretch = 1.0 + self.settings.latency_margin;
        let usual = monolith.quantile(self.quantile()).map(|micros| micros as f64 * stretch);
        let objective = self.settings.latency_objective.map(|limit| limit.as_micros() as f64);
        let bound = if self.index < QUANTILES.len() { usual } else { objective };
        (service.quantile(self.quantile()), bound)
    }

    /// The quantile shown beside a level: its own, or the last beside the objective.
    fn quantile(&self) -> f64 {
        QUANTILES.get(self.index).or(QUANTILES.last()).copied().unwrap_or(0.5)
    }

    fn counts(&self) -> String {
        let (votes, at_risk) = (self.votes(), self.at_risk());
        let shown = |histogram: &Histogram| {
            histogram.quantile(self.quantile()).map_or("unknown".to_owned(), latency)
        };
        let crossed = |side: Side| {
            format!("{} of {} on the {side}", grouped(*votes.of(side)), grouped(*at_risk.of(side)))
        };
        format!(
            "{} against {} of the monolith; over its threshold {}, {}",
            shown(&self.evidence.step.service),
            shown(&self.evidence.step.monolith),
            crossed(Side::Service),
            crossed(Side::Monolith)
        )
    }
}
