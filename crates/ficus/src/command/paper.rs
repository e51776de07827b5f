//! Completions and the manual page, made from the one definition of the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::{Answer, Failure};
use crate::terminal::Terminal;

/// Prints completions for a shell.
pub(super) fn completions(shell: Shell, terminal: Terminal) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ficus", &mut script);
    terminal.data(&String::from_utf8_lossy(&script));
    Ok(Answer::Yes)
}

/// Prints the manual page in roff.
pub(super) fn man(terminal: Terminal) -> Result<Answer, Failure> {
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(Cli::command()).render(&mut page);
    written.map_err(|error| Failure::undone(format!("no manual page: {error}"), ""))?;
    terminal.data(&String::from_utf8_lossy(&page));
    Ok(Answer::Yes)
}
