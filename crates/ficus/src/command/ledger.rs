//! `ficus ledger`: read, export and verify the log. Verifying and exporting need no running process.

use ficus_control::wire::{CheckpointView, EntryView, LedgerView};

use super::client;
use crate::cli::{CheckpointArgs, Cli, LedgerCommand, ShowLedgerArgs};
use crate::client::Client;
use crate::failure::{Answer, Failure};
use crate::table::Table;
use crate::terminal::Terminal;

/// Carries out a command on the ledger.
pub(super) fn run(
    cli: &Cli,
    command: &LedgerCommand,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    match command {
        LedgerCommand::Verify(_) | LedgerCommand::Export(_) => Err(Failure::undone("not yet", "")),
        LedgerCommand::Show(args) => show(&client(cli)?, args, terminal),
        LedgerCommand::Checkpoint(args) => checkpoint(&client(cli)?, args, terminal),
    }
}

fn show(client: &Client, args: &ShowLedgerArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let from = match args.from {
        Some(from) => from,
        None => {
            let head: LedgerView = client.read("/api/v1/ledger?limit=1")?;
            head.head.size.saturating_sub(args.limit)
        }
    };
    let path = format!("/api/v1/ledger?from={from}&limit={}", args.limit);
    let view: LedgerView = client.read(&path)?;
    if args.json {
        terminal.json(&view)?;
        return Ok(Answer::Yes);
    }
    terminal.data(&entries(&view.entries, terminal.width));
    if let Some(next) = view.next {
        terminal.talk(&format!("more: ficus ledger show --from {next}"));
    }
    Ok(Answer::Yes)
}

fn entries(entries: &[EntryView], width: usize) -> String {
    let mut table = Table::new(&["#", "WHEN", "BOUNDARY", "WHO", "WHAT"]);
    for entry in entries {
        let reason =
            if entry.reason.is_empty() { String::new() } else { format!(": {}", entry.reason) };
        table.row(vec![
            entry.index.to_string(),
            entry.at.clone(),
            entry.boundary.clone().unwrap_or_else(|| "-".to_owned()),
            entry.actor.text(),
            format!("{}{reason}", entry.words),
        ]);
    }
    table.render(width)
}

fn checkpoint(
    client: &Client,
    args: &CheckpointArgs,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    let view: CheckpointView = client.read("/api/v1/ledger/checkpoint")?;
    if args.json {
        terminal.json(&view)?;
    } else {
        terminal.data(&view.note);
    }
    Ok(Answer::Yes)
}
