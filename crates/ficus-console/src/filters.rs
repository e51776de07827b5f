//! How templates write numbers, times and verdicts: pure functions from a value to text, escaped by the template.

#![expect(unreachable_pub, reason = "askama's macro writes public items for filters")]

use std::fmt::Display;

use askama::Values;
use ficus_control::wire::{PhaseView, StageView, SummaryView, VerdictView};

use crate::text;

/// A count with commas between thousands: `12,345`.
#[askama::filter_fn]
pub(crate) fn number(count: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(text::grouped(&count.to_string()))
}

/// A verdict as symbol and words: the meaning never rests on colour.
#[askama::filter_fn]
pub(crate) fn verdict(verdict: &VerdictView, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(match verdict {
        VerdictView::Pass => "✓ passes",
        VerdictView::Inconclusive => "◌ not yet",
        VerdictView::Fail => "✕ fails",
    })
}

/// The class a boundary's card and page are coloured by.
#[askama::filter_fn]
pub(crate) fn tone(summary: &SummaryView, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(match (&summary.phase, summary.stage) {
        (PhaseView::Running, StageView::Retired) => "retired",
        (PhaseView::Running, _) => summary.verdict.as_str(),
        (PhaseView::Held { .. } | PhaseView::RolledBack { .. } | PhaseView::Killed { .. }, _) => {
            "stopped"
        }
    })
}

/// `23 Nov 14:28:05`.
#[askama::filter_fn]
pub(crate) fn moment(time: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(text::moment(time.as_ref()))
}

/// `14:28:05`.
#[askama::filter_fn]
pub(crate) fn clock(time: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(text::clock(time.as_ref()))
}

/// `23 Nov 2026`.
#[askama::filter_fn]
pub(crate) fn day(time: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(text::day(time.as_ref()))
}

/// Seconds as people say them: `4 min`.
#[askama::filter_fn]
pub(crate) fn span(seconds: &f64, _: &dyn Values) -> askama::Result<String> {
    Ok(text::span(*seconds))
}

/// A latency in seconds, or a dash.
#[askama::filter_fn]
pub(crate) fn latency(seconds: &Option<f64>, _: &dyn Values) -> askama::Result<String> {
    Ok(seconds.map_or_else(|| "–".to_owned(), text::latency))
}

/// A count as a share of another.
#[askama::filter_fn]
pub(crate) fn share_of(count: &u64, _: &dyn Values, whole: &u64) -> askama::Result<String> {
    Ok(text::share(*count, *whole))
}

/// The first digits of a digest.
#[askama::filter_fn]
pub(crate) fn short(digest: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(digest.as_ref().chars().take(12).collect())
}

/// A fragment as a sentence: capital letter, full stop.
#[askama::filter_fn]
pub(crate) fn sentence(fragment: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(text::sentence(fragment.as_ref()))
}

/// A gate's word as a title.
#[askama::filter_fn]
pub(crate) fn gate(word: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
    Ok(text::capitalised(&word.as_ref().replace('-', " ")))
}
