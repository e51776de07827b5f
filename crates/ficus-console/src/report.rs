//! The outcome report: one boundary's story in one file that needs nothing else.
//!
//! It is made to be kept: no network, no script, style inside, ready for paper. What it says about decisions comes
//! from the ledger; the digests lead back to the evidence, and the head says which ledger it was.

use askama::Template;
use ficus_control::wire::{
    ArmView, BoundaryView, EntryView, HeadView, MismatchesView, PhaseView, SampleView,
};

use crate::chart::{self, Plot};
use crate::pages::BoundaryParts;
use crate::{filters, text};

/// The file.
#[derive(Debug, Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    view: &'a BoundaryView,
    mismatches: &'a MismatchesView,
    head: &'a HeadView,
    made: String,
    entries: Vec<&'a EntryView>,
    readings_left_out: usize,
    plots: Vec<Plot>,
    arms: Option<Arms>,
    before: Vec<SampleView>,
}

/// Both arms over all samples.
#[derive(Debug)]
struct Arms {
    from: String,
    to: String,
    monolith: ArmView,
    service: ArmView,
}

/// The outcome report of a boundary as one self-contained HTML file; `parts.entries` the oldest first.
///
/// # Errors
/// When the template can not be rendered, which only a failing filter could cause.
pub fn report(parts: BoundaryParts<'_>, head: &HeadView) -> Result<String, askama::Error> {
    let view = parts.view;
    // Verdicts that moved nothing are in the ledger, and would bury what did.
    let entries: Vec<&EntryView> =
        parts.entries.iter().filter(|entry| entry.change != "judged").collect();
    let page = ReportPage {
        view,
        mismatches: parts.mismatches,
        head,
        made: text::full(&view.at),
        readings_left_out: parts.entries.len() - entries.len(),
        entries,
        plots: chart::plots(&view.samples),
        arms: arms(&view.samples),
        before: before_and_after(&view.samples),
    };
    page.render()
}

fn arms(samples: &[SampleView]) -> Option<Arms> {
    let (first, last) = (samples.first()?, samples.last()?);
    Some(Arms {
        from: text::full(&first.at),
        to: text::full(&last.at),
        monolith: chart::merge_arm(samples.iter().map(|sample| &sample.monolith)),
        service: chart::merge_arm(samples.iter().map(|sample| &sample.service)),
    })
}

/// One line per weight the service has had, in order of time: what changed with each step.
fn before_and_after(samples: &[SampleView]) -> Vec<SampleView> {
    samples
        .chunk_by(|left, right| left.weight == right.weight)
        .filter_map(|chunk| {
            let last = chunk.last()?;
            Some(SampleView {
                at: chunk.first()?.at.clone(),
                seconds: chunk.iter().map(|sample| sample.seconds).sum(),
                weight: last.weight.clone(),
                monolith: chart::merge_arm(chunk.iter().map(|sample| &sample.monolith)),
                service: chart::merge_arm(chunk.iter().map(|sample| &sample.service)),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
