//! One boundary: why it stands where it stands, and what an operator can do about it.

use askama::Template;
use ficus_control::wire::{
    BoundaryView, CoverageView, DecisionView, EntryView, ErrorView, MismatchView, MismatchesView,
    PhaseView, ReadingView, RuleView, SampleView, StageView, SummaryView,
};

use super::{Frame, Place};
use crate::chart::{self, Plot};
use crate::filters;

/// Intervals in the table under the charts.
const NEWEST_MAX: usize = 10;

/// The page.
#[derive(Debug, Template)]
#[template(path = "boundary.html")]
pub struct BoundaryPage<'a> {
    frame: &'a Frame,
    view: &'a BoundaryView,
    head: Standing<'a>,
    gates: Gates<'a>,
    charts: Charts,
    differences: Differences<'a>,
    coverage: CoverageTable<'a>,
    trail: Trail<'a>,
    form_token: Option<&'a str>,
    cannot: &'static str,
    problem: Option<&'a ErrorView>,
    note: Option<&'a str>,
    kept: &'a Kept,
}

/// Where it stands: a fragment.
#[derive(Debug, Template)]
#[template(path = "boundary_head.html")]
pub struct Standing<'a> {
    boundary: &'a SummaryView,
}

/// The gates, measured beside their bounds: a fragment.
#[derive(Debug, Template)]
#[template(path = "gates.html")]
pub struct Gates<'a> {
    readings: &'a [ReadingView],
    evidence: Option<&'a str>,
}

/// Both arms as lines: a fragment.
#[derive(Debug, Template)]
#[template(path = "charts.html")]
pub struct Charts {
    plots: Vec<Plot>,
    newest: Vec<SampleView>,
}

/// What differs, with examples and rules: a fragment.
#[derive(Debug, Template)]
#[template(path = "differences.html")]
pub struct Differences<'a> {
    classes: &'a [MismatchView],
    unclassed: u64,
    rules: &'a [RuleView],
    compared: u64,
}

/// How much was compared: a fragment.
#[derive(Debug, Template)]
#[template(path = "coverage.html")]
pub struct CoverageTable<'a> {
    coverage: &'a CoverageView,
}

/// The newest ledger entries about the boundary: a fragment.
#[derive(Debug, Template)]
#[template(path = "trail.html")]
pub struct Trail<'a> {
    entries: &'a [EntryView],
}

/// What the visitor had typed when a decision was refused, so that it is not lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// The decision and its reason.
    pub typed: Option<(DecisionView, String)>,
}

/// One of the four forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionForm {
    decision: DecisionView,
    verb: &'static str,
    button: &'static str,
    class: &'static str,
    meaning: &'static str,
    repeats_name: bool,
}

/// What a boundary's page is made of.
#[derive(Debug, Clone, Copy)]
pub struct BoundaryParts<'a> {
    /// The boundary.
    pub view: &'a BoundaryView,
    /// What differs.
    pub mismatches: &'a MismatchesView,
    /// The newest ledger entries about it, the newest first.
    pub entries: &'a [EntryView],
}

impl<'a> BoundaryPage<'a> {
    /// The page, with what came of the visitor's last form: a problem, or a note.
    pub fn new(
        frame: &'a Frame,
        parts: BoundaryParts<'a>,
        problem: Option<&'a ErrorView>,
        note: Option<&'a str>,
        kept: &'a Kept,
    ) -> Self {
        let view = parts.view;
        let visitor = frame.visitor.as_ref();
        let operator = visitor.filter(|visitor| visitor.role == "operator");
        let cannot = match visitor {
            None => "Deciding needs an operator, and a reason.",
            Some(_) => "You may look, but only an operator may decide.",
        };
        Self {
            frame,
            view,
            head: Standing::new(&view.summary),
            gates: Gates::new(view),
            charts: Charts::new(&view.samples),
            differences: Differences::new(view, parts.mismatches),
            coverage: CoverageTable::new(&view.coverage),
            trail: Trail::new(parts.entries),
            form_token: operator.and_then(|operator| operator.form_token.as_deref()),
            cannot,
            problem,
            note,
            kept,
        }
    }
}

impl<'a> Standing<'a> {
    /// The fragment.
    pub fn new(boundary: &'a SummaryView) -> Self {
        Self { boundary }
    }
}

impl<'a> Gates<'a> {
    /// The fragment.
    pub fn new(view: &'a BoundaryView) -> Self {
        Self { readings: &view.readings, evidence: view.evidence.as_deref() }
    }
}

impl Charts {
    /// The fragment.
    pub fn new(samples: &[SampleView]) -> Self {
        let newest = samples.iter().rev().take(NEWEST_MAX).cloned().collect();
        Self { plots: chart::plots(samples), newest }
    }
}

impl<'a> Differences<'a> {
    /// The fragment.
    pub fn new(view: &'a BoundaryView, mismatches: &'a MismatchesView) -> Self {
        let compared = view.coverage.compared;
        Self {
            classes: &mismatches.classes,
            unclassed: mismatches.unclassed,
            rules: &view.rules,
            compared,
        }
    }
}

impl<'a> CoverageTable<'a> {
    /// The fragment.
    pub fn new(coverage: &'a CoverageView) -> Self {
        Self { coverage }
    }
}

impl<'a> Trail<'a> {
    /// The fragment; `entries` the newest first.
    pub fn new(entries: &'a [EntryView]) -> Self {
        Self { entries }
    }
}

impl Kept {
    /// The reason typed for this decision.
    pub fn reason(&self, decision: &DecisionView) -> &str {
        match &self.typed {
            Some((kept, reason)) if kept == decision => reason,
            Some(_) | None => "",
        }
    }

    /// Whether what was typed stands behind the fold.
    pub fn opens_undo(&self) -> bool {
        matches!(self.typed, Some((DecisionView::Rollback | DecisionView::Kill, _)))
    }
}

impl DecisionForm {
    /// Forms that lose nothing.
    pub const FORWARD: [Self; 2] = [
        Self {
            decision: DecisionView::Promote,
            verb: "promote",
            button: "Promote",
            class: "primary",
            meaning: "On to the next stage, or on from a hold, a rollback or a kill. Refused while gates have not passed.",
            repeats_name: false,
        },
        Self {
            decision: DecisionView::Hold,
            verb: "hold",
            button: "Hold",
            class: "",
            meaning: "Weights stay, nothing advances.",
            repeats_name: false,
        },
    ];

    /// Forms that take traffic away from the service, and so ask for the boundary's name again.
    pub const BACK: [Self; 2] = [
        Self {
            decision: DecisionView::Rollback,
            verb: "roll back",
            button: "Roll back",
            class: "danger",
            meaning: "Back to the stage before live traffic. Copies go on, so evidence can be gathered again.",
            repeats_name: true,
        },
        Self {
            decision: DecisionView::Kill,
            verb: "kill",
            button: "Kill",
            class: "danger",
            meaning: "Nothing of any kind goes to the service, at once.",
            repeats_name: true,
        },
    ];

    /// What the button says.
    fn button(&self, boundary: &SummaryView) -> String {
        match self.decision {
            DecisionView::Promote => Self::promote_button(boundary),
            DecisionView::Hold | DecisionView::Rollback | DecisionView::Kill => {
                self.button.to_owned()
            }
        }
    }

    /// A promotion names where it leads.
    fn promote_button(boundary: &SummaryView) -> String {
        let later = |stage: &StageView| *stage > boundary.stage;
        match (&boundary.phase, StageView::ALL.into_iter().find(later)) {
            (PhaseView::Running, Some(next)) => format!("Promote to {}", next.as_str()),
            (PhaseView::Running, None) => "Promote".to_owned(),
            (
                PhaseView::Held { .. } | PhaseView::RolledBack { .. } | PhaseView::Killed { .. },
                _,
            ) => "Promote to resume".to_owned(),
        }
    }

    /// Whether a decision asks for the boundary's name again.
    pub fn repeats_name(decision: DecisionView) -> bool {
        Self::BACK.iter().any(|form| form.decision == decision)
    }
}
