//! `ficus report`: the evidence of a boundary as one page that needs nothing else to be read.

use std::fs;

use super::act::boundary_path;
use super::client;
use crate::cli::{Cli, ReportArgs};
use crate::failure::{Answer, Failure};
use crate::terminal::Terminal;

/// Writes the page.
pub(super) fn run(cli: &Cli, args: &ReportArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let name = boundary_path(&args.name);
    let name = name.rsplit('/').next().unwrap_or_default();
    let page = client(cli)?.text(&format!("/boundaries/{name}/report"))?;
    fs::write(&args.output, page).map_err(|error| {
        let message = format!("`{}` could not be written: {error}", args.output.display());
        Failure::undone(message, "Name another file with --output.")
    })?;
    terminal.talk(&format!("the report is in {}", args.output.display()));
    Ok(Answer::Yes)
}
