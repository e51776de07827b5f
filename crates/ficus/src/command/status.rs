//! `ficus status`: one table of all boundaries, or one boundary in detail; again whenever something changes.

use std::thread;
use std::time::Duration;

use ficus_control::wire::{BoundaryView, PhaseView, StatusView, SummaryView};

use super::act::boundary_path;
use super::client;
use super::plan::readings_table;
use crate::cli::{Cli, StatusArgs};
use crate::client::Client;
use crate::failure::{Answer, Blame, Failure};
use crate::table::Table;
use crate::terminal::{Terminal, Tone};

/// Between two looks while watching.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Shows the status once, or again and again.
pub(super) fn run(cli: &Cli, args: &StatusArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let client = client(cli)?;
    if args.json {
        return json(&client, args, terminal);
    }
    let mut shown = String::new();
    loop {
        let text = match text(&client, args.name.as_deref(), terminal) {
            // Whoever watches wants to see it come back.
            Err(failure) if args.watch && failure.blame == Blame::Undone => failure.message,
            answer => answer?,
        };
        if text != shown {
            if args.watch {
                terminal.clear();
            }
            terminal.data(&text);
            shown = text;
        }
        if !args.watch {
            return Ok(Answer::Yes);
        }
        thread::sleep(LOOK_INTERVAL);
    }
}

fn json(client: &Client, args: &StatusArgs, terminal: Terminal) -> Result<Answer, Failure> {
    match &args.name {
        Some(name) => terminal.json(&client.read::<BoundaryView>(&boundary_path(name))?)?,
        None => terminal.json(&client.read::<StatusView>("/api/v1/status")?)?,
    }
    Ok(Answer::Yes)
}

fn text(client: &Client, name: Option<&str>, terminal: Terminal) -> Result<String, Failure> {
    match name {
        Some(name) => Ok(detail(&client.read(&boundary_path(name))?, terminal)),
        None => Ok(overview(&client.read("/api/v1/status")?, terminal)),
    }
}

/// All boundaries as a table.
fn overview(status: &StatusView, terminal: Terminal) -> String {
    let mut text = String::new();
    if let Some(trouble) = &status.stalled {
        let line = format!("control can not record, nothing advances: {trouble}");
        text.push_str(&format!("{}\n", terminal.paint(&line, Tone::Bad)));
    }
    if status.boundaries.is_empty() {
        text.push_str(&format!(
            "no boundaries yet: everything goes to the monolith at {}\n",
            status.monolith
        ));
        return text;
    }
    let mut table = Table::new(&["BOUNDARY", "STAGE", "WEIGHT", "MIRROR", "GATES", "WAITS FOR"]);
    for summary in &status.boundaries {
        table.row(vec![
            summary.name.clone(),
            stage(summary),
            summary.weight.text.clone(),
            summary.mirror.text.clone(),
            summary.verdict.as_str().to_owned(),
            summary.waiting_for.clone(),
        ]);
    }
    text.push_str(&table.render(terminal.width));
    text
}

/// The stage, the step where there is one, and what is out of the ordinary.
fn stage(summary: &SummaryView) -> String {
    let mut text = summary.stage.as_str().to_owned();
    if let Some(step) = &summary.step {
        text.push_str(&format!(" {}", step.text));
    }
    if summary.phase != PhaseView::Running {
        text.push_str(&format!(", {}", summary.phase.as_str()));
    }
    text
}

/// One boundary in detail.
fn detail(view: &BoundaryView, terminal: Terminal) -> String {
    let summary = &view.summary;
    let mut table = Table::new(&["", ""]);
    let mut line = |label: &str, value: String| table.row(vec![label.to_owned(), value]);
    line("owner", summary.owner.clone());
    line("stage", stage(summary));
    if let Some((since, reason)) = summary.phase.stopped() {
        line(summary.phase.as_str(), format!("since {since}: {reason}"));
    }
    line("weight", format!("{} to {}", summary.weight.text, view.routes.service));
    line("mirror", format!("{} of {}", summary.mirror.text, listed(&view.routes.safe)));
    line("routes", listed(&view.routes.surface));
    line("compared", coverage(view));
    line("waits for", summary.waiting_for.clone());
    let lines = table.render(terminal.width);
    let facts = lines.trim_start_matches('\n');
    let name = terminal.paint(&summary.name, Tone::Strong);
    let readings = readings_table(&view.readings, terminal);
    format!("{name}\n{facts}\n{readings}")
}

fn coverage(view: &BoundaryView) -> String {
    let coverage = &view.coverage;
    let mut text = format!(
        "{} of {} ({}): {} equal, {} equal under rules, {} different",
        coverage.compared,
        coverage.eligible,
        coverage.text,
        coverage.matched,
        coverage.ignored,
        coverage.mismatched
    );
    for reason in &coverage.uncompared {
        text.push_str(&format!("; {} {}", reason.count, reason.reason));
    }
    text
}

fn listed(routes: &[String]) -> String {
    if routes.is_empty() { "nothing".to_owned() } else { routes.join(", ") }
}

#[cfg(test)]
mod tests;
