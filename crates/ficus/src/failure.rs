//! How a command ends: fine, with a no, or not at all, and what the user can do then.

use std::fmt;
use std::process::ExitCode;

/// How a command that could be carried out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Fine.
    Yes,
    /// It was carried out, and the answer is no: refused, not proven, not whole.
    No,
}

/// Who is to blame for a command that ended otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The answer is no.
    Refused,
    /// The words on the command line, or the configuration.
    Usage,
    /// The world.
    Undone,
}

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Who is to blame; decides the exit code.
    pub(crate) blame: Blame,
    /// The API's stable code such as `refused/not-proven`; empty when the API did not say it.
    pub(crate) code: String,
    /// What is wrong, and where: lower-case, no full stop. Empty when everything has been said already.
    pub(crate) message: String,
    /// What to do about it, as sentences.
    pub(crate) help: String,
}

impl Answer {
    /// Yes when `fine`.
    pub(crate) const fn of(fine: bool) -> Self {
        if fine { Self::Yes } else { Self::No }
    }
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::SUCCESS,
            Answer::No => Self::from(1),
        }
    }
}

impl Failure {
    /// The answer is no.
    pub(crate) fn refused(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Blame::Refused, message.into(), help.into())
    }

    /// Usage or configuration is wrong.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Blame::Usage, message.into(), help.into())
    }

    /// It could not be done.
    pub(crate) fn undone(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Blame::Undone, message.into(), help.into())
    }

    const fn new(blame: Blame, message: String, help: String) -> Self {
        Self { blame, code: String::new(), message, help }
    }

    /// Whether time alone may turn the no into a yes.
    pub(crate) fn passes_with_time(&self) -> bool {
        matches!(self.code.as_str(), "refused/not-proven" | "refused/baking")
    }

    /// The findings have been shown; nothing is left to say.
    pub(crate) fn shown() -> Self {
        Self::usage("", "")
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.blame {
            Blame::Refused => 1,
            Blame::Usage => 2,
            Blame::Undone => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// An error with everything that caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests;
