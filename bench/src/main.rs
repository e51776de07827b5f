//! Speed and memory beside the peers, and the error rates of the judges: figures come from here and from nowhere else.

#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench talks to the person who runs it"
)]

mod gateway;
mod judge;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// As in `ficus` itself, so that the figures are its figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((subject, rest)) = arguments.split_first() else {
        bail!(
            "bench gateway [--rounds N] [SCENARIO…] | instructions [SCENARIO…] | judge [--runs N] [--seed S]"
        );
    };
    match subject.as_str() {
        "gateway" => gateway::run(rest),
        "judge" => judge::run(rest),
        "instructions" => gateway::instructions::run(rest),
        "upstream" => gateway::upstream::serve().map(|()| ExitCode::SUCCESS),
        "proxy" => gateway::proxy::serve(rest).map(|()| ExitCode::SUCCESS),
        other => bail!("there is no bench `{other}`"),
    }
}
