//! Evidence: what a verdict rests on, whole enough that anybody can judge again.
//!
//! A recorded judgement names its evidence by content address. The evidence carries the judge's whole state with the
//! bounds and routes it judged by, so a verifier resumes the judge, reads it at the same instant and must come to the
//! same verdict. An abort by the data plane carries what the data plane read; it can not be computed again, and need
//! not be: it only ever lowers a weight.

pub mod record;

use ficus_model::boundary::GateSettings;
use ficus_model::judge::{Judge, JudgeState};
use ficus_model::verdict::Judgement;
use ficus_model::{BoundaryName, Reading, Time, Verdict};
use thiserror::Error;

use crate::configuration::digest_of;
use crate::sinks::Abort;

/// Readings an entry carries, the worst first; the evidence has all of them.
pub const READINGS_MAX: usize = 48;
/// Longest reason of a reading in an entry, in bytes.
const READING_REASON_BYTES_MAX: usize = 400;

/// Which gates a boundary stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gates {
    /// Those of Shadow: parity and coverage.
    Shadow,
    /// Those of Canary and Primary.
    Canary,
}

/// What a judgement rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedEvidence {
    /// The boundary.
    pub boundary: BoundaryName,
    /// The machine's generation it was made for.
    pub generation: u64,
    /// Which gates were read.
    pub gates: Gates,
    /// When.
    pub at: Time,
    /// The bounds.
    pub settings: GateSettings,
    /// The routes, in the order of the surface.
    pub routes: Vec<String>,
    /// All that was gathered.
    pub state: JudgeState,
}

/// Evidence of either kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A judge's.
    Judged(Box<JudgedEvidence>),
    /// The data plane's.
    Aborted(Box<Abort>),
}

/// Why bytes are not evidence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not evidence: {0}")]
pub struct EvidenceError(pub(crate) String);

impl Evidence {
    /// The bytes that are stored and hashed.
    pub fn encode(&self) -> Result<Vec<u8>, EvidenceError> {
        record::encode(self)
    }

    /// The evidence in these bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, EvidenceError> {
        record::decode(bytes)
    }

    /// What the machine is told, and the bytes it rests on.
    pub fn judgement(&self) -> Result<(Judgement, Vec<u8>), EvidenceError> {
        let bytes = self.encode()?;
        let (generation, readings) = (self.generation(), self.readings());
        let verdict = Verdict::worst(readings.iter().map(|reading| reading.verdict));
        let evidence = digest_of(&bytes);
        Ok((Judgement { generation, verdict, readings: shortened(readings), evidence }, bytes))
    }

    /// Whether this is the evidence of that judgement: same subject, and the same verdicts on as many samples when
    /// judged again. Measured values are not compared: their last digit is the machine's.
    pub fn supports(&self, boundary: &BoundaryName, judgement: &Judgement) -> bool {
        let subject = match self {
            Self::Judged(evidence) => &evidence.boundary,
            Self::Aborted(abort) => &abort.boundary,
        };
        let again = self.readings();
        let verdict = Verdict::worst(again.iter().map(|reading| reading.verdict));
        let again = shortened(again);
        let same = |(left, right): (&Reading, &Reading)| {
            (left.gate, &left.subject, left.verdict, left.samples)
                == (right.gate, &right.subject, right.verdict, right.samples)
        };
        subject == boundary
            && self.generation() == judgement.generation
            && verdict == judgement.verdict
            && again.len() == judgement.readings.len()
            && again.iter().zip(&judgement.readings).all(same)
    }

    fn generation(&self) -> u64 {
        match self {
            Self::Judged(evidence) => evidence.generation,
            Self::Aborted(abort) => abort.generation,
        }
    }

    fn readings(&self) -> Vec<Reading> {
        match self {
            Self::Judged(evidence) => evidence.readings(),
            Self::Aborted(abort) => vec![abort.reading.clone()],
        }
    }
}

impl JudgedEvidence {
    /// All readings, computed from the state alone.
    pub fn readings(&self) -> Vec<Reading> {
        let judge = Judge::resume(&self.settings, self.routes.clone(), self.state.clone());
        readings(&judge, self.gates, self.at)
    }
}

/// The readings that decide.
pub fn readings(judge: &Judge, gates: Gates, now: Time) -> Vec<Reading> {
    match gates {
        Gates::Shadow => judge.shadow_readings(now),
        Gates::Canary => judge.canary_readings(now),
    }
}

/// As many readings, with reasons as long, as fit an entry; the worst first when some are left out.
fn shortened(mut readings: Vec<Reading>) -> Vec<Reading> {
    if readings.len() > READINGS_MAX {
        readings.sort_by_key(|reading| std::cmp::Reverse(reading.verdict));
        readings.truncate(READINGS_MAX);
    }
    for reading in &mut readings {
        let end = reading.reason.floor_char_boundary(READING_REASON_BYTES_MAX);
        reading.reason.truncate(end);
    }
    readings
}

#[cfg(test)]
mod tests;
