//! Reading the values of a line of a judge's state: every reader yields `None` for what it does not understand.

use std::collections::VecDeque;
use std::str::{FromStr, SplitWhitespace};

use super::ABSENT;
use crate::comparison::Uncompared;
use crate::judge::bin::{Bin, Sides, SignalBin, Votes};
use crate::judge::keys::Keys;
use crate::judge::latency::Baseline;
use crate::judge::parity::RouteParity;
use crate::stats::burn::{Tally, Trail};
use crate::stats::exceedance::{LEVELS_MAX, Thresholds};
use crate::stats::histogram::Histogram;
use crate::stats::ratio::{GRID_POINTS, RatioE};
use crate::time::Time;
use crate::weight::Weight;

/// The words of a line that have not been read yet.
pub(super) struct Words<'line>(pub(super) SplitWhitespace<'line>);

impl Words<'_> {
    pub(super) fn one<Value: FromStr>(&mut self) -> Option<Value> {
        self.0.next()?.parse().ok()
    }

    pub(super) fn rest<Value: FromStr>(&mut self) -> Option<Vec<Value>> {
        self.0.by_ref().map(|word| word.parse().ok()).collect()
    }

    pub(super) fn time(&mut self) -> Option<Time> {
        self.one().map(Time::from_micros)
    }

    pub(super) fn weight(&mut self) -> Option<Weight> {
        self.one().and_then(Weight::from_ppm)
    }

    pub(super) fn sides(&mut self) -> Option<Sides<u64>> {
        Some(Sides { monolith: self.one()?, service: self.one()? })
    }

    pub(super) fn tally(&mut self) -> Option<Tally> {
        Some(Tally { total: self.one()?, bad: self.one()? })
    }

    pub(super) fn tallies(&mut self) -> Option<Sides<Tally>> {
        Some(Sides { monolith: self.tally()?, service: self.tally()? })
    }

    pub(super) fn levels(&mut self) -> Option<[Sides<u64>; LEVELS_MAX]> {
        let mut levels = [Sides::default(); LEVELS_MAX];
        for level in &mut levels {
            *level = self.sides()?;
        }
        Some(levels)
    }

    pub(super) fn ratio(&mut self, process: impl Fn(f64) -> RatioE) -> Option<RatioE> {
        let null = self.one()?;
        let mut state = [0.0; GRID_POINTS];
        for ln_weighted in &mut state {
            *ln_weighted = self.one()?;
        }
        Some(process(null).resumed(state))
    }

    pub(super) fn keys(&mut self) -> Option<Keys> {
        let halvings = self.one()?;
        let entry = |word: &str| {
            let (key, marks) = word.split_once(':')?;
            Some((u64::from_str_radix(key, 16).ok()?, u8::from_str_radix(marks, 16).ok()?))
        };
        Some(Keys { halvings, marks: self.0.by_ref().map(entry).collect::<Option<_>>()? })
    }

    pub(super) fn votes(&mut self) -> Option<Votes> {
        Some(Votes { events: self.sides()?, spent: self.sides()? })
    }

    pub(super) fn signal(&mut self) -> Option<SignalBin> {
        Some(SignalBin { worse: self.votes()?, not_worse: self.votes()? })
    }

    pub(super) fn bin(&mut self) -> Option<Bin> {
        let mut bin = Bin::open(self.weight()?, self.time()?);
        bin.given = self.tallies()?;
        bin.firsts = self.sides()?;
        bin.answered = self.sides()?;
        bin.timed = self.sides()?;
        bin.errors = self.signal()?;
        for signal in &mut bin.crossings {
            *signal = self.signal()?;
        }
        Some(bin)
    }

    pub(super) fn histogram(&mut self) -> Option<Histogram> {
        let entry = |word: &str| {
            let (index, count) = word.split_once(':')?;
            Some((index.parse::<usize>().ok()?, count.parse::<u32>().ok()?))
        };
        let mut histogram = Histogram::default();
        histogram.restore(self.0.by_ref().map(entry).collect::<Option<Vec<_>>>()?);
        Some(histogram)
    }

    pub(super) fn baseline(&mut self) -> Option<Baseline> {
        let opened = self.time()?;
        let mut micros = [None; LEVELS_MAX];
        for level in &mut micros {
            *level = self.optional()?;
        }
        let thresholds = micros.iter().any(Option::is_some).then_some(Thresholds { micros });
        Some(Baseline { opened, window: self.histogram()?, thresholds })
    }

    pub(super) fn optional(&mut self) -> Option<Option<u64>> {
        match self.0.next()? {
            ABSENT => Some(None),
            word => word.parse().ok().map(Some),
        }
    }

    pub(super) fn trail(&mut self) -> Option<Trail> {
        let entry = |word: &str| {
            let mut numbers = word.split(':').map(|number| number.parse::<u64>().ok());
            let (slot, total, bad) = (numbers.next()??, numbers.next()??, numbers.next()??);
            Some((slot, Tally { total, bad }))
        };
        let (slot_seconds, slots_max) = (self.one()?, self.one()?);
        let slots = self.0.by_ref().map(entry).collect::<Option<VecDeque<_>>>()?;
        Some(Trail { slot_seconds, slots_max, slots })
    }

    pub(super) fn parity(&mut self) -> Option<RouteParity> {
        let (compared, mismatched) = (self.one()?, self.one()?);
        let (run, broken) = (self.one()?, self.one::<u8>()? == 1);
        let entry = |word: &str| {
            let (reason, count) = word.split_once(':')?;
            let reason = Uncompared::ALL.into_iter().find(|known| known.as_str() == reason)?;
            Some((reason, count.parse::<u64>().ok()?))
        };
        let uncompared = self.0.by_ref().map(entry).collect::<Option<_>>()?;
        Some(RouteParity { compared, mismatched, run, broken, uncompared })
    }
}
