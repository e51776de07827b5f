//! How fast is the error budget used, and what may a rollout cost?
//!
//! The comparison of two sides is blind when *both* suffer, as when the candidate melts a database they share. Burn
//! looks at what users get, whoever answered, and so protects them independently of any comparison.
//!
//! Burn is the error ratio in units of what the objective allows. A rule has a long window, so that it means
//! something, and a short one, so that it ends when the trouble ends. At low traffic a point estimate is worthless
//! in either direction: one error must not page, and 90 % failing must. So the long window speaks through the lower
//! bound of a confidence sequence, and a rule on absolute counts over hours stands beside it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::stats::bernoulli::ConfidenceSequence;

/// The period an objective is promised over.
pub const PERIOD: Duration = Duration::from_hours(30 * 24);
/// Bad answers within [`SUSTAINED_WINDOW`] that count as sustained trouble, however low the traffic.
pub const SUSTAINED_BAD_MIN: u64 = 10;
/// Window of the absolute rule.
pub const SUSTAINED_WINDOW: Duration = Duration::from_hours(6);
/// Burn above which the absolute rule fires: 5 % of the budget in six hours.
pub const SUSTAINED_FACTOR: f64 = 6.0;

/// A burn rule: fires while both windows burn faster than `factor`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurnRule {
    /// The window that must mean something.
    pub long: Duration,
    /// The window that must still burn.
    pub short: Duration,
    /// Burn above which it fires.
    pub factor: f64,
}

/// Answers and the bad ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Answers.
    pub total: u64,
    /// Bad ones among them.
    pub bad: u64,
}

/// What a rollout has cost in bad answers beyond what the baseline would have given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// At least this many, at the confidence asked for.
    pub lower: f64,
    /// The estimate.
    pub estimate: f64,
    /// At most this many.
    pub upper: f64,
}

/// The rule for a service's whole life, four severities: (share of the budget, long window).
const LIFE: [(f64, Duration); 4] = [
    (0.02, Duration::from_hours(1)),
    (0.05, Duration::from_hours(6)),
    (0.10, Duration::from_hours(24)),
    (0.10, Duration::from_hours(72)),
];
/// Long windows of the rules scoped to a rollout.
const ROLLOUT: [Duration; 2] = [Duration::from_mins(5), Duration::from_mins(30)];

/// The burn at which `window` uses up `share` of the budget of `period`.
pub fn factor(share: f64, period: Duration, window: Duration) -> f64 {
    share * period.as_secs_f64() / window.as_secs_f64()
}

/// The four rules every objective is watched by.
pub fn life_rules() -> [BurnRule; 4] {
    LIFE.map(|(share, long)| BurnRule::using(share, long))
}

/// The two rules a rollout is watched by: each fires when it is on its way to use `share` of the budget by itself.
pub fn rollout_rules(share: f64) -> [BurnRule; 2] {
    ROLLOUT.map(|long| BurnRule::using(share, long))
}

impl BurnRule {
    /// The rule that fires when `long` has used `share` of the budget; the short window is a twelfth of it.
    pub fn using(share: f64, long: Duration) -> Self {
        Self { long, short: long / 12, factor: factor(share, PERIOD, long) }
    }

    /// Whether the rule could ever fire for this objective: no error ratio exceeds 1.
    pub fn satisfiable(&self, objective: f64) -> bool {
        self.factor * (1.0 - objective) < 1.0
    }

    /// Whether both windows burn faster than the factor: the long one provably (at error rate `alpha`), the short
    /// one by its count.
    pub fn fires(&self, long: Tally, short: Tally, objective: f64, alpha: f64) -> bool {
        let bound = self.factor * (1.0 - objective);
        if bound >= 1.0 || short.share().is_none_or(|share| share <= bound) {
            return false;
        }
        ConfidenceSequence::against(alpha, bound).excludes_from_below(bound, long.bad, long.total)
    }
}

/// Whether trouble is sustained by absolute counts: what catches a broken service that hardly anybody calls.
pub fn sustained(over_window: Tally, objective: f64) -> bool {
    let burns =
        over_window.share().is_some_and(|share| share > SUSTAINED_FACTOR * (1.0 - objective));
    burns && over_window.bad >= SUSTAINED_BAD_MIN
}

impl Tally {
    /// The bad share; `None` without answers.
    pub fn share(&self) -> Option<f64> {
        (self.total > 0).then(|| self.bad as f64 / self.total as f64)
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.total += other.total;
        self.bad += other.bad;
    }
}

impl Price {
    /// The excess of the candidate over the baseline, with both rates bounded at error rate `alpha`, tuned to `rate`.
    pub fn of(candidate: Tally, baseline: Tally, rate: f64, alpha: f64) -> Self {
        let sequence = ConfidenceSequence::against(alpha / 2.0, rate.clamp(1e-6, 0.5));
        let (candidate_low, candidate_high) = sequence.interval(candidate.bad, candidate.total);
        let (baseline_low, baseline_high) = sequence.interval(baseline.bad, baseline.total);
        let served = candidate.total as f64;
        let excess = |own: f64, other: f64| served * (own - other).max(0.0);
        Self {
            lower: excess(candidate_low, baseline_high),
            estimate: Self::estimate(candidate, baseline),
            upper: excess(candidate_high, baseline_low),
        }
    }

    /// The estimate alone, which is cheap.
    pub fn estimate(candidate: Tally, baseline: Tally) -> f64 {
        let [own, other] = [candidate, baseline].map(|tally| tally.share().unwrap_or_default());
        candidate.total as f64 * (own - other).max(0.0)
    }
}

/// Tallies of the recent past in slots of equal length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Length of a slot in seconds.
    pub slot_seconds: u64,
    /// Slots kept.
    pub slots_max: usize,
    /// Slot number since the epoch and what fell into it, ascending, empty slots left out.
    pub slots: VecDeque<(u64, Tally)>,
}

impl Trail {
    /// A trail of `slots_max` slots of `slot_seconds`.
    pub fn new(slot_seconds: u64, slots_max: usize) -> Self {
        Self { slot_seconds: slot_seconds.max(1), slots_max, slots: VecDeque::new() }
    }

    /// Counts answers of one second. A second before the newest slot counts into the newest.
    pub fn record(&mut self, second: u64, tally: Tally) {
        let slot = second / self.slot_seconds;
        match self.slots.back_mut() {
            Some((newest, kept)) if *newest >= slot => kept.add(tally),
            _ => self.slots.push_back((slot, tally)),
        }
        let oldest = slot.saturating_sub(self.slots_max as u64);
        while self.slots.front().is_some_and(|(kept, _)| *kept < oldest) {
            self.slots.pop_front();
        }
    }

    /// What fell into the last `span`, rounded up to whole slots.
    pub fn over(&self, second: u64, span: Duration) -> Tally {
        let slots = span.as_secs().div_ceil(self.slot_seconds).max(1);
        let newest = second / self.slot_seconds;
        let mut sum = Tally::default();
        for (_, tally) in self.slots.iter().rev().take_while(|(slot, _)| newest < slot + slots) {
            sum.add(*tally);
        }
        sum
    }
}

#[cfg(test)]
mod tests;
