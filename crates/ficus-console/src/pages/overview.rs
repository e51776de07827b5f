//! All boundaries: where each stands and what it waits for.

use askama::Template;
use ficus_control::wire::{PhaseView, StageView, StatusView, SummaryView, VerdictView};

use super::{Frame, Place};
use crate::filters;

/// The page.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct OverviewPage<'a> {
    frame: &'a Frame,
    status: &'a StatusView,
    table: OverviewTable<'a>,
}

/// Its fragment.
#[derive(Debug, Template)]
#[template(path = "overview_table.html")]
pub struct OverviewTable<'a> {
    boundaries: &'a [SummaryView],
    tally: Tally,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    live: usize,
    stopped: usize,
    retired: usize,
}

impl<'a> OverviewPage<'a> {
    /// The page of `status`.
    pub fn new(frame: &'a Frame, status: &'a StatusView) -> Self {
        Self { frame, status, table: OverviewTable::new(&status.boundaries) }
    }
}

impl<'a> OverviewTable<'a> {
    /// The fragment of `boundaries`.
    pub fn new(boundaries: &'a [SummaryView]) -> Self {
        let count = |wanted: fn(&SummaryView) -> bool| {
            boundaries.iter().filter(|boundary| wanted(boundary)).count()
        };
        let tally = Tally {
            live: count(|boundary| boundary.weight.ppm > 0),
            stopped: count(waits_for_a_person),
            retired: count(|boundary| boundary.stage == StageView::Retired),
        };
        Self { boundaries, tally }
    }
}

/// Whether nothing goes on without a decision: stopped, not begun, or proven and not yet let on live traffic.
fn waits_for_a_person(boundary: &SummaryView) -> bool {
    let proven = boundary.stage == StageView::Shadow && boundary.verdict == VerdictView::Pass;
    boundary.phase != PhaseView::Running || boundary.stage <= StageView::Contract || proven
}
