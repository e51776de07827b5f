//! What happened under one weight within about a second: the unit that is scored.
//!
//! The candidate's share of the exposure is counted and not assumed: spill-over, eligibility and a ramp may move it
//! away from the weight. Counting needs a span short enough that load does not change much within it, and one weight,
//! or a ramp would look like a difference. At low traffic a second holds one side only and would say nothing, so a
//! bin stays open until both sides have been seen, but no longer than a minute.

use crate::side::Side;
use crate::stats::burn::Tally;
use crate::stats::exceedance::LEVELS_MAX;
use crate::time::Time;
use crate::weight::Weight;

/// A bin lasts at least this long, in microseconds.
const BIN_MICROS_MIN: u64 = 1_000_000;
/// A bin waits at most this long for the other side, in microseconds.
const BIN_MICROS_MAX: u64 = 60_000_000;

/// One value per side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides<T> {
    /// The monolith's.
    pub monolith: T,
    /// The service's.
    pub service: T,
}

/// Requests of one weight, about one second.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bin {
    /// The weight they were assigned under.
    pub weight: Weight,
    /// When the first of them ended.
    pub opened: Time,
    /// Every answer, however early.
    pub given: Sides<Tally>,
    /// First assignments of keys, and every keyless request.
    pub firsts: Sides<u64>,
    /// Requests judged for errors.
    pub answered: Sides<u64>,
    /// Bad answers.
    pub errors: SignalBin,
    /// Requests judged for latency.
    pub timed: Sides<u64>,
    /// Crossings, by level.
    pub crossings: [SignalBin; LEVELS_MAX],
}

/// One signal in one bin, counted for the two questions that keep their votes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignalBin {
    /// For "is it worse?", asked over the whole rollout.
    pub worse: Votes,
    /// For "is it not worse?", asked anew on every step.
    pub not_worse: Votes,
}

/// Votes in one bin, and who could no longer vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Votes {
    /// First bad events of keys.
    pub events: Sides<u64>,
    /// Requests of keys that had voted before: not at risk any more.
    pub spent: Sides<u64>,
}

/// The bits under which a key's votes are remembered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    pub(super) worse: u8,
    pub(super) not_worse: u8,
}

impl<T> Sides<T> {
    /// The value of one side.
    pub fn of(&self, side: Side) -> &T {
        match side {
            Side::Monolith => &self.monolith,
            Side::Service => &self.service,
        }
    }

    /// The value of one side, to change.
    pub fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Monolith => &mut self.monolith,
            Side::Service => &mut self.service,
        }
    }
}

impl Bin {
    /// An empty bin.
    pub fn open(weight: Weight, at: Time) -> Self {
        Self { weight, opened: at, ..Self::default() }
    }

    /// Whether the bin is complete at this time.
    pub fn complete(&self, now: Time) -> bool {
        let age_micros = now.as_micros().saturating_sub(self.opened.as_micros());
        let both = self.given.monolith.total > 0 && self.given.service.total > 0;
        age_micros >= BIN_MICROS_MIN && (both || age_micros >= BIN_MICROS_MAX)
    }
}

impl SignalBin {
    /// Counts a request whose key has `spoken` before (`None`: is not in the sample) and which is a bad event or not;
    /// yields what the key is to be remembered for.
    pub(super) fn count(
        &mut self,
        side: Side,
        spoken: Option<u8>,
        event: bool,
        marks: Marks,
    ) -> u8 {
        let voted_worse = self.worse.count(side, spoken, event, marks.worse);
        let voted_not_worse = self.not_worse.count(side, spoken, event, marks.not_worse);
        voted_worse | voted_not_worse
    }
}

impl Votes {
    fn count(&mut self, side: Side, spoken: Option<u8>, event: bool, mark: u8) -> u8 {
        if spoken.is_none_or(|marks| marks & mark != 0) {
            *self.spent.of_mut(side) += 1;
            return 0;
        }
        if !event {
            return 0;
        }
        *self.events.of_mut(side) += 1;
        mark
    }

    /// The candidate's share of the requests that could still vote, out of all `requests` of the bin.
    pub fn exposure(&self, requests: Sides<u64>) -> f64 {
        let at_risk = |side| requests.of(side).saturating_sub(*self.spent.of(side)) as f64;
        let (monolith, service) = (at_risk(Side::Monolith), at_risk(Side::Service));
        if monolith + service > 0.0 { service / (monolith + service) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
