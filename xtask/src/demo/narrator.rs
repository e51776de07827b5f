//! What is said on the terminal. Colour never carries meaning alone.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use super::chronicle::Chronicle;

/// Speaks to the person who watches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Narrator {
    colour: bool,
}

const STRONG: &str = "1";
const QUIET: &str = "2";
const GOOD: &str = "32";
const BAD: &str = "31";
const ACCENT: &str = "36";

impl Narrator {
    pub(super) fn for_terminal() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: io::stdout().is_terminal() && !plain }
    }

    pub(super) fn title(&self, text: &str) {
        self.line(&format!("\n  {}", self.paint(STRONG, text)));
        self.line(&format!("  {}", self.paint(QUIET, &"─".repeat(text.chars().count()))));
    }

    /// A new act.
    pub(super) fn act(&self, number: usize, title: &str) {
        let number = self.paint(ACCENT, &format!("{number:>2}"));
        self.line(&format!("\n  {number}  {}", self.paint(STRONG, title)));
    }

    /// Something to know.
    pub(super) fn say(&self, text: &str) {
        for line in wrapped(text, 92) {
            self.line(&format!("      {line}"));
        }
    }

    /// Something that was expected has happened.
    pub(super) fn done(&self, text: &str) {
        self.line(&format!("    {} {text}", self.paint(GOOD, "✓")));
    }

    /// Something that was expected has not happened.
    pub(super) fn missed(&self, text: &str) {
        self.line(&format!("    {} {text}", self.paint(BAD, "✗")));
    }

    /// Where the boundary stands now.
    pub(super) fn moved(&self, text: &str) {
        self.line(&format!("    {} {text}", self.paint(ACCENT, "→")));
    }

    /// What it still waits for.
    pub(super) fn waiting(&self, text: &str) {
        self.line(&format!("      {}", self.paint(QUIET, text)));
    }

    /// A command as it could be typed.
    pub(super) fn command(&self, text: &str) {
        self.line(&format!("    {} {}", self.paint(QUIET, "$"), self.paint(STRONG, text)));
    }

    /// What a command or a file said.
    pub(super) fn quote(&self, text: &str) {
        for line in text.lines() {
            self.line(&format!("      {} {}", self.paint(QUIET, "│"), cut(line, 110)));
        }
    }

    /// Something that ends everything.
    pub(super) fn problem(&self, text: &str) {
        // Nobody is left to tell when the terminal is gone.
        let _gone = writeln!(io::stderr(), "{} {text}", self.paint(BAD, "✗"));
    }

    /// What came of it.
    pub(super) fn end(&self, chronicle: &Chronicle, place: &Path) {
        self.title("What happened");
        for (label, value) in chronicle.facts() {
            self.line(&format!("      {label:<34}{value}"));
        }
        for problem in chronicle.problems() {
            self.missed(problem);
        }
        if chronicle.good() {
            self.done("everything that was promised happened");
        }
        self.line(&format!(
            "      {}\n",
            self.paint(QUIET, &format!("all of it: {}", place.display()))
        ));
    }

    fn line(&self, text: &str) {
        // Nobody is left to tell when the terminal is gone.
        let _gone = writeln!(io::stdout(), "{text}");
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Seconds as people read them.
pub(super) fn seconds(time: Duration) -> String {
    if time < Duration::from_millis(20) {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    } else if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// A number with its thousands apart.
pub(super) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let kept: String = line.chars().take(width - 1).collect();
    format!("{kept}…")
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let long =
            lines.last().is_some_and(|line| line.len() + word.len() >= width && !line.is_empty());
        if long {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_never_cut() {
        assert_eq!(wrapped("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(wrapped("averylongword", 3), ["averylongword"]);
    }

    #[test]
    fn long_lines_are_cut_between_letters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }

    #[test]
    fn numbers_and_times_are_readable() {
        assert_eq!(
            [count(0), count(999), count(1000), count(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(seconds(Duration::from_micros(1_250)), "1.2 ms");
        assert_eq!(seconds(Duration::from_millis(412)), "412 ms");
        assert_eq!(seconds(Duration::from_millis(1250)), "1.2 s");
    }
}
