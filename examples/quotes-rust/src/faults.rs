//! Faults that the demonstration and the tests plant, switched at start and at run time.
//!
//! A specification is a list such as `rounding,null-list` or `tail=80,errors=25`; what it does not name is off.
//! Every fault is an atomic, so asking costs a load and switching needs no lock.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

/// Which faults are on. The default is none.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    switches: [AtomicU64; FAULTS.len()],
    requests: AtomicU64,
}

/// Every fault: its name, what a bare name means, and what it does.
const FAULTS: [(&str, u64, &str); 9] = [
    ("rounding", 1, "rounds half a cent of tax to the even cent"),
    ("null-list", 1, "writes [] where the monolith writes null"),
    ("tail", 80, "makes 2 % of the answers wait this many milliseconds"),
    ("errors", 25, "answers this many of a thousand requests with 500"),
    ("crash", 100, "aborts the program at this many requests from now"),
    ("hang", 1, "never answers"),
    ("reset", 1, "breaks the connection instead of answering"),
    ("garbage", 1, "answers with two lengths that contradict each other"),
    ("slow", 50, "makes every answer wait this many milliseconds"),
];

const ROUNDING: usize = 0;
const NULL_LIST: usize = 1;
const TAIL: usize = 2;
const ERRORS: usize = 3;
const CRASH: usize = 4;
const HANG: usize = 5;
const RESET: usize = 6;
const GARBAGE: usize = 7;
const SLOW: usize = 8;

/// One in this many answers has the long tail: 2 %.
const TAIL_EVERY: u64 = 50;

/// A specification that can not be followed.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum BadSpecification {
    /// No fault has this name.
    #[error("no fault is called \"{0}\"; there are {known}", known = known())]
    Unknown(String),
    /// The value is no whole number.
    #[error("fault \"{0}\" needs a whole number, not \"{1}\"")]
    Value(&'static str, String),
}

fn known() -> String {
    FAULTS.map(|(name, _, _)| name).join(", ")
}

/// What the service does to one request before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing but waiting this many milliseconds.
    Wait(u64),
    /// A 500.
    Fail,
    /// The whole program ends.
    Crash,
    /// No answer, ever.
    Hang,
}

impl Faults {
    /// Replaces what is on; all or nothing.
    ///
    /// # Errors
    /// The specification names something else than faults; then nothing has changed.
    pub(crate) fn set(&self, specification: &str) -> Result<(), BadSpecification> {
        let values = parse(specification)?;
        self.requests.store(0, Ordering::Relaxed);
        for (switch, value) in self.switches.iter().zip(values) {
            switch.store(value, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Tax is rounded the other way.
    pub(crate) fn rounding(&self) -> bool {
        self.value(ROUNDING) > 0
    }

    /// Empty lists are `[]`.
    pub(crate) fn null_list(&self) -> bool {
        self.value(NULL_LIST) > 0
    }

    /// Connections break when something is written to them.
    pub(crate) fn reset(&self) -> bool {
        self.value(RESET) > 0
    }

    /// What is written to connections is no HTTP.
    pub(crate) fn garbage(&self) -> bool {
        self.value(GARBAGE) > 0
    }

    /// What happens to the next request. Spread evenly by count, so that no chance is involved.
    pub(crate) fn next(&self) -> Fate {
        let count = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let crash = self.value(CRASH);
        if crash > 0 && count >= crash {
            return Fate::Crash;
        }
        if self.value(HANG) > 0 {
            return Fate::Hang;
        }
        let per_mille = self.value(ERRORS);
        if count * per_mille / 1000 > (count - 1) * per_mille / 1000 {
            return Fate::Fail;
        }
        let tail = if count.is_multiple_of(TAIL_EVERY) { self.value(TAIL) } else { 0 };
        Fate::Wait(tail + self.value(SLOW))
    }

    fn value(&self, fault: usize) -> u64 {
        self.switches.get(fault).map_or(0, |switch| switch.load(Ordering::Relaxed))
    }
}

impl FromStr for Faults {
    type Err = BadSpecification;

    fn from_str(specification: &str) -> Result<Self, Self::Err> {
        let faults = Self::default();
        faults.set(specification)?;
        Ok(faults)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = FAULTS.iter().enumerate().filter(|(index, _)| self.value(*index) > 0);
        let mut separator = "";
        for (index, (name, _, does)) in on {
            write!(formatter, "{separator}{name}={} ({does})", self.value(index))?;
            separator = ", ";
        }
        if separator.is_empty() { formatter.write_str("none") } else { Ok(()) }
    }
}

fn parse(specification: &str) -> Result<[u64; FAULTS.len()], BadSpecification> {
    let mut values = [0; FAULTS.len()];
    for part in specification.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (given, value) = part.split_once('=').map_or((part, None), |(n, v)| (n, Some(v)));
        let known = FAULTS.iter().zip(values.iter_mut()).find(|((name, _, _), _)| *name == given);
        let Some(((name, usual, _), slot)) = known else {
            return Err(BadSpecification::Unknown(given.to_owned()));
        };
        *slot = match value {
            None => *usual,
            Some(text) => {
                text.parse().map_err(|_| BadSpecification::Value(name, text.to_owned()))?
            }
        };
    }
    Ok(values)
}

#[cfg(test)]
mod tests;
