//! How much of the eligible traffic was compared, and why the rest was not.

use ficus_model::comparison::Uncompared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::Coverage;

/// Compared and not compared since the present evidence began; the parts sum to `eligible`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CoverageView {
    /// Every request of the surface that was seen.
    pub eligible: u64,
    /// Matched, ignored and mismatched together.
    pub compared: u64,
    /// Equal.
    pub matched: u64,
    /// Equal under rules.
    pub ignored: u64,
    /// Different.
    pub mismatched: u64,
    /// Compared share of what was not left out by choice, between 0 and 1; absent before the first request.
    pub share: Option<f64>,
    /// The share as text.
    #[schema(example = "98.4%")]
    pub text: String,
    /// Not compared, by reason, the most frequent first.
    pub uncompared: Vec<UncomparedView>,
}

/// One reason for not comparing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UncomparedView {
    /// The word used in metrics.
    #[schema(example = "body_cap")]
    pub reason: String,
    /// The same as a sentence.
    pub meaning: String,
    /// How many requests.
    pub count: u64,
    /// Whether it was a choice, so that it does not lower the share.
    pub chosen: bool,
}

impl From<&Coverage> for CoverageView {
    fn from(coverage: &Coverage) -> Self {
        let compared = coverage.matched + coverage.ignored + coverage.mismatched;
        let mut uncompared: Vec<_> = coverage.uncompared.iter().map(UncomparedView::from).collect();
        uncompared.sort_by(|left, right| {
            right.count.cmp(&left.count).then_with(|| left.reason.cmp(&right.reason))
        });
        let left_out: u64 = uncompared.iter().map(|reason| reason.count).sum();
        let lost: u64 = uncompared.iter().filter(|reason| !reason.chosen).map(|r| r.count).sum();
        let share = share(compared, compared + lost);
        Self {
            eligible: compared + left_out,
            compared,
            matched: coverage.matched,
            ignored: coverage.ignored,
            mismatched: coverage.mismatched,
            share,
            text: share.map_or_else(|| "none yet".to_owned(), percent),
            uncompared,
        }
    }
}

impl From<&(Uncompared, u64)> for UncomparedView {
    fn from(&(reason, count): &(Uncompared, u64)) -> Self {
        Self {
            reason: reason.as_str().to_owned(),
            meaning: meaning(reason).to_owned(),
            count,
            chosen: reason.chosen(),
        }
    }
}

/// `part` of `whole` as a fraction; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52 lose nothing")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// One decimal, rounded down near the top: 99.96 % must not read as 100 %.
fn percent(share: f64) -> String {
    format!("{:.1}%", (share * 1000.0).floor() / 10.0)
}

/// A reason as a sentence.
const fn meaning(reason: Uncompared) -> &'static str {
    match reason {
        Uncompared::Unsafe => "Not declared safe, so never copied.",
        Uncompared::SampledOut => "Left out by the mirror's share.",
        Uncompared::BodyCap => "The request body is larger than the cap.",
        Uncompared::InFlightCap => "Too many copies were in flight.",
        Uncompared::ByteBudget => "The copies in flight held too many bytes.",
        Uncompared::QueueFull => "The mirror's queue was full.",
        Uncompared::UpgradeOrStream => "An upgrade or an endless answer.",
        Uncompared::Connect => "No connection to the service.",
        Uncompared::Timeout => "The service did not answer the copy in time.",
        Uncompared::Reset => "The service broke off, or its answer made no sense.",
        Uncompared::ReplyCap => "An answer is larger than the cap.",
        Uncompared::Aborted => "An answer never became whole.",
        Uncompared::Undecodable => "A body could not be decoded.",
        Uncompared::CompareShed => "The comparing threads were behind.",
        Uncompared::ServedByService => {
            "The service itself answered, so there was nothing to compare."
        }
    }
}
