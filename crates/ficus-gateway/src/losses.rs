//! What did not fit: every queue of the gateway is bounded, and whatever is dropped is counted here.

use crate::counters::Tally;

/// What was dropped because a queue was full, or because whoever should take it did not.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Observations that never reached the sentinel.
    pub(crate) observations: Tally,
    /// Observation batches that control did not take.
    pub(crate) reports: Tally,
    /// Comparison batches that control did not take.
    pub(crate) comparisons: Tally,
    /// Spans that were not exported.
    pub(crate) spans: Tally,
    /// Spans that were.
    pub(crate) spans_exported: Tally,
    /// Log lines that were not written.
    pub(crate) lines: Tally,
}
