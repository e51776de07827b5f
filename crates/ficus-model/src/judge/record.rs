//! A judge's state as text: what control stores as evidence and hashes.
//!
//! One line per value, its name first, so that a person can read the evidence of a verdict and a script can check it.
//! Floating-point numbers are written in the shortest form that reads back as the same number: writing and reading
//! yield an equal state, bit by bit. The last line says that nothing is missing.

mod words;

use std::fmt::Write as _;

use crate::boundary::GateSettings;
use crate::judge::bin::{Bin, Sides};
use crate::judge::keys::Keys;
use crate::judge::parity::RouteParity;
use crate::judge::spending::Overspent;
use crate::judge::state::{Breach, JudgeState, StepState};
use crate::stats::burn::{Tally, Trail};
use crate::stats::exceedance::{ExceedanceE, LEVELS_MAX};
use crate::stats::histogram::Histogram;
use crate::stats::ratio::RatioE;
use crate::stats::sample_ratio::SampleRatioE;
use crate::time::Time;
use crate::verdict::Gate;
use words::Words;

/// The first line: the form and its version.
const FIRST: &str = "ficus-judge 1";
/// The last line.
const LAST: &str = "end";
/// Stands for an absent value.
const ABSENT: &str = "-";

/// Why a text is not a judge's state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The first line names another form.
    #[error("not a judge's state of a known version")]
    Version,
    /// This line, counted from 1, can not be read.
    #[error("line {0} of the judge's state can not be read")]
    Line(usize),
    /// The text ends before it is complete.
    #[error("the judge's state is cut off")]
    CutOff,
}

impl JudgeState {
    /// The state as text. Exact: [`JudgeState::from_text`] yields an equal state.
    pub fn to_text(&self) -> String {
        let mut text = Text(format!("{FIRST}\n"));
        self.write_frame(&mut text);
        self.bins.iter().for_each(|bin| write_bin(&mut text, bin));
        self.write_errors(&mut text);
        self.write_latency(&mut text);
        self.write_integrity(&mut text);
        self.write_spending(&mut text);
        self.parity.routes.iter().for_each(|route| write_parity(&mut text, route));
        text.0.push_str(LAST);
        text.0.push('\n');
        text.0
    }

    /// Reads what [`JudgeState::to_text`] wrote.
    ///
    /// # Errors
    /// Another form, the first line that can not be read, or a text that is cut off.
    pub fn from_text(text: &str) -> Result<Self, StateError> {
        let mut lines = text.lines().zip(1..);
        if lines.next().map(|(line, _)| line) != Some(FIRST) {
            return Err(StateError::Version);
        }
        let mut state = Self::new(&GateSettings::default(), 0, Time::EPOCH);
        state.latency.slower.levels.clear();
        state.latency.not_slower.levels.clear();
        for (line, number) in lines {
            if line == LAST {
                return Ok(state);
            }
            let mut words = Words(line.split_whitespace());
            let read = state.read(&mut words);
            if read.is_none() || words.0.next().is_some() {
                return Err(StateError::Line(number));
            }
        }
        Err(StateError::CutOff)
    }

    fn write_frame(&self, text: &mut Text) {
        text.line("started", [self.started.as_micros()]);
        text.line("advanced", [self.advanced.as_micros()]);
        text.line("exempt", &self.exempt);
        text.line("warmed-up", [self.warmed_up.monolith, self.warmed_up.service]);
        text.line("step", [u64::from(self.step.weight.ppm()), self.step.since.as_micros()]);
        if let Some(breach) = &self.breach {
            let (at, gate, level) = (breach.at.as_micros(), breach.gate.as_str(), breach.level);
            text.line("breach", [format!("{at} {gate} {level} {:?}", breach.ln_e)]);
        }
    }

    fn write_errors(&self, text: &mut Text) {
        let errors = &self.errors;
        write_ratio(text, "errors.worse", &errors.worse);
        write_ratio(text, "errors.not-worse", &errors.not_worse);
        write_keys(text, "errors.keys", &errors.keys);
        text.line("errors.votes", [errors.votes.monolith, errors.votes.service]);
        text.line("errors.whole", tallies(&errors.whole));
        text.line("errors.step", tallies(&errors.step));
        errors.routes.iter().for_each(|route| text.line("errors.route", tallies(route)));
    }

    fn write_latency(&self, text: &mut Text) {
        let latency = &self.latency;
        for level in &latency.slower.levels {
            write_ratio(text, "latency.slower", level);
        }
        for level in &latency.not_slower.levels {
            write_ratio(text, "latency.not-slower", level);
        }
        write_keys(text, "latency.keys", &latency.keys);
        text.line("latency.votes", levels(&latency.votes));
        text.line("latency.step-votes", levels(&latency.step_votes));
        text.line("latency.step-at-risk", levels(&latency.step_at_risk));
        text.line("latency.step.monolith", buckets(&latency.step.monolith));
        text.line("latency.step.service", buckets(&latency.step.service));
        for baseline in &latency.baselines {
            let micros = baseline.thresholds.unwrap_or_default().micros.map(optional).join(" ");
            let opened = format!("{} {micros}", baseline.opened.as_micros());
            text.line("latency.baseline", [opened].into_iter().chain(buckets(&baseline.window)));
        }
    }

    fn write_integrity(&self, text: &mut Text) {
        let integrity = &self.integrity;
        let SampleRatioE { ln_e, weight, candidate, total } = integrity.sample_ratio;
        text.line("integrity.sample-ratio", [format!("{ln_e:?} {weight:?} {candidate} {total}")]);
        let counted = [&integrity.firsts, &integrity.assigned, &integrity.ended];
        let counted = counted.into_iter().flat_map(|sides| [sides.monolith, sides.service]);
        text.line("integrity.counts", counted.chain([integrity.dropped]));
        write_keys(text, "integrity.keys", &integrity.keys);
    }

    fn write_spending(&self, text: &mut Text) {
        write_trail(text, "spending.recent", &self.spending.recent);
        write_trail(text, "spending.long", &self.spending.long);
        let broken = self.spending.broken.map_or(ABSENT, overspent_word);
        let Tally { total, bad } = self.spending.total;
        let checked = self.spending.checked.as_micros();
        text.line("spending.checked", [format!("{checked} {broken} {total} {bad}")]);
    }

    fn read(&mut self, words: &mut Words<'_>) -> Option<()> {
        let name = words.0.next()?;
        match name.split_once('.') {
            Some(("errors", part)) => self.read_errors(part, words),
            Some(("latency", part)) => self.read_latency(part, words),
            Some(("integrity", part)) => self.read_integrity(part, words),
            Some(("spending", part)) => self.read_spending(part, words),
            _ => self.read_frame(name, words),
        }
    }

    fn read_frame(&mut self, name: &str, words: &mut Words<'_>) -> Option<()> {
        match name {
            "started" => self.started = words.time()?,
            "advanced" => self.advanced = words.time()?,
            "exempt" => self.exempt = words.rest()?.into_iter().collect(),
            "warmed-up" => {
                self.warmed_up = Sides { monolith: words.one()?, service: words.one()? };
            }
            "step" => self.step = StepState { weight: words.weight()?, since: words.time()? },
            "breach" => {
                let (at, gate) = (words.time()?, Gate::parse(words.0.next()?)?);
                self.breach = Some(Breach { at, gate, level: words.one()?, ln_e: words.one()? });
            }
            "bin" => self.bins.push(words.bin()?),
            "parity" => self.parity.routes.push(words.parity()?),
            _ => return None,
        }
        Some(())
    }

    fn read_errors(&mut self, part: &str, words: &mut Words<'_>) -> Option<()> {
        let errors = &mut self.errors;
        match part {
            "worse" => errors.worse = words.ratio(RatioE::above)?,
            "not-worse" => errors.not_worse = words.ratio(RatioE::below)?,
            "keys" => errors.keys = words.keys()?,
            "votes" => errors.votes = words.sides()?,
            "whole" => errors.whole = words.tallies()?,
            "step" => errors.step = words.tallies()?,
            "route" => errors.routes.push(words.tallies()?),
            _ => return None,
        }
        Some(())
    }

    fn read_latency(&mut self, part: &str, words: &mut Words<'_>) -> Option<()> {
        let latency = &mut self.latency;
        let push = |evidence: &mut ExceedanceE, level: Option<RatioE>| {
            let room = evidence.levels.len() < LEVELS_MAX;
            evidence.levels.push(level.filter(|_| room)?);
            Some(())
        };
        match part {
            "slower" => push(&mut latency.slower, words.ratio(RatioE::above))?,
            "not-slower" => push(&mut latency.not_slower, words.ratio(RatioE::below))?,
            "keys" => latency.keys = words.keys()?,
            "votes" => latency.votes = words.levels()?,
            "step-votes" => latency.step_votes = words.levels()?,
            "step-at-risk" => latency.step_at_risk = words.levels()?,
            "step.monolith" => latency.step.monolith = words.histogram()?,
            "step.service" => latency.step.service = words.histogram()?,
            "baseline" => latency.baselines.push(words.baseline()?),
            _ => return None,
        }
        Some(())
    }

    fn read_integrity(&mut self, part: &str, words: &mut Words<'_>) -> Option<()> {
        let integrity = &mut self.integrity;
        match part {
            "sample-ratio" => {
                integrity.sample_ratio = SampleRatioE {
                    ln_e: words.one()?,
                    weight: words.one()?,
                    candidate: words.one()?,
                    total: words.one()?,
                };
            }
            "counts" => {
                integrity.firsts = words.sides()?;
                integrity.assigned = words.sides()?;
                integrity.ended = words.sides()?;
                integrity.dropped = words.one()?;
            }
            "keys" => integrity.keys = words.keys()?,
            _ => return None,
        }
        Some(())
    }

    fn read_spending(&mut self, part: &str, words: &mut Words<'_>) -> Option<()> {
        match part {
            "recent" => self.spending.recent = words.trail()?,
            "long" => self.spending.long = words.trail()?,
            "checked" => {
                self.spending.checked = words.time()?;
                self.spending.broken = match words.0.next()? {
                    ABSENT => None,
                    word => Some(overspent(word)?),
                };
                self.spending.total = words.tally()?;
            }
            _ => return None,
        }
        Some(())
    }
}

/// The text being written.
struct Text(String);

impl Text {
    fn line<Value: ToString>(&mut self, name: &str, values: impl IntoIterator<Item = Value>) {
        self.0.push_str(name);
        for value in values {
            self.0.push(' ');
            self.0.push_str(&value.to_string());
        }
        self.0.push('\n');
    }
}

fn write_ratio(text: &mut Text, name: &str, ratio: &RatioE) {
    let numbers = [ratio.null()].into_iter().chain(ratio.state());
    text.line(name, numbers.map(|number| format!("{number:?}")));
}

fn write_keys(text: &mut Text, name: &str, keys: &Keys) {
    let mut line = format!("{name} {}", keys.halvings);
    for (key, marks) in &keys.marks {
        // Writing to a string can not fail.
        let _written = write!(line, " {key:x}:{marks:x}");
    }
    line.push('\n');
    text.0.push_str(&line);
}

fn write_bin(text: &mut Text, bin: &Bin) {
    let frame = [u64::from(bin.weight.ppm()), bin.opened.as_micros()];
    let sides = [bin.firsts, bin.answered, bin.timed].into_iter().flat_map(both);
    let signals = [bin.errors].into_iter().chain(bin.crossings);
    let votes = signals.flat_map(|signal| [signal.worse, signal.not_worse]);
    let votes = votes.flat_map(|votes| [votes.events, votes.spent]).flat_map(both);
    text.line("bin", frame.into_iter().chain(tallies(&bin.given)).chain(sides).chain(votes));
}

fn write_trail(text: &mut Text, name: &str, trail: &Trail) {
    let frame = [trail.slot_seconds.to_string(), trail.slots_max.to_string()];
    let slots = trail.slots.iter();
    let slots = slots.map(|(slot, tally)| format!("{slot}:{}:{}", tally.total, tally.bad));
    text.line(name, frame.into_iter().chain(slots));
}

fn write_parity(text: &mut Text, route: &RouteParity) {
    let counts = [route.compared, route.mismatched, route.run, u64::from(route.broken)];
    let reasons = route.uncompared.iter();
    let reasons = reasons.map(|(reason, count)| format!("{}:{count}", reason.as_str()));
    text.line("parity", counts.iter().map(u64::to_string).chain(reasons));
}

fn both(sides: Sides<u64>) -> [u64; 2] {
    [sides.monolith, sides.service]
}

fn tallies(sides: &Sides<Tally>) -> [u64; 4] {
    let Sides { monolith, service } = sides;
    [monolith.total, monolith.bad, service.total, service.bad]
}

fn levels(levels: &[Sides<u64>; LEVELS_MAX]) -> impl Iterator<Item = u64> {
    levels.iter().copied().flat_map(both)
}

fn buckets(histogram: &Histogram) -> impl Iterator<Item = String> + '_ {
    histogram.buckets().map(|(index, count)| format!("{index}:{count}"))
}

fn optional(value: Option<u64>) -> String {
    value.map_or(ABSENT.to_owned(), |value| value.to_string())
}

const fn overspent_word(broken: Overspent) -> &'static str {
    match broken {
        Overspent::Price => "price",
        Overspent::Burn => "burn",
        Overspent::Sustained => "sustained",
    }
}

fn overspent(word: &str) -> Option<Overspent> {
    let all = [Overspent::Price, Overspent::Burn, Overspent::Sustained];
    all.into_iter().find(|broken| overspent_word(*broken) == word)
}

#[cfg(test)]
mod tests;
