//! The jury of one boundary: gathers what the data plane saw and reads the gates.
//!
//! A jury sits for one epoch of evidence: from the entry into Shadow or Canary, or a resumption before live traffic,
//! until the next. A new epoch gets a new jury, so that what was proven about a service that has since been mended,
//! or not proven about one that was sound, says nothing about the present one.
//!
//! What decides is the model's [`Judge`] alone. The rest (classes of mismatches, samples) is for people; it is bounded,
//! and forgotten at a restart.

mod classes;
mod histogram;
mod samples;

use std::collections::BTreeMap;
use std::time::Duration;

use ficus_model::boundary::Boundary;
use ficus_model::comparison::{Comparison, ComparisonBatch, Uncompared};
use ficus_model::digest::Digest;
use ficus_model::judge::{Judge, JudgeState};
use ficus_model::observation::ObservationBatch;
use ficus_model::rollout::Stage;
use ficus_model::{Reading, Rollout, Time, Verdict};

use crate::configuration::digest_of;
use crate::evidence::{Evidence, Gates, JudgedEvidence, readings};
use crate::state::{Coverage, MismatchClass};

use classes::Classes;

pub(crate) use samples::Samples;

/// Between two readings of the gates.
const READ_EVERY: Duration = Duration::from_millis(500);

/// Sits for one epoch of a boundary's evidence.
#[derive(Debug)]
pub(crate) struct Jury {
    epoch: u64,
    gates: Gates,
    boundary: Boundary,
    judge: Judge,
    readings: Vec<Reading>,
    /// When the gates were last read.
    read: Time,
    /// Equal under rules; the judge counts them as equal.
    ignored: u64,
    classes: Classes,
    /// Something was gathered since the state was last kept.
    fresh: bool,
}

/// What a kept state must be about to be resumed: this epoch, these gates, these routes.
pub(crate) fn subject_of(rollout: &Rollout, boundary: &Boundary, gates: Gates) -> Digest {
    let mut text = format!("{} {} {gates:?}\n", rollout.name(), rollout.epoch());
    for route in &boundary.surface {
        text.push_str(&route.text);
        text.push('\n');
    }
    digest_of(text.as_bytes())
}

/// The gates a machine stands before; none where there is no evidence to gather.
pub(crate) fn gates_of(rollout: &Rollout) -> Option<Gates> {
    match rollout.stage() {
        Stage::Survey | Stage::Contract | Stage::Retired => None,
        Stage::Shadow => Some(Gates::Shadow),
        Stage::Canary | Stage::Primary => Some(Gates::Canary),
    }
}

impl Jury {
    /// A jury for the present epoch, going on from `kept` when the epoch had one before a restart.
    pub(crate) fn new(
        rollout: &Rollout,
        gates: Gates,
        boundary: &Boundary,
        kept: Option<JudgeState>,
        now: Time,
    ) -> Self {
        let routes: Vec<String> = boundary.surface.iter().map(|route| route.text.clone()).collect();
        let mut judge = match kept {
            Some(state) => Judge::resume(&boundary.gates, routes, state),
            None => Judge::new(&boundary.gates, routes, now),
        };
        judge.exempt(exempt(boundary));
        let readings = readings(&judge, gates, now);
        Self {
            epoch: rollout.epoch(),
            gates,
            boundary: boundary.clone(),
            judge,
            readings,
            read: now,
            ignored: 0,
            classes: Classes::default(),
            fresh: false,
        }
    }

    /// The epoch it sits for.
    pub(crate) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Which gates it reads.
    pub(crate) const fn gates(&self) -> Gates {
        self.gates
    }

    /// The gates as last read.
    pub(crate) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The worst of the readings.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::worst(self.readings.iter().map(|reading| reading.verdict))
    }

    /// Compared and not compared in this epoch, as the judge has it. After a restart, what was equal under rules
    /// before it counts as equal.
    pub(crate) fn coverage(&self) -> Coverage {
        let routes = &self.judge.evidence().parity.routes;
        let mut uncompared: BTreeMap<Uncompared, u64> = BTreeMap::new();
        for (reason, count) in routes.iter().flat_map(|route| &route.uncompared) {
            *uncompared.entry(*reason).or_default() += count;
        }
        let mismatched = routes.iter().map(|route| route.mismatched).sum();
        let compared: u64 = routes.iter().map(|route| route.compared).sum();
        let matched = compared.saturating_sub(mismatched).saturating_sub(self.ignored);
        let uncompared = uncompared.into_iter().collect();
        Coverage { matched, ignored: self.ignored, mismatched, uncompared }
    }

    /// Classes of mismatches, the most frequent first.
    pub(crate) fn mismatches(&self) -> Vec<MismatchClass> {
        self.classes.by_frequency()
    }

    /// Mismatches of classes beyond those that are kept.
    pub(crate) const fn mismatches_unclassed(&self) -> u64 {
        self.classes.unclassed()
    }

    /// Takes in live requests, if they belong to the rollout that is judged.
    pub(crate) fn observe(&mut self, rollout: &Rollout, batch: &ObservationBatch) {
        let judged = match self.gates {
            Gates::Shadow => batch.generation >= self.epoch && batch.rollout.is_none(),
            Gates::Canary => batch.rollout.is_some() && batch.rollout == rollout.rollout_id(),
        };
        if judged {
            self.judge.observe(batch);
            self.fresh = true;
        }
    }

    /// Takes in comparisons, if they were made in this epoch.
    pub(crate) fn compare(&mut self, batch: &ComparisonBatch) {
        if batch.generation < self.epoch {
            return;
        }
        self.judge.compare(batch);
        self.fresh = true;
        for compared in &batch.compared {
            match &compared.comparison {
                Comparison::Match => {}
                Comparison::Ignored(_) => self.ignored += 1,
                Comparison::Mismatch(differences) => {
                    let route = self.boundary.surface.get(usize::from(compared.route));
                    let route = route.map_or("", |route| route.text.as_str());
                    self.classes.add(route, compared, differences);
                }
            }
        }
    }

    /// Says that time has passed and reads the gates again, if it is time for that.
    pub(crate) fn advance(&mut self, now: Time) {
        if now.since(self.read) < READ_EVERY {
            return;
        }
        self.read = now;
        self.judge.advance(now);
        self.readings = readings(&self.judge, self.gates, now);
    }

    /// What its verdict rests on.
    pub(crate) fn evidence(&self, rollout: &Rollout, now: Time) -> Evidence {
        Evidence::Judged(Box::new(JudgedEvidence {
            boundary: self.boundary.name.clone(),
            generation: rollout.generation(),
            gates: self.gates,
            at: now,
            settings: self.boundary.gates,
            routes: self.boundary.surface.iter().map(|route| route.text.clone()).collect(),
            state: self.judge.state(),
        }))
    }

    /// The judge's state as text, if anything was gathered since it was last taken.
    pub(crate) fn take_fresh(&mut self) -> Option<String> {
        std::mem::take(&mut self.fresh).then(|| self.judge.evidence().to_text())
    }

    /// The state could not be kept: offer it again.
    pub(crate) const fn keep_failed(&mut self) {
        self.fresh = true;
    }
}

/// Routes no pattern declares safe: they are never copied, so there is nothing to compare.
fn exempt(boundary: &Boundary) -> Vec<u16> {
    let covered = |route| boundary.shadow.safe.iter().any(|safe| safe.covers(route));
    let routes = (0u16..).zip(&boundary.surface);
    routes.filter(|(_, route)| !covered(route)).map(|(index, _)| index).collect()
}

#[cfg(test)]
mod tests;
