//! `ficus promote`, `hold`, `rollback`, `kill`: a decision with its reason, and waiting for what follows by itself.

use std::thread;
use std::time::{Duration, Instant};

use ficus_control::wire::{
    ActionRequest, ActionView, BoundaryView, DecisionView, PhaseView, StageView, SummaryView,
};

use super::client;
use crate::cli::{ActArgs, Cli, PromoteArgs};
use crate::client::Client;
use crate::failure::{Answer, Blame, Failure};
use crate::terminal::Terminal;

pub(super) const HOLD: DecisionView = DecisionView::Hold;
pub(super) const ROLLBACK: DecisionView = DecisionView::Rollback;
pub(super) const KILL: DecisionView = DecisionView::Kill;

/// Between two looks while waiting.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Hands in a decision.
pub(super) fn act(
    cli: &Cli,
    args: &ActArgs,
    decision: DecisionView,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    let done = send(&client(cli)?, args, decision)?;
    show(&done, args.json, terminal)?;
    Ok(Answer::Yes)
}

/// Promotes, and waits when asked to: first until the gates let it through, then for what follows by itself.
pub(super) fn promote(
    cli: &Cli,
    args: &PromoteArgs,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    let client = client(cli)?;
    if !args.wait && args.until.is_none() {
        show(&send(&client, &args.act, DecisionView::Promote)?, args.act.json, terminal)?;
        return Ok(Answer::Yes);
    }
    let before: BoundaryView = client.read(&boundary_path(&args.act.name))?;
    let mut watch = Watch {
        client: &client,
        name: &args.act.name,
        deadline: Instant::now() + args.timeout,
        said: String::new(),
        terminal,
    };
    let done = watch.accepted(&args.act)?;
    show(&done, args.act.json, terminal)?;
    let target = args.until.map(StageView::from).or_else(|| next_stage(before.summary.stage));
    watch.arrived(target.unwrap_or(StageView::Retired))
}

/// The path of one boundary in the API; the name is checked by the server, never quoted into another path here.
pub(super) fn boundary_path(name: &str) -> String {
    let legal = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    let name: String =
        name.chars().map(|letter| if legal(&letter) { letter } else { '_' }).collect();
    format!("/api/v1/boundaries/{name}")
}

fn send(client: &Client, args: &ActArgs, decision: DecisionView) -> Result<ActionView, Failure> {
    let path = format!("{}/{}", boundary_path(&args.name), decision.as_str());
    client.send(&path, &ActionRequest { reason: args.reason.clone() }, None)
}

fn show(done: &ActionView, json: bool, terminal: Terminal) -> Result<(), Failure> {
    if json {
        return terminal.json(done);
    }
    for event in &done.events {
        terminal.data(&format!("{}: {event}", done.boundary));
    }
    let (stage, weight) = (done.stage.as_str(), &done.weight.text);
    terminal.data(&format!("{}: now at {stage}, weight {weight}", done.boundary));
    Ok(())
}

fn next_stage(stage: StageView) -> Option<StageView> {
    StageView::ALL.into_iter().find(|next| *next > stage)
}

/// Somebody who waits, and says so whenever something has changed.
struct Watch<'w> {
    client: &'w Client,
    name: &'w str,
    deadline: Instant,
    said: String,
    terminal: Terminal,
}

impl Watch<'_> {
    /// Asks until the gates let the decision through.
    fn accepted(&mut self, args: &ActArgs) -> Result<ActionView, Failure> {
        loop {
            match send(self.client, args, DecisionView::Promote) {
                Err(failure) if failure.passes_with_time() => self.pause(failure)?,
                answer => return answer,
            }
            self.look()?;
        }
    }

    /// Looks until the boundary stands at `target`, or stops running.
    fn arrived(&mut self, target: StageView) -> Result<Answer, Failure> {
        loop {
            let otherwise = match self.look() {
                // It may be starting again, and the ledger knows where to go on.
                Err(failure) if failure.blame == Blame::Undone => failure,
                looked => match arrived(&looked?, target) {
                    Some(answer) => return answer,
                    None => self.late(target),
                },
            };
            self.pause(otherwise)?;
        }
    }

    fn late(&self, target: StageView) -> Failure {
        let message = format!("{} did not reach {} in time", self.name, target.as_str());
        Failure::refused(message, format!("It goes on by itself; see `ficus plan {}`.", self.name))
    }

    /// The boundary as it is; said aloud when it has changed.
    fn look(&mut self) -> Result<SummaryView, Failure> {
        let view: BoundaryView = self.client.read(&boundary_path(self.name))?;
        let line = progress(&view.summary);
        if line != self.said {
            self.terminal.talk(&line);
            self.said = line;
        }
        Ok(view.summary)
    }

    /// Waits a moment; when the time is over, `otherwise` is the answer.
    fn pause(&self, otherwise: Failure) -> Result<(), Failure> {
        if Instant::now() >= self.deadline {
            return Err(otherwise);
        }
        thread::sleep(LOOK_INTERVAL);
        Ok(())
    }
}

fn progress(summary: &SummaryView) -> String {
    let step =
        summary.step.as_ref().map_or_else(String::new, |step| format!(", step {}", step.text));
    format!(
        "{}: {}{step}, weight {}; {}",
        summary.name,
        summary.stage.as_str(),
        summary.weight.text,
        summary.waiting_for
    )
}

/// Whether waiting is over, and how.
fn arrived(summary: &SummaryView, target: StageView) -> Option<Result<Answer, Failure>> {
    match &summary.phase {
        PhaseView::Running if summary.stage >= target => Some(Ok(Answer::Yes)),
        PhaseView::Running => None,
        PhaseView::Held { reason, .. }
        | PhaseView::RolledBack { reason, .. }
        | PhaseView::Killed { reason, .. } => {
            let message = format!("{} is {}: {reason}", summary.name, summary.phase.as_str());
            let help = format!(
                "See `ficus plan {0}` and `ficus mismatches {0}`; promote goes on.",
                summary.name
            );
            Some(Err(Failure::refused(message, help)))
        }
    }
}

#[cfg(test)]
mod tests;
