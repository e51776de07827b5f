//! `cargo xtask test`: everything, in the order in which a failure is cheapest to see.
//!
//! A part that fails does not stop the parts after it, so that one run says all that is wrong; only a machine that lacks
//! something, or a workspace that does not build, ends the run at once.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::run::{cargo, succeed, target};
use crate::{check, tools};

/// What all parts need to know.
struct Surroundings {
    /// `PATH` with Go in front.
    path: OsString,
}

/// One part of the run.
struct Part {
    name: &'static str,
    /// Without it the parts behind it mean nothing.
    needed: bool,
    work: fn(&Surroundings) -> Result<()>,
}

/// How a part ended.
struct Ended {
    name: &'static str,
    took: Duration,
    failure: Option<anyhow::Error>,
}

const PARTS: [Part; 9] = [
    Part { name: "format", needed: false, work: |_| check::rust_format() },
    Part { name: "clippy", needed: false, work: |_| check::clippy() },
    Part { name: "build", needed: true, work: build },
    Part { name: "rustdoc", needed: false, work: |_| check::documentation() },
    Part { name: "gofmt", needed: false, work: |around| check::go_format(&around.path) },
    Part { name: "go vet", needed: false, work: |around| check::go_vet(&around.path) },
    Part { name: "go test", needed: false, work: |around| check::go_test(&around.path) },
    Part { name: "tests, levels 1 to 6 and tidy", needed: false, work: tests },
    Part { name: "demo --fast", needed: false, work: demo },
];

/// Runs every part and says how each ended.
///
/// # Errors
/// The machine lacks something that could not be brought.
pub(crate) fn run() -> Result<ExitCode> {
    let started = Instant::now();
    tools::packages()?;
    let around = Surroundings { path: tools::path_with_go()? };
    let ended = run_parts(&PARTS, &around);
    let text = summary(&ended, PARTS.len(), started.elapsed());
    eprint!("\n{text}");
    let all_well = ended.len() == PARTS.len() && ended.iter().all(|part| part.failure.is_none());
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_parts(parts: &[Part], around: &Surroundings) -> Vec<Ended> {
    let mut ended = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        eprintln!("\n[{}/{}] {}", place + 1, parts.len(), part.name);
        let started = Instant::now();
        let failure = (part.work)(around).err();
        let stop = part.needed && failure.is_some();
        if let Some(error) = &failure {
            eprintln!("failed: {error:#}");
        }
        ended.push(Ended { name: part.name, took: started.elapsed(), failure });
        if stop {
            break;
        }
    }
    ended
}

fn summary(ended: &[Ended], parts: usize, took: Duration) -> String {
    let mut text = String::new();
    for part in ended {
        let (word, why) = match &part.failure {
            None => ("ok    ", String::new()),
            Some(error) => ("FAILED", format!(": {error:#}")),
        };
        text.push_str(&format!("{word} {:>6.1} s  {}{why}\n", part.took.as_secs_f64(), part.name));
    }
    let failed = ended.iter().filter(|part| part.failure.is_some()).count();
    let skipped = parts - ended.len();
    let outcome = match (failed, skipped) {
        (0, 0) => "everything passed".to_owned(),
        (_, 0) => format!("{failed} of {parts} parts failed"),
        (_, _) => format!("{failed} of {parts} parts failed, {skipped} were not run"),
    };
    text.push_str(&format!("{outcome} in {:.0} s\n", took.as_secs_f64()));
    text
}

/// The programs that level 6 starts.
fn build(around: &Surroundings) -> Result<()> {
    succeed(cargo().args(["build", "--workspace", "--all-targets", "--locked"]))?;
    check::go_build(&around.path, &target().join("debug/shop"))
}

fn tests(around: &Surroundings) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    succeed(tests.env("RUN_SLOW_TESTS", "1").env("PATH", &around.path))
}

/// By way of cargo: the parts before may have built this very program anew, and the running one is gone then.
fn demo(around: &Surroundings) -> Result<()> {
    let mut demo = cargo();
    demo.args(["run", "--quiet", "--locked", "--package", "xtask", "--", "demo", "--fast"]);
    succeed(demo.env("PATH", &around.path))
}

#[cfg(test)]
mod tests;
