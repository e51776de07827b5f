//! Coverage: what became of the requests that could have been compared, added up.
//!
//! Every one of them is counted exactly once; `eligible` sees to that.

use std::sync::atomic::{AtomicU64, Ordering};

use ficus_model::comparison::{Comparison, Uncompared};

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

    /// One more that was not compared.
    pub(crate) fn add(&self, route: u16, reason: Uncompared) {
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

    /// One more that could be compared.
    pub(crate) fn add_eligible(&self) {
        self.eligible.fetch_add(1, Ordering::Relaxed);
    }

    /// One more that was not compared.
    pub(crate) fn add_uncompared(&self, reason: Uncompared) {
        self.uncompared.add(reason);
    }

    /// One more that was.
    pub(crate) fn add_compared(&self, result: CompareResult) {
        if let Some(count) = self.result(result) {
            count.fetch_add(1, Ordering::Relaxed);
        }
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
