//! The `ficus` command, as anybody would type it.

use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::narrator::Narrator;

/// Exit code: fine.
const FINE: i32 = 0;
/// Exit code: the answer is no. There are differences, say.
const NO: i32 = 1;
/// Lines of a long answer that are shown.
const LINES_SHOWN: usize = 18;

/// The binary and its configuration.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) binary: PathBuf,
    pub(super) config: PathBuf,
}

/// Where the boundary stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) stage: String,
    /// `running`, `held`, `rolled-back` or `killed`.
    pub(super) phase: String,
    /// Since when and why it does not run.
    pub(super) stopped: Option<(String, String)>,
    /// `1 of 2`, at Canary.
    pub(super) step: Option<String>,
    pub(super) weight: String,
    pub(super) verdict: String,
    pub(super) waiting_for: String,
    pub(super) coverage: Coverage,
}

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Coverage {
    pub(super) eligible: u64,
    pub(super) compared: u64,
    pub(super) mismatched: u64,
    pub(super) text: String,
}

/// One class of differences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) route: String,
    pub(super) path: String,
    pub(super) kind: String,
    pub(super) count: u64,
}

impl Product {
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--config").arg(&self.config).args(arguments);
        command
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(super) fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.answered(arguments, &[FINE])
    }

    fn answered(&self, arguments: &[&str], codes: &[i32]) -> anyhow::Result<String> {
        let output = self.output(arguments)?;
        let (out, said) = (text(&output.stdout), text(&output.stderr));
        let line = arguments.join(" ");
        let expected = output.status.code().is_some_and(|code| codes.contains(&code));
        ensure!(expected, "ficus {line}: {}: {}{}", output.status, said.trim(), beginning(&out));
        Ok(out)
    }

    /// Runs a command that must succeed, and shows it with what it printed.
    pub(super) fn show(&self, narrator: &Narrator, arguments: &[&str]) -> anyhow::Result<String> {
        narrator.command(&typed(arguments));
        let output = self.run(arguments)?;
        narrator.quote(&output);
        Ok(output)
    }

    /// Shows the beginning of what differs.
    pub(super) fn show_mismatches(&self, narrator: &Narrator) -> anyhow::Result<()> {
        let arguments = ["mismatches", "quotes"];
        narrator.command(&typed(&arguments));
        let output = self.answered(&arguments, &[FINE, NO])?;
        let lines: Vec<_> = output.lines().collect();
        let shown = lines.get(..LINES_SHOWN).unwrap_or(&lines);
        narrator.quote(&shown.join("\n"));
        if lines.len() > shown.len() {
            narrator.quote(&format!("… and {} more lines", lines.len() - shown.len()));
        }
        Ok(())
    }

    fn output(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        self.command(arguments).env("NO_COLOR", "1").output().context("running ficus")
    }

    /// Where the boundary stands.
    pub(super) fn view(&self) -> anyhow::Result<View> {
        let answer: Value = serde_json::from_str(&self.run(&["status", "quotes", "--json"])?)?;
        View::read(&answer).context("`ficus status --json` has another form than expected")
    }

    /// The differences found since the present evidence began.
    pub(super) fn mismatches(&self) -> anyhow::Result<Vec<Mismatch>> {
        let output = self.answered(&["mismatches", "quotes", "--json"], &[FINE, NO])?;
        let answer: Value = serde_json::from_str(&output)?;
        let classes = answer.get("classes").or(Some(&answer)).and_then(Value::as_array);
        let classes = classes.context("`ficus mismatches --json` has no list of classes")?;
        let read = |class: &Value| {
            let text = |key: &str| Some(class.get(key)?.as_str()?.to_owned());
            Some(Mismatch {
                route: text("route")?,
                path: text("path")?,
                kind: text("kind")?,
                count: class.get("count")?.as_u64()?,
            })
        };
        let classes: Option<Vec<_>> = classes.iter().map(read).collect();
        classes.context("`ficus mismatches --json` has another form than expected")
    }
}

impl View {
    pub(super) fn read(answer: &Value) -> Option<Self> {
        let summary = answer.get("summary")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (phase, coverage) = (summary.get("phase")?, answer.get("coverage")?);
        let stopped = phase.get("since").and_then(text).zip(phase.get("reason").and_then(text));
        let number = |key: &str| coverage.get(key)?.as_u64();
        Some(Self {
            stage: text(summary.get("stage")?)?,
            phase: text(phase.get("kind")?)?,
            stopped,
            step: summary.get("step").and_then(|step| text(step.get("text")?)),
            weight: text(summary.get("weight")?.get("text")?)?,
            verdict: text(summary.get("verdict")?)?.to_lowercase(),
            waiting_for: text(summary.get("waiting_for")?)?,
            coverage: Coverage {
                eligible: number("eligible")?,
                compared: number("compared")?,
                mismatched: number("mismatched")?,
                text: text(coverage.get("text")?)?,
            },
        })
    }

    /// `Canary, step 1 of 2, 20 % on the service`.
    pub(super) fn place(&self) -> String {
        let step = self.step.as_ref().map_or_else(String::new, |step| format!(", step {step}"));
        let phase =
            if self.phase == "running" { String::new() } else { format!(", {}", self.phase) };
        format!("{}{step}{phase}, {} of live traffic on the service", self.stage, self.weight)
    }

    pub(super) fn running(&self) -> bool {
        self.phase == "running"
    }

    /// The reason it does not run.
    pub(super) fn reason(&self) -> &str {
        self.stopped.as_ref().map_or("", |(_, reason)| reason)
    }
}

/// The line somebody would type.
pub(super) fn typed(arguments: &[&str]) -> String {
    let quoted = |argument: &&str| {
        if argument.contains(' ') { format!("\"{argument}\"") } else { (*argument).to_owned() }
    };
    let words: Vec<_> = arguments.iter().map(quoted).collect();
    format!("ficus {}", words.join(" "))
}

/// As much of an answer as belongs into an error.
fn beginning(answer: &str) -> String {
    answer.trim().chars().take(400).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
