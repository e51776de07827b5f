//! The two streams: data on stdout, talk on stderr, colour and width only where somebody looks.
//!
//! A reader who goes away (`ficus status | head -1`) is no error: what can not be written any more is dropped.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// Width of text where nobody says how wide the terminal is.
const WIDTH: usize = 100;

/// What is known about whoever reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Columns of stdout.
    pub(crate) width: usize,
    /// Whether stdout may carry colour.
    pub(crate) colour: bool,
    /// Whether stderr may carry colour.
    pub(crate) talk_colour: bool,
    /// Whether stdout is looked at by a person right now.
    pub(crate) live: bool,
}

/// What a piece of text means; colour only underlines what the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Bad news.
    Bad,
    /// A heading.
    Strong,
}

impl Terminal {
    /// Asks the system.
    pub(crate) fn detect() -> Self {
        let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let size = terminal_size::terminal_size_of(io::stdout());
        Self {
            width: size.map_or(WIDTH, |(width, _)| usize::from(width.0).max(20)),
            colour: !plain && io::stdout().is_terminal(),
            talk_colour: !plain && io::stderr().is_terminal(),
            live: io::stdout().is_terminal(),
        }
    }

    /// Writes data, ending in a line feed.
    pub(crate) fn data(self, text: &str) {
        write_line(&mut io::stdout().lock(), text);
    }

    /// Writes data as JSON, indented.
    pub(crate) fn json<T: Serialize>(self, value: &T) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value);
        let text = text.map_err(|error| Failure::undone(format!("no JSON: {error}"), ""))?;
        self.data(&text);
        Ok(())
    }

    /// Writes talk, ending in a line feed.
    pub(crate) fn talk(self, text: &str) {
        write_line(&mut io::stderr().lock(), text);
    }

    /// Shows a failure.
    pub(crate) fn failure(self, failure: &Failure) {
        if failure.message.is_empty() {
            return;
        }
        let word = paint("error", Tone::Bad, self.talk_colour);
        self.talk(&format!("{word}: {}", failure.message));
        if !failure.help.is_empty() {
            self.talk(&format!("  help: {}", failure.help));
        }
    }

    /// Text for stdout in a tone.
    pub(crate) fn paint(self, text: &str, tone: Tone) -> String {
        paint(text, tone, self.colour)
    }

    /// What clears the screen before it is written anew.
    pub(crate) fn clear(self) {
        if self.live {
            let mut stdout = io::stdout().lock();
            let _gone = stdout.write_all(b"\x1b[2J\x1b[H");
        }
    }
}

fn paint(text: &str, tone: Tone, colour: bool) -> String {
    if !colour {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Bad => "31",
        Tone::Strong => "1",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

fn write_line(stream: &mut impl io::Write, text: &str) {
    let line = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let _gone = stream.write_all(line.as_bytes()).and_then(|()| stream.flush());
}

#[cfg(test)]
mod tests;
