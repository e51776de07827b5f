//! `ficus ledger`: read, export and verify the log. Verifying and exporting need no running process.

mod offline;

use std::fs;
use std::path::Path;

use ficus_control::ledger::{Report, ReportPart};
use ficus_control::wire::{CheckpointView, EntryView, LedgerView};

use super::{Nearby, client};
use crate::cli::{CheckpointArgs, Cli, ExportArgs, LedgerCommand, ShowLedgerArgs, VerifyArgs};
use crate::client::Client;
use crate::failure::{Answer, Failure, chain};
use crate::table::Table;
use crate::terminal::{Terminal, Tone};

/// Carries out a command on the ledger.
pub(super) fn run(
    cli: &Cli,
    command: &LedgerCommand,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    match command {
        LedgerCommand::Verify(args) => verify(cli, args, terminal),
        LedgerCommand::Export(args) => export(cli, args, terminal),
        LedgerCommand::Show(args) => show(&client(cli)?, args, terminal),
        LedgerCommand::Checkpoint(args) => checkpoint(&client(cli)?, args, terminal),
    }
}

fn verify(cli: &Cli, args: &VerifyArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let nearby = Nearby::look(cli);
    let directory = args.directory.clone().unwrap_or_else(|| nearby.state());
    let ledger = offline::open(&directory)?;
    let given = args.checkpoint.iter().map(|path| read_checkpoint(path));
    let mut older = given.collect::<Result<Vec<String>, Failure>>()?;
    let outside = offline::published(nearby.anchors().as_deref())?;
    let outer = older.len() + outside.len();
    older.extend(outside);
    older.extend(offline::published(Some(&offline::inner_anchors(&directory)))?);
    let report = ledger.verify(&older);
    if args.json {
        terminal.json(&wire::ReportView::from(&report))?;
    } else {
        terminal.data(&report_text(&report, outer > 0, terminal));
    }
    Ok(Answer::of(report.whole()))
}

fn read_checkpoint(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::usage(
            format!("checkpoint `{}` could not be read: {error}", path.display()),
            "`ficus ledger checkpoint > FILE` writes one.",
        )
    })
}

/// One line per property, then what nobody outside can vouch for.
fn report_text(report: &Report, outside: bool, terminal: Terminal) -> String {
    let mut text = format!("{}, {} entries\n", report.origin, report.size);
    let mut table = Table::new(&["PROPERTY", "OUTCOME", "EXAMINED"]);
    for part in &report.parts {
        let outcome = if part.faults.is_empty() { "holds" } else { "BROKEN" };
        let cells = [part.name, outcome, &part.examined];
        table.row(cells.map(str::to_owned).to_vec());
    }
    text.push_str(&table.render(terminal.width));
    for part in &report.parts {
        text.push_str(&faults(part, terminal));
    }
    text.push_str(&match (outside, report.anchored) {
        (true, anchored) if anchored >= report.size => {
            "every entry is covered by a checkpoint kept elsewhere\n".to_owned()
        }
        (true, anchored) => {
            format!("entries from {anchored} on are not covered by a checkpoint kept elsewhere\n")
        }
        (false, _) => "warning: no checkpoint from outside was given, so whoever can rewrite the \
                       state directory could have rewritten all of it; keep heads elsewhere \
                       (`ledger.anchors`, `ficus ledger checkpoint`)\n"
            .to_owned(),
    });
    let conclusion = if report.whole() { "the log is whole" } else { "the log is NOT whole" };
    text.push_str(conclusion);
    text
}

fn faults(part: &ReportPart, terminal: Terminal) -> String {
    let line = |fault: &String| {
        format!("{}\n", terminal.paint(&format!("{}: {fault}", part.name), Tone::Bad))
    };
    part.faults.iter().map(line).collect()
}

fn export(cli: &Cli, args: &ExportArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let directory = args.directory.clone().unwrap_or_else(|| Nearby::look(cli).state());
    let written = offline::open(&directory)?.export(&args.output);
    let size = written.map_err(|error| {
        Failure::undone(
            format!("the log could not be exported: {}", chain(&error)),
            "`ficus ledger verify` says what is wrong with it.",
        )
    })?;
    let output = args.output.display();
    terminal
        .talk(&format!("{size} entries as C2SP tiles in {output}; the key is in its `verifier`"));
    Ok(Answer::Yes)
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

/// What `--json` prints.
mod wire {
    use ficus_control::ledger::{Report, ReportPart};
    use serde::Serialize;

    /// The outcome of a verification.
    #[derive(Debug, Serialize)]
    pub(super) struct ReportView {
        origin: String,
        size: u64,
        whole: bool,
        anchored: u64,
        parts: Vec<PartView>,
    }

    /// One property.
    #[derive(Debug, Serialize)]
    struct PartView {
        name: &'static str,
        examined: String,
        faults: Vec<String>,
    }

    impl From<&Report> for ReportView {
        fn from(report: &Report) -> Self {
            Self {
                origin: report.origin.clone(),
                size: report.size,
                whole: report.whole(),
                anchored: report.anchored,
                parts: report.parts.iter().map(PartView::from).collect(),
            }
        }
    }

    impl From<&ReportPart> for PartView {
        fn from(part: &ReportPart) -> Self {
            Self { name: part.name, examined: part.examined.clone(), faults: part.faults.clone() }
        }
    }
}

#[cfg(test)]
mod tests;
