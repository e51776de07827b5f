//! A judge's evidence as plain values: what is stored, hashed and resumed from.

use std::collections::BTreeSet;

use crate::time::Time;

/// Everything a judge has gathered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JudgeState {
    /// When gathering began.
    pub started: Time,
    /// The latest time the judge was told.
    pub advanced: Time,
    /// Routes that can not be compared, by index.
    pub exempt: BTreeSet<u16>,
    /// Observations the gateway dropped.
    pub dropped: u64,
    /// Comparisons taken in.
    pub compared: u64,
}

/// Why a text is not a judge's state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The first line names another form.
    #[error("not a judge's state of a known version")]
    Version,
    /// This line can not be read.
    #[error("line {0} can not be read")]
    Line(usize),
}

impl JudgeState {
    /// The state as text, one line per value: what control stores as evidence. Exact: reading it back yields an equal
    /// state.
    pub fn to_text(&self) -> String {
        let exempt: Vec<String> = self.exempt.iter().map(u16::to_string).collect();
        format!(
            "ficus-judge 1\nstarted {}\nadvanced {}\nexempt {}\ndropped {}\ncompared {}\n",
            self.started.as_micros(),
            self.advanced.as_micros(),
            exempt.join(" "),
            self.dropped,
            self.compared
        )
    }

    /// Reads what [`JudgeState::to_text`] wrote.
    ///
    /// # Errors
    /// The first line that can not be read.
    pub fn from_text(text: &str) -> Result<Self, StateError> {
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line) != Some("ficus-judge 1") {
            return Err(StateError::Version);
        }
        let mut state = Self::default();
        for (index, line) in lines {
            let bad = || StateError::Line(index + 1);
            let (name, value) = line.split_once(' ').ok_or_else(bad)?;
            let number = || value.parse::<u64>().map_err(|_| bad());
            match name {
                "started" => state.started = Time::from_micros(number()?),
                "advanced" => state.advanced = Time::from_micros(number()?),
                "dropped" => state.dropped = number()?,
                "compared" => state.compared = number()?,
                "exempt" => {
                    let routes = value.split_whitespace().map(str::parse::<u16>);
                    state.exempt = routes.collect::<Result<_, _>>().map_err(|_| bad())?;
                }
                _ => return Err(bad()),
            }
        }
        Ok(state)
    }
}
