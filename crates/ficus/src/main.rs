//! The ficus command: configuration, wiring, diagnostics.
//!
//! Code map, from words to deeds:
//! - words: [`cli`] (what can be asked), [`failure`] (how a command ends)
//! - configuration: [`mod@file`] (texts with places) → [`settings`] (meaning), [`findings`] (shown in place), [`moment`]
//! - asking a running ficus: [`client`]
//! - showing: [`terminal`], [`table`]
//! - deeds: [`command`] (one module per command), [`up`] (the process itself), [`state_directory`]
//!
//! Nothing is decided here: the pure crates decide, gateway and control carry out, this crate puts them together.

#![forbid(unsafe_code)]

mod cli;
mod client;
mod command;
mod failure;
mod file;
mod findings;
mod moment;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod scratch;
mod settings;
mod state_directory;
mod table;
mod terminal;
mod up;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::terminal::Terminal;

/// Resident memory stays flat while connections come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::detect();
    match command::run(&cli, terminal) {
        Ok(answer) => answer.into(),
        Err(failure) => {
            terminal.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
