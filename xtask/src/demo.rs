//! `cargo xtask demo`: one boundary of a real Go monolith goes to Rust on evidence, and back on a kill switch.
//!
//! Nothing here is staged. The parts are real programs on real ports, the traffic is open-loop, every step is a
//! command anybody could type, and every claim on the screen is checked: a transition that does not happen in its
//! time, a client error that was not planted, a canary that is still asked a second after its abort, and the demo
//! ends with 1.
//!
//! Code map: [`stage`] (everything that runs, and how it is told apart), [`parts`] (build and start), [`children`]
//! (programs that end when we do), [`files`] (the configuration a team would write), [`prologue`], [`product`] (the `ficus`
//! commands), [`acts`] (the story), [`chronicle`] (what happened, and whether it was good enough), [`narrator`].

mod acts;
mod children;
mod chronicle;
mod files;
mod interrupt;
mod narrator;
mod pace;
mod parts;
mod product;
mod prologue;
mod stage;

use std::process::ExitCode;

use anyhow::Context as _;

use self::chronicle::Chronicle;
use self::interrupt::Interrupt;
use self::narrator::Narrator;
use self::pace::Pace;
use crate::run::target;

/// Runs the demonstration.
pub(crate) fn run(options: &[&str]) -> ExitCode {
    let narrator = Narrator::for_terminal();
    let pace = match options {
        [] => Pace::CALM,
        ["--fast"] => Pace::FAST,
        _ => {
            narrator.problem("usage: cargo xtask demo [--fast]");
            return ExitCode::from(2);
        }
    };
    match play(narrator, pace) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            narrator.problem(&format!("the demo could not be finished: {error:#}"));
            ExitCode::from(1)
        }
    }
}

/// Whether everything that was promised happened.
fn play(narrator: Narrator, pace: Pace) -> anyhow::Result<bool> {
    let directory = target().join("demo");
    let interrupt = Interrupt::install()?;
    let mut chronicle = Chronicle::new();
    narrator.title("ficus: one boundary of a Go monolith moves to Rust, and back");
    let played = acts::play(&directory, pace, &narrator, &interrupt, &mut chronicle);
    if let Err(error) = &played {
        chronicle.failed(format!("{error:#}"));
    }
    let place = directory.join("summary.json");
    let text = serde_json::to_string_pretty(&chronicle.summary())?;
    std::fs::write(&place, text + "\n").with_context(|| place.display().to_string())?;
    narrator.end(&chronicle, &place);
    Ok(chronicle.good())
}

#[cfg(test)]
mod tests;
