//! Is the evidence whole? If the coin was not kept or reports are lost, a comparison is worth nothing.
//!
//! The sides of first assignments are checked against the weight. What the gateway assigned, saw and dropped is
//! checked by plain counts: these are no samples, so there is nothing to test.
//!
//! Void evidence never passes. It does not take back a regression that is proven, though: users come first, and
//! losing the reports of one side is itself a way in which a broken service shows.

use crate::judge::bin::{Bin, Sides};
use crate::judge::forecast::grouped;
use crate::judge::keys::Keys;
use crate::observation::{AssignedCount, Observation};
use crate::side::Side;
use crate::stats::sample_ratio::SampleRatioE;
use crate::verdict::{Gate, Quantity, Reading, Unit, Verdict};

/// Error rate at which a kept coin is called broken.
const ALPHA: f64 = 0.001;
/// Largest share of observations that may be dropped, and of assigned requests that may never be seen to end.
const LOST_MAX: f64 = 0.01;
/// Requests that may be under way and so not have ended, per side.
const UNDER_WAY_MAX: u64 = 1_024;

/// Evidence on the evidence.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Integrity {
    /// Evidence against the weight having been kept.
    pub sample_ratio: SampleRatioE,
    /// First assignments under every weight together.
    pub firsts: Sides<u64>,
    /// Keys that have been assigned before.
    pub keys: Keys,
    /// Requests the gateway says it has assigned.
    pub assigned: Sides<u64>,
    /// Requests seen to end.
    pub ended: Sides<u64>,
    /// Observations the gateway dropped.
    pub dropped: u64,
}

impl Integrity {
    /// Takes in a batch's counts.
    pub(super) fn count(&mut self, assigned: AssignedCount, dropped: u64) {
        self.assigned.monolith += assigned.monolith;
        self.assigned.service += assigned.service;
        self.dropped += dropped;
    }

    /// Takes in a request, however it ended.
    pub(super) fn observe(&mut self, bin: &mut Bin, seen: &Observation) {
        let spoken = seen.key.map_or(Some(0), |key| self.keys.marks(key));
        if spoken != Some(0) {
            return;
        }
        *bin.firsts.of_mut(seen.side) += 1;
        if let Some(key) = seen.key {
            self.keys.mark(key, 1);
        }
    }

    /// Scores a complete bin.
    pub(super) fn score(&mut self, bin: &Bin) {
        let firsts = bin.firsts;
        let total = firsts.monolith + firsts.service;
        self.sample_ratio.assign_many(firsts.service, total, bin.weight.fraction());
        self.firsts.monolith += firsts.monolith;
        self.firsts.service += firsts.service;
    }

    /// The readings: the coin, and the reports.
    pub(super) fn readings(&self) -> Vec<Reading> {
        vec![self.coin(), self.telemetry()]
    }

    fn coin(&self) -> Reading {
        let ratio = &self.sample_ratio;
        let total = self.firsts.monolith + self.firsts.service;
        let share = if ratio.total > 0 { ratio.candidate as f64 / ratio.total as f64 } else { 0.0 };
        let counts = format!(
            "{} of {} first assignments went to the service at a weight of {}",
            grouped(ratio.candidate),
            grouped(ratio.total),
            Quantity::new(ratio.weight, Unit::Share)
        );
        let (verdict, reason) = if total == 0 {
            (Verdict::Inconclusive, "nobody has been assigned to a side yet".to_owned())
        } else if ratio.total == 0 {
            (Verdict::Pass, "everybody is on the service, so there is no coin to keep".to_owned())
        } else if ratio.ln_e >= -ALPHA.ln() {
            let text =
                format!("the evidence is void, requests or reports of one side are lost: {counts}");
            (Verdict::Inconclusive, text)
        } else {
            (Verdict::Pass, counts)
        };
        reading(verdict, "assigned", (share, ratio.weight), total, reason)
    }

    fn telemetry(&self) -> Reading {
        let ended = self.ended.monolith + self.ended.service;
        let lost = self.dropped as f64 / (self.dropped + ended).max(1) as f64;
        let missing = Side::ALL.map(|side| (side, self.missing(side)));
        let silent = missing.into_iter().find(|(_, share)| *share > LOST_MAX);
        let worst = missing.iter().map(|(_, share)| *share).fold(lost, f64::max);
        let (verdict, reason) = if ended == 0 {
            (Verdict::Inconclusive, "the gateway has reported nothing yet".to_owned())
        } else if lost > LOST_MAX {
            let text = "the evidence is void, the gateway had to drop observations";
            (Verdict::Inconclusive, format!("{text}: {}", grouped(self.dropped)))
        } else if let Some((side, _)) = silent {
            let (assigned, ended) = (self.assigned.of(side), self.ended.of(side));
            let counts = format!("{} assigned, {} ended", grouped(*assigned), grouped(*ended));
            let text = format!(
                "the evidence is void, requests to the {side} are not seen to end: {counts}"
            );
            (Verdict::Inconclusive, text)
        } else {
            (
                Verdict::Pass,
                format!("{} requests reported, {} dropped", grouped(ended), grouped(self.dropped)),
            )
        };
        reading(verdict, "reported", (worst, LOST_MAX), ended, reason)
    }

    /// Share of a side's assigned requests that were never seen to end, those under way left aside.
    fn missing(&self, side: Side) -> f64 {
        let (assigned, ended) = (*self.assigned.of(side), *self.ended.of(side));
        let missing = assigned.saturating_sub(ended).saturating_sub(UNDER_WAY_MAX);
        missing as f64 / assigned.max(1) as f64
    }
}

fn reading(
    verdict: Verdict,
    subject: &str,
    (measured, bound): (f64, f64),
    samples: u64,
    reason: String,
) -> Reading {
    Reading {
        gate: Gate::SampleRatio,
        subject: subject.to_owned(),
        verdict,
        measured: Quantity::new(measured, Unit::Share),
        bound: Quantity::new(bound, Unit::Share),
        samples,
        needed: None,
        wait: None,
        reason,
    }
}

#[cfg(test)]
mod tests;
