//! The bytes of an entry: JSON, versioned, lossless both ways.
//!
//! The conversion from and to the model's types is by hand, so that a rename in the model can never silently change
//! what old ledgers say. Numbers that JSON can not carry (infinities, not-a-number) are written as words. The forms are
//! here, the conversions in `convert`.

mod convert;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ledger::Entry;

/// The form written today.
const VERSION: u32 = 1;

/// Why bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// Not JSON of the form of an entry.
    #[error("not an entry: {0}")]
    Form(String),
    /// Written by a newer version.
    #[error("an entry of form {0}; this version reads up to {VERSION}")]
    Version(u32),
    /// A value that is none of the model's.
    #[error("an entry with an unknown {what}: `{value}`")]
    Value {
        /// What kind of value.
        what: &'static str,
        /// Its text.
        value: String,
    },
}

#[derive(Serialize, Deserialize)]
struct VersionRecord {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryRecord {
    v: u32,
    at_us: u64,
    configuration: String,
    evidence: Vec<String>,
    fact: FactRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum FactRecord {
    Configured { by: String },
    Happened { boundary: String, event: EventRecord },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventRecord {
    at_us: u64,
    actor: ActorRecord,
    reason: String,
    generation: u64,
    change: ChangeRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActorRecord {
    Operator(String),
    Judge,
    Gateway,
    Configuration(String),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum ChangeRecord {
    Registered { stage: String, plan: PlanRecord },
    Replanned { plan: PlanRecord },
    Entered { stage: String, rollout: Option<String>, judgement: Option<JudgementRecord> },
    Stepped { step: usize, judgement: JudgementRecord },
    Judged { judgement: JudgementRecord },
    Held { judgement: Option<JudgementRecord> },
    Resumed {},
    RolledBack { judgement: Option<JudgementRecord> },
    Killed {},
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanRecord {
    digest: String,
    parent: Option<String>,
    mirror_ppm: u32,
    steps: Vec<StepRecord>,
    holdback_ppm: u32,
    primary_bake: SpanRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepRecord {
    weight_ppm: u32,
    bake: SpanRecord,
}

/// Seconds and nanoseconds: exact, where a fraction of a second would be rounded.
#[derive(Serialize, Deserialize)]
struct SpanRecord(u64, u32);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JudgementRecord {
    generation: u64,
    verdict: String,
    readings: Vec<ReadingRecord>,
    evidence: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadingRecord {
    gate: String,
    subject: String,
    verdict: String,
    measured: QuantityRecord,
    bound: QuantityRecord,
    samples: u64,
    needed: Option<u64>,
    wait: Option<SpanRecord>,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct QuantityRecord(NumberRecord, String);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum NumberRecord {
    Finite(f64),
    Word(String),
}

/// The bytes of an entry.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, RecordError> {
    serde_json::to_vec(&EntryRecord::from(entry)).map_err(|error| form(&error))
}

/// The entry in these bytes.
pub fn decode(bytes: &[u8]) -> Result<Entry, RecordError> {
    match serde_json::from_slice::<EntryRecord>(bytes) {
        Ok(record) => Entry::try_from(record),
        Err(error) => match serde_json::from_slice::<VersionRecord>(bytes) {
            Ok(record) if record.v > VERSION => Err(RecordError::Version(record.v)),
            Ok(_) | Err(_) => Err(form(&error)),
        },
    }
}

fn form(error: &serde_json::Error) -> RecordError {
    RecordError::Form(error.to_string())
}

#[cfg(test)]
pub(crate) mod tests;
