//! What the rollout costs the users: excess bad answers, and burn whoever answered.
//!
//! Independent of the comparison on purpose: when the service melts a database that both sides share, both fail, and
//! the comparison sees no difference.

use std::time::Duration;

use crate::boundary::GateSettings;
use crate::judge::bin::{Bin, Sides};
use crate::judge::forecast::grouped;
use crate::stats::burn::{PERIOD, Price, SUSTAINED_WINDOW, Tally, Trail, rollout_rules, sustained};
use crate::stats::whole as whole_number;
use crate::time::Time;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

/// How often spending is looked at.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// Fewer bad answers in a burn rule's long window than this never end a rollout.
const BURNT_MIN: u64 = 10;
/// Before this much time has passed, the rate of requests says nothing about 30 days.
const RATE_MIN: Duration = Duration::from_secs(10);

/// Spending of one rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Spending {
    /// The last half hour, in slots of five seconds.
    pub recent: Trail,
    /// The last six hours, in slots of five minutes.
    pub long: Trail,
    /// Every answer of the rollout, whoever gave it.
    pub total: Tally,
    /// When it was looked at last.
    pub checked: Time,
    /// What was broken, the first time something was.
    pub broken: Option<Overspent>,
}

/// How a budget was overspent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overspent {
    /// The service's excess of bad answers is proven above the rollout's share of the budget.
    Price,
    /// Users' bad answers burn the budget too fast, whoever answered.
    Burn,
    /// Bad answers persist at low traffic.
    Sustained,
}

impl Default for Spending {
    fn default() -> Self {
        Self {
            recent: Trail::new(5, 360),
            long: Trail::new(300, 72),
            total: Tally::default(),
            checked: Time::default(),
            broken: None,
        }
    }
}

impl Spending {
    /// Takes in a complete bin.
    pub(super) fn score(&mut self, bin: &Bin) {
        let mut given = bin.given.monolith;
        given.add(bin.given.service);
        if given.total == 0 {
            return;
        }
        self.total.add(given);
        let second = second(bin.opened);
        self.recent.record(second, given);
        self.long.record(second, given);
    }

    /// Looks whether something is overspent, if it is time to look.
    pub(super) fn check(
        &mut self,
        settings: &GateSettings,
        whole: Sides<Tally>,
        (started, now): (Time, Time),
    ) {
        if self.broken.is_some() || now.since(self.checked) < CHECK_EVERY {
            return;
        }
        self.checked = now;
        self.broken = self.overspent(settings, whole, now.since(started), now);
    }

    fn overspent(
        &self,
        settings: &GateSettings,
        whole: Sides<Tally>,
        elapsed: Duration,
        now: Time,
    ) -> Option<Overspent> {
        let second = second(now);
        let burns = rollout_rules(settings.budget_share).iter().any(|rule| {
            let long = filled_up(self.recent.over(second, rule.long), elapsed, rule.long);
            let short = self.recent.over(second, rule.short);
            long.bad >= BURNT_MIN && rule.fires(long, short, settings.objective, settings.alpha)
        });
        let dear = self.allowance(settings, elapsed).is_some_and(|allowed| {
            Price::estimate(whole.service, whole.monolith) > allowed
                && price(settings, whole).lower > allowed
        });
        if dear {
            return Some(Overspent::Price);
        }
        if burns {
            return Some(Overspent::Burn);
        }
        let persists = sustained(self.long.over(second, SUSTAINED_WINDOW), settings.objective);
        let service_fails = whole.service.bad > 0;
        (persists && service_fails && elapsed >= SUSTAINED_WINDOW).then_some(Overspent::Sustained)
    }

    /// The reading of this gate.
    pub(super) fn reading(
        &self,
        settings: &GateSettings,
        whole: Sides<Tally>,
        elapsed: Duration,
    ) -> Reading {
        let price = price(settings, whole);
        let allowed = self.allowance(settings, elapsed);
        let (verdict, reason) = self.verdict(settings, price, allowed);
        let waits = verdict == Verdict::Inconclusive && allowed.is_none();
        Reading {
            gate: Gate::Budget,
            subject: "all".to_owned(),
            verdict,
            measured: Quantity::new(self.spent(price), Unit::Count),
            bound: Quantity::new(allowed.unwrap_or_default(), Unit::Count),
            samples: self.total.total,
            needed: None,
            wait: waits.then(|| RATE_MIN.saturating_sub(elapsed)),
            reason,
        }
    }

    /// The bad answers that are held against the bound: the service's excess, or everybody's when everybody suffers.
    fn spent(&self, price: Price) -> f64 {
        match self.broken {
            Some(Overspent::Burn | Overspent::Sustained) => self.total.bad as f64,
            Some(Overspent::Price) | None => price.estimate,
        }
    }

    /// How many bad answers one rollout may cost: its share of the budget of 30 days at the present rate of requests.
    /// `None` while that rate is not known.
    fn allowance(&self, settings: &GateSettings, elapsed: Duration) -> Option<f64> {
        if self.total.total == 0 || elapsed < RATE_MIN {
            return None;
        }
        let rate = self.total.total as f64 / elapsed.as_secs_f64();
        Some(settings.budget_share * (1.0 - settings.objective) * rate * PERIOD.as_secs_f64())
    }

    fn verdict(
        &self,
        settings: &GateSettings,
        price: Price,
        allowed: Option<f64>,
    ) -> (Verdict, String) {
        let share = Quantity::new(settings.budget_share, Unit::Share);
        let excess = grouped(whole_number(price.estimate));
        let (bad, total) = (grouped(self.total.bad), grouped(self.total.total));
        match (self.broken, allowed) {
            (Some(Overspent::Price), _) => (
                Verdict::Fail,
                format!(
                    "the service's excess of {excess} bad answers is proven to cost more than {share} of the error budget"
                ),
            ),
            (Some(Overspent::Burn), _) => (
                Verdict::Fail,
                format!(
                    "users' bad answers burn the budget too fast, whoever gives them: {bad} of {total}"
                ),
            ),
            (Some(Overspent::Sustained), _) => (
                Verdict::Fail,
                format!("bad answers persist for hours at low traffic: {bad} of {total}"),
            ),
            (None, None) => {
                (Verdict::Inconclusive, "too early to know the rate of requests".to_owned())
            }
            (None, Some(allowed)) if price.lower > allowed => (
                Verdict::Inconclusive,
                format!(
                    "an excess of {excess} bad answers is about to cost more than {share} of the budget"
                ),
            ),
            (None, Some(_)) => (
                Verdict::Pass,
                format!("an excess of {excess} bad answers, within {share} of the error budget"),
            ),
        }
    }
}

/// A tally of a window the rollout is too young to fill, as if its beginning had seen the same traffic and no trouble.
/// Otherwise half a minute of trouble would be read as half an hour of it.
fn filled_up(tally: Tally, elapsed: Duration, window: Duration) -> Tally {
    let covered = elapsed.as_secs_f64() / window.as_secs_f64();
    if covered >= 1.0 {
        return tally;
    }
    let total = whole_number(tally.total as f64 / covered.max(1e-3));
    Tally { total, ..tally }
}

fn price(settings: &GateSettings, whole: Sides<Tally>) -> Price {
    Price::of(whole.service, whole.monolith, 1.0 - settings.objective, settings.alpha)
}

fn second(at: Time) -> u64 {
    at.as_micros() / 1_000_000
}

#[cfg(test)]
mod tests;
