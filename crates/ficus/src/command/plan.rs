//! `ficus plan`: what promote would do, and what each gate still needs.

use std::time::Duration;

use ficus_control::wire::{
    BoundaryView, PhaseView, ReadingView, ShareView, StageView, StepView, VerdictView,
};
use serde::Serialize;

use super::act::boundary_path;
use super::client;
use crate::cli::{Cli, PlanArgs};
use crate::failure::{Answer, Failure};
use crate::file::shape::duration_text;
use crate::table::Table;
use crate::terminal::{Terminal, Tone};

/// Shows the plan.
pub(super) fn run(cli: &Cli, args: &PlanArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let view: BoundaryView = client(cli)?.read(&boundary_path(&args.name))?;
    let next = Next::of(&view);
    if args.json {
        terminal.json(&wire::PlanView::new(&view, &next))?;
    } else {
        terminal.data(&text(&view, &next, terminal));
    }
    Ok(Answer::Yes)
}

/// What comes next, and who brings it about.
#[derive(Debug, Clone, PartialEq)]
enum Next {
    /// Promote would do this.
    Promote(String),
    /// It happens by itself once the gates pass.
    ByItself(String),
    /// Nothing.
    Nothing,
}

impl Next {
    fn of(view: &BoundaryView) -> Self {
        let summary = &view.summary;
        if !matches!(summary.phase, PhaseView::Running) {
            let stage = summary.stage.as_str();
            return Self::Promote(format!("go on at {stage}, with fresh evidence"));
        }
        match summary.stage {
            StageView::Survey => Self::Promote("go to Contract".to_owned()),
            StageView::Contract => Self::Promote("go to Shadow: copies and compares".to_owned()),
            StageView::Shadow => Self::Promote(match view.steps.first() {
                Some(step) => format!("go to Canary at {}, once the gates pass", step.weight.text),
                None => "go to Primary, once the gates pass".to_owned(),
            }),
            StageView::Canary => Self::ByItself(after(view)),
            StageView::Primary => {
                Self::Promote("go to Retired, once the gates pass and the bake is over".to_owned())
            }
            StageView::Retired => Self::Nothing,
        }
    }
}

/// Where a canary goes from its present step.
fn after(view: &BoundaryView) -> String {
    let number = view.summary.step.as_ref().map_or(0, |step| step.number);
    match view.steps.iter().find(|step| step.number == number + 1) {
        Some(step) => format!("step {} at {}", step.text, step.weight.text),
        None => format!("Primary, with {} held back", view.holdback.text),
    }
}

fn text(view: &BoundaryView, next: &Next, terminal: Terminal) -> String {
    let summary = &view.summary;
    let name = terminal.paint(&summary.name, Tone::Strong);
    let mut text =
        format!("{name} stands at {}, {}\n", summary.stage.as_str(), summary.phase.as_str());
    text.push_str(&match next {
        Next::Promote(what) => format!("promote would: {what}\n"),
        Next::ByItself(what) => format!("goes on by itself, once the gates pass: {what}\n"),
        Next::Nothing => "this is the end of its way\n".to_owned(),
    });
    text.push_str(&format!("waits for: {}\n", summary.waiting_for));
    text.push_str(&format!("way: {}\n\n", way(&view.steps, &view.holdback)));
    text.push_str(&readings_table(&view.readings, terminal));
    text
}

fn way(steps: &[StepView], holdback: &ShareView) -> String {
    let weights = steps.iter().map(|step| step.weight.text.clone());
    let weights: Vec<String> =
        weights.chain([format!("Primary ({} held back)", holdback.text)]).collect();
    weights.join(" → ")
}

/// The gates as a table, measured beside the bound; below it, what is missing where something is.
pub(super) fn readings_table(readings: &[ReadingView], terminal: Terminal) -> String {
    if readings.is_empty() {
        return "no gates are read at this stage\n".to_owned();
    }
    let mut table = Table::new(&["GATE", "OF", "VERDICT", "MEASURED", "BOUND", "SAMPLES"]);
    let mut missing = Table::new(&["MISSING", ""]);
    for reading in readings {
        table.row(vec![
            reading.gate.clone(),
            reading.subject.clone(),
            reading.verdict.as_str().to_owned(),
            reading.measured.text.clone(),
            reading.bound.text.clone(),
            reading.samples.to_string(),
        ]);
        if reading.verdict != VerdictView::Pass {
            missing.row(vec![format!("{} {}", reading.gate, reading.subject), needs(reading)]);
        }
    }
    let table = table.render(terminal.width);
    if missing.is_empty() {
        return table;
    }
    format!("{table}\n{}", missing.render(terminal.width))
}

fn needs(reading: &ReadingView) -> String {
    if !reading.reason.is_empty() {
        return reading.reason.clone();
    }
    let wait = reading.wait_seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    let wait = wait.map_or_else(String::new, |seconds| {
        let whole = Duration::try_from_secs_f64(seconds.ceil()).unwrap_or_default();
        format!(", about {}", duration_text(whole))
    });
    reading
        .needed
        .map_or_else(|| "more traffic".to_owned(), |needed| format!("{needed} more{wait}"))
}

/// What `--json` prints; the API's views know nothing of what a command line calls a plan.
mod wire {
    use super::{BoundaryView, Next, ReadingView, Serialize, ShareView, StageView, StepView};

    /// The plan for machines.
    #[derive(Debug, Serialize)]
    pub(super) struct PlanView<'v> {
        boundary: &'v str,
        stage: StageView,
        verdict: &'static str,
        promote: Option<&'v str>,
        by_itself: Option<&'v str>,
        waiting_for: &'v str,
        steps: &'v [StepView],
        holdback: &'v ShareView,
        readings: &'v [ReadingView],
    }

    impl<'v> PlanView<'v> {
        pub(super) fn new(view: &'v BoundaryView, next: &'v Next) -> Self {
            let (promote, by_itself) = match next {
                Next::Promote(what) => (Some(what.as_str()), None),
                Next::ByItself(what) => (None, Some(what.as_str())),
                Next::Nothing => (None, None),
            };
            Self {
                boundary: &view.summary.name,
                stage: view.summary.stage,
                verdict: view.summary.verdict.as_str(),
                promote,
                by_itself,
                waiting_for: &view.summary.waiting_for,
                steps: &view.steps,
                holdback: &view.holdback,
                readings: &view.readings,
            }
        }
    }
}

#[cfg(test)]
mod tests;
