//! Coverage: every request that could have been compared is counted exactly once.
//!
//! A mirror that silently leaves requests out is worse than none, because what it leaves out is what nobody looks at.
//! So a request becomes [`Eligible`] before anything else is decided about its copy, and the value can only be given
//! up by saying what became of it; dropping it on any way out counts as `aborted`.
//!
//! **Invariant:** the eligible equal the compared plus the uncompared of every reason, once nothing is in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ficus_model::comparison::{Comparison, Uncompared};

use crate::lane::Lane;

/// What was not compared under one table, by route and reason, since it was last drained.
#[derive(Debug)]
pub(crate) struct Coverage {
    /// One row of reasons per route.
    routes: Vec<Reasons>,
}

/// A count per reason.
#[derive(Debug, Default)]
struct Reasons([AtomicU64; Uncompared::ALL.len()]);

/// A boundary's coverage since the process began.
#[derive(Debug, Default)]
pub(crate) struct CoverageTotals {
    eligible: AtomicU64,
    uncompared: Reasons,
    results: [AtomicU64; 3],
}

/// How a comparison ended, without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompareResult {
    /// Equal.
    Match,
    /// Equal under rules.
    Ignored,
    /// Different.
    Mismatch,
}

/// One request that could be compared, not yet accounted for.
#[derive(Debug)]
pub(crate) struct Eligible {
    lane: Arc<Lane>,
    route: u16,
    open: bool,
}

impl Reasons {
    fn of(&self, reason: Uncompared) -> Option<&AtomicU64> {
        Uncompared::ALL.iter().zip(&self.0).find(|(known, _)| **known == reason).map(|pair| pair.1)
    }

    fn add(&self, reason: Uncompared) {
        if let Some(count) = self.of(reason) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Coverage {
    /// Nothing counted yet, for a surface of so many routes.
    pub(crate) fn new(routes: usize) -> Self {
        Self { routes: (0..routes).map(|_| Reasons::default()).collect() }
    }

    /// Takes what was counted since the last call, without zeros.
    pub(crate) fn drain(&self) -> Vec<(u16, Uncompared, u64)> {
        let mut drained = Vec::new();
        for (route, reasons) in (0..=u16::MAX).zip(&self.routes) {
            for (reason, count) in Uncompared::ALL.into_iter().zip(&reasons.0) {
                if count.load(Ordering::Relaxed) > 0 {
                    drained.push((route, reason, count.swap(0, Ordering::Relaxed)));
                }
            }
        }
        drained
    }

    fn add(&self, route: u16, reason: Uncompared) {
        if let Some(reasons) = self.routes.get(usize::from(route)) {
            reasons.add(reason);
        }
    }
}

impl CoverageTotals {
    /// Requests that could have been compared.
    pub(crate) fn eligible(&self) -> u64 {
        self.eligible.load(Ordering::Relaxed)
    }

    /// Requests that were not compared for this reason.
    pub(crate) fn uncompared(&self, reason: Uncompared) -> u64 {
        self.uncompared.of(reason).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Comparisons that ended like this.
    pub(crate) fn compared(&self, result: CompareResult) -> u64 {
        self.result(result).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn result(&self, result: CompareResult) -> Option<&AtomicU64> {
        CompareResult::ALL
            .iter()
            .zip(&self.results)
            .find(|(known, _)| **known == result)
            .map(|pair| pair.1)
    }
}

impl CompareResult {
    /// Every result.
    pub(crate) const ALL: [Self; 3] = [Self::Match, Self::Ignored, Self::Mismatch];

    /// The word used in metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Ignored => "ignored",
            Self::Mismatch => "mismatch",
        }
    }

    /// The result of a comparison.
    pub(crate) const fn of(comparison: &Comparison) -> Self {
        match comparison {
            Comparison::Match => Self::Match,
            Comparison::Ignored(_) => Self::Ignored,
            Comparison::Mismatch(_) => Self::Mismatch,
        }
    }
}

impl Eligible {
    /// One more request that could be compared.
    pub(crate) fn begin(lane: &Arc<Lane>, route: u16) -> Self {
        lane.live.coverage.eligible.fetch_add(1, Ordering::Relaxed);
        Self { lane: Arc::clone(lane), route, open: true }
    }

    /// The lane the request belongs to.
    pub(crate) fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }

    /// Index of its route.
    pub(crate) fn route(&self) -> u16 {
        self.route
    }

    /// It was not compared, and why.
    pub(crate) fn uncompared(mut self, reason: Uncompared) {
        self.settle(reason);
    }

    /// It was compared.
    pub(crate) fn compared(mut self, comparison: &Comparison) {
        self.open = false;
        if let Some(count) = self.lane.live.coverage.result(CompareResult::of(comparison)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn settle(&mut self, reason: Uncompared) {
        if std::mem::take(&mut self.open) {
            self.lane.coverage.add(self.route, reason);
            self.lane.live.coverage.uncompared.add(reason);
        }
    }
}

impl Drop for Eligible {
    fn drop(&mut self) {
        self.settle(Uncompared::Aborted);
    }
}

#[cfg(test)]
mod tests;
