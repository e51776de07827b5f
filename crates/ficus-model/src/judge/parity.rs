//! Do the two give the same answers, and how much of the traffic has been compared?
//!
//! Parity is proven per route: an upper confidence bound on the probability of a real mismatch lies below the bound,
//! which takes about 4.2 / bound clean comparisons. It is disproven by the lower bound, or at once by a run of
//! mismatches so long that no rate within the bound could explain it: a service that was fine for a week and is then
//! deployed broken must not hide behind that week.
//!
//! What was not compared has a reason. Chosen reasons (a share of the mirror, routes not declared safe) do not lower
//! coverage; the others do, for what could not be compared may be exactly what differs.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::boundary::GateSettings;
use crate::comparison::{Comparison, ComparisonBatch, Uncompared};
use crate::judge::forecast::{Forecast, about, grouped};
use crate::stats::bernoulli::ConfidenceSequence;
use crate::stats::whole;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

/// Fewer mismatches than this never fail a route, whatever the bound.
const MISMATCHES_MIN: u64 = 3;
/// The shortest run of mismatches that fails a route at once.
const RUN_MIN: u64 = 5;
/// Comparisons over which the run rule keeps its error rate.
const RUN_HORIZON: f64 = 1e6;

/// Evidence on the answers of a boundary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parity {
    /// By route.
    pub routes: Vec<RouteParity>,
}

/// Evidence on the answers of one route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteParity {
    /// Pairs compared.
    pub compared: u64,
    /// Pairs that really differ; accepted noise counts as equal.
    pub mismatched: u64,
    /// Mismatches since the last equal pair.
    pub run: u64,
    /// The bound was once proven to be broken.
    pub broken: bool,
    /// Requests not compared, by reason.
    pub uncompared: BTreeMap<Uncompared, u64>,
}

impl Parity {
    /// No evidence.
    pub fn new(routes: usize) -> Self {
        Self { routes: vec![RouteParity::default(); routes] }
    }

    /// Takes in comparisons, and what was not compared.
    pub(super) fn compare(&mut self, settings: &GateSettings, batch: &ComparisonBatch) {
        for compared in &batch.compared {
            if let Some(route) = self.routes.get_mut(usize::from(compared.route)) {
                route.compare(settings, &compared.comparison);
            }
        }
        for (route, reason, count) in &batch.uncompared {
            if let Some(route) = self.routes.get_mut(usize::from(*route)) {
                *route.uncompared.entry(*reason).or_insert(0) += count;
            }
        }
    }

    /// The readings of Shadow: parity of each route that can be compared, and coverage.
    pub(super) fn readings(
        &self,
        settings: &GateSettings,
        routes: &[String],
        exempt: &BTreeSet<u16>,
        forecast: Forecast,
    ) -> Vec<Reading> {
        let exempt = |index: usize, route: &RouteParity| {
            u16::try_from(index).is_ok_and(|index| exempt.contains(&index)) || route.never_copied()
        };
        let indexed = routes.iter().zip(&self.routes).enumerate();
        let (left_out, judged): (Vec<_>, Vec<_>) =
            indexed.partition(|(index, (_, route))| exempt(*index, route));
        let judged = judged.into_iter().map(|(_, (name, route))| (name, route));
        let left_out = left_out.into_iter().map(|(_, (name, _))| name.as_str()).collect::<Vec<_>>();
        let mut readings: Vec<Reading> =
            judged.map(|(name, route)| route.reading(settings, name, forecast)).collect();
        readings.push(self.coverage(settings, &left_out));
        readings
    }

    /// Readings of the routes whose parity is disproven: all that a canary asks of the mirror.
    pub(super) fn disproven(
        &self,
        settings: &GateSettings,
        routes: &[String],
        forecast: Forecast,
    ) -> Vec<Reading> {
        let broken = routes.iter().zip(&self.routes).filter(|(_, route)| route.broken);
        broken.map(|(name, route)| route.reading(settings, name, forecast)).collect()
    }

    fn coverage(&self, settings: &GateSettings, left_out: &[&str]) -> Reading {
        let compared: u64 = self.routes.iter().map(|route| route.compared).sum();
        let missed = self.missed();
        let eligible = compared + missed.iter().map(|(_, count)| count).sum::<u64>();
        let share = compared as f64 / eligible.max(1) as f64;
        let (verdict, mut reason) = if eligible == 0 {
            (Verdict::Inconclusive, "nothing has been compared yet".to_owned())
        } else if share >= settings.coverage {
            let text = format!("{} of {} compared", grouped(compared), grouped(eligible));
            (Verdict::Pass, text)
        } else {
            let reasons = missed.iter().take(3).map(|(reason, count)| {
                format!("{} {}", grouped(*count), reason.as_str().replace('_', " "))
            });
            let reasons = reasons.collect::<Vec<_>>().join(", ");
            let text =
                format!("only {} of {} compared: {reasons}", grouped(compared), grouped(eligible));
            (Verdict::Inconclusive, text)
        };
        if !left_out.is_empty() {
            reason = format!("{reason}; never copied and so not proven: {}", left_out.join(", "));
        }
        Reading {
            gate: Gate::Coverage,
            subject: "all".to_owned(),
            verdict,
            measured: Quantity::new(share, Unit::Share),
            bound: Quantity::new(settings.coverage, Unit::Share),
            samples: eligible,
            needed: None,
            wait: None,
            reason,
        }
    }

    /// What lowers coverage, the most frequent reason first.
    fn missed(&self) -> Vec<(Uncompared, u64)> {
        let mut missed = BTreeMap::new();
        for (reason, count) in self.routes.iter().flat_map(|route| &route.uncompared) {
            if !reason.chosen() {
                *missed.entry(*reason).or_insert(0_u64) += count;
            }
        }
        let mut missed: Vec<_> = missed.into_iter().collect();
        missed.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
        missed
    }
}

impl RouteParity {
    fn compare(&mut self, settings: &GateSettings, comparison: &Comparison) {
        self.compared += 1;
        match comparison {
            Comparison::Match | Comparison::Ignored(_) => self.run = 0,
            Comparison::Mismatch(_) => {
                self.mismatched += 1;
                self.run += 1;
                self.broken = self.broken || self.disproven(settings);
            }
        }
    }

    fn disproven(&self, settings: &GateSettings) -> bool {
        let bound = settings.parity;
        let sequence = ConfidenceSequence::against(settings.alpha, bound);
        let enough = self.mismatched >= MISMATCHES_MIN;
        let above = enough && sequence.excludes_from_below(bound, self.mismatched, self.compared);
        above || self.run >= run_limit(settings)
    }

    /// Whether requests came and every one of them was left out by what the route is.
    fn never_copied(&self) -> bool {
        let by_nature = |reason: &Uncompared| {
            matches!(reason, Uncompared::Unsafe | Uncompared::UpgradeOrStream)
        };
        self.compared == 0 && !self.uncompared.is_empty() && self.uncompared.keys().all(by_nature)
    }

    fn reading(&self, settings: &GateSettings, name: &str, forecast: Forecast) -> Reading {
        let bound = settings.parity;
        let sequence = ConfidenceSequence::against(settings.beta, bound);
        let proven = sequence.excludes_from_above(bound, self.mismatched, self.compared);
        let upper = sequence.upper(self.mismatched, self.compared);
        let shown =
            if self.broken { self.mismatched as f64 / self.compared.max(1) as f64 } else { upper };
        let needed = sequence.clean_trials_needed(self.mismatched, self.compared, bound);
        let needed = needed.filter(|_| !self.broken && !proven);
        let verdict = match (self.broken, proven) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Pass,
            (false, false) => Verdict::Inconclusive,
        };
        Reading {
            gate: Gate::Parity,
            subject: name.to_owned(),
            verdict,
            measured: Quantity::new(shown, Unit::Share),
            bound: Quantity::new(bound, Unit::Share),
            samples: self.compared,
            needed,
            wait: needed.and_then(|needed| forecast.wait(needed, self.compared)),
            reason: self.words(settings, verdict, needed, forecast),
        }
    }

    fn words(
        &self,
        settings: &GateSettings,
        verdict: Verdict,
        needed: Option<u64>,
        forecast: Forecast,
    ) -> String {
        let bound = Quantity::new(settings.parity, Unit::Share);
        let counts =
            format!("{} of {} answers differ", grouped(self.mismatched), grouped(self.compared));
        match (verdict, needed) {
            (Verdict::Fail, _) if self.run >= run_limit(settings) => {
                format!("the last {} answers all differ; {counts}", grouped(self.run))
            }
            (Verdict::Fail, _) => format!("{counts}, proven to be more than {bound}"),
            (Verdict::Pass, _) => format!("{counts}, proven to be fewer than {bound}"),
            (Verdict::Inconclusive, _) if self.compared == 0 => self.silence(),
            (Verdict::Inconclusive, Some(needed)) => {
                let wait = forecast.wait(needed, self.compared);
                let wait = wait.map_or(String::new(), |wait| format!(", {}", about(wait)));
                let needed = grouped(needed);
                format!("{counts}; about {needed} more equal answers prove it{wait}")
            }
            (Verdict::Inconclusive, None) => {
                format!("{counts}; too many to prove fewer than {bound}")
            }
        }
    }

    fn silence(&self) -> String {
        let most = self.uncompared.iter().max_by_key(|(_, count)| **count);
        most.map_or("not called yet".to_owned(), |(reason, count)| {
            let reason = reason.as_str().replace('_', " ");
            format!("called, but never compared: {} {reason}", grouped(*count))
        })
    }
}

/// How long a run of mismatches must be to be impossible, at the bound, within a million comparisons.
fn run_limit(settings: &GateSettings) -> u64 {
    let rate = settings.parity.clamp(1e-9, 0.999);
    whole((settings.alpha / RUN_HORIZON).ln() / rate.ln()).max(RUN_MIN)
}

#[cfg(test)]
mod tests;
