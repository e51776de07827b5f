//! What hands and CI run, and nothing else: `cargo xtask test` is the one command that says whether all is well.
//!
//! Code map: [`every`] (the test command), [`tools`] (what the machine must have), [`check`] (formatting, lints, docs),
//! [`run`] (starting programs), [`demo`] with its [`load`] and [`postgres`], and `tidy`, the rules of the house as tests.

#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people talks on the terminal"
)]

mod check;
mod demo;
mod every;
mod load;
mod postgres;
mod run;
#[cfg(test)]
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::run::{cargo, succeed};

const USAGE: &str = "cargo xtask COMMAND

  test                every test: format, lints, all levels, Go, documentation, the demo in fast mode
  demo [--fast]       the main job, end to end, on this machine
  bench SUBJECT …     speed and memory beside the peers; see `cargo xtask bench`
  sim [--seeds N | --seed S]   whole migrations on virtual time
  fmt                 formats Rust and Go
  lint                format check, clippy, go vet
  docs                writes the generated reference anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        ["test"] => every::run(),
        ["demo", options @ ..] => Ok(demo::run(options)),
        ["bench", rest @ ..] => done(bench(rest)),
        ["sim", rest @ ..] => done(simulate(rest)),
        ["fmt"] => done(check::format()),
        ["lint"] => done(check::lint()),
        ["docs"] => done(check::reference()),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

fn done(outcome: Result<()>) -> Result<ExitCode> {
    outcome.map(|()| ExitCode::SUCCESS)
}

fn bench(arguments: &[&str]) -> Result<()> {
    succeed(
        cargo().args(["run", "--quiet", "--release", "--package", "bench", "--"]).args(arguments),
    )
}

/// Runs the simulator; a life that breaks a promise prints its seed, and `--seed` lives just that one again.
fn simulate(arguments: &[&str]) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--release", "--package", "ficus-sim"]);
    if !arguments.is_empty() {
        tests.args(["--test", "rollout", "every_promise_holds_in_every_life"]);
    }
    match arguments {
        [] => {}
        ["--seeds", count] => drop(tests.env("FICUS_SIM_SEEDS", count)),
        ["--seed", seed] => drop(tests.env("FICUS_SIM_SEED", seed)),
        _ => bail!("cargo xtask sim [--seeds N | --seed S]"),
    }
    succeed(&mut tests)
}
