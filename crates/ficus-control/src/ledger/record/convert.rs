//! From the model's types to the forms of the ledger and back, by hand.

use std::time::Duration;

use ficus_model::boundary::Step;
use ficus_model::digest::Digest;
use ficus_model::rollout::{Actor, Change, Plan, RolloutId, Stage};
use ficus_model::verdict::{Gate, Judgement, Quantity, Reading, Unit, Verdict};
use ficus_model::{Event, Time, Weight};

use crate::ledger::record::{
    ActorRecord, ChangeRecord, EntryRecord, EventRecord, FactRecord, JudgementRecord, NumberRecord,
    PlanRecord, QuantityRecord, ReadingRecord, RecordError, SpanRecord, StepRecord, VERSION,
};
use crate::ledger::{Entry, Fact};

fn unknown(what: &'static str, value: &str) -> RecordError {
    RecordError::Value { what, value: value.to_owned() }
}

fn digest(text: &str) -> Result<Digest, RecordError> {
    Digest::parse(text).ok_or_else(|| unknown("digest", text))
}

fn weight(parts: u32) -> Result<Weight, RecordError> {
    Weight::from_ppm(parts).ok_or_else(|| unknown("weight", &parts.to_string()))
}

fn stage(text: &str) -> Result<Stage, RecordError> {
    Stage::parse(text).ok_or_else(|| unknown("stage", text))
}

fn verdict(text: &str) -> Result<Verdict, RecordError> {
    Verdict::parse(text).ok_or_else(|| unknown("verdict", text))
}

fn rollout_id(text: &str) -> Result<RolloutId, RecordError> {
    let number = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
    number.map(|number| RolloutId(number.to_be_bytes())).ok_or_else(|| unknown("rollout", text))
}

impl From<&Entry> for EntryRecord {
    fn from(entry: &Entry) -> Self {
        Self {
            v: VERSION,
            at_us: entry.at.as_micros(),
            configuration: entry.configuration.to_string(),
            evidence: entry.evidence.iter().map(Digest::to_string).collect(),
            fact: match &entry.fact {
                Fact::Configured { by } => FactRecord::Configured { by: by.to_string() },
                Fact::Happened { boundary, event } => {
                    FactRecord::Happened { boundary: boundary.to_string(), event: event.into() }
                }
            },
        }
    }
}

impl TryFrom<EntryRecord> for Entry {
    type Error = RecordError;

    fn try_from(record: EntryRecord) -> Result<Self, RecordError> {
        if record.v != VERSION {
            return Err(RecordError::Version(record.v));
        }
        let fact = match record.fact {
            FactRecord::Configured { by } => {
                Fact::Configured { by: by.parse().map_err(|_| unknown("principal", &by))? }
            }
            FactRecord::Happened { boundary, event } => Fact::Happened {
                boundary: boundary.parse().map_err(|_| unknown("boundary", &boundary))?,
                event: event.try_into()?,
            },
        };
        Ok(Self {
            at: Time::from_micros(record.at_us),
            configuration: digest(&record.configuration)?,
            evidence: record.evidence.iter().map(|text| digest(text)).collect::<Result<_, _>>()?,
            fact,
        })
    }
}

impl From<&Event> for EventRecord {
    fn from(event: &Event) -> Self {
        let actor = match &event.actor {
            Actor::Operator(by) => ActorRecord::Operator(by.to_string()),
            Actor::Judge => ActorRecord::Judge,
            Actor::Gateway => ActorRecord::Gateway,
            Actor::Configuration(by) => ActorRecord::Configuration(by.to_string()),
        };
        let (at_us, reason) = (event.at.as_micros(), event.reason.clone());
        Self { at_us, actor, reason, generation: event.generation, change: (&event.change).into() }
    }
}

impl TryFrom<EventRecord> for Event {
    type Error = RecordError;

    fn try_from(record: EventRecord) -> Result<Self, RecordError> {
        let principal = |by: String| by.parse().map_err(|_| unknown("principal", &by));
        let actor = match record.actor {
            ActorRecord::Operator(by) => Actor::Operator(principal(by)?),
            ActorRecord::Judge => Actor::Judge,
            ActorRecord::Gateway => Actor::Gateway,
            ActorRecord::Configuration(by) => Actor::Configuration(principal(by)?),
        };
        let (at, reason) = (Time::from_micros(record.at_us), record.reason);
        let change = record.change.try_into()?;
        Ok(Self { at, actor, reason, generation: record.generation, change })
    }
}

impl From<&Change> for ChangeRecord {
    fn from(change: &Change) -> Self {
        let optional = |judgement: &Option<Judgement>| judgement.as_ref().map(Into::into);
        match change {
            Change::Registered { stage, plan } => {
                Self::Registered { stage: stage.to_string(), plan: plan.into() }
            }
            Change::Replanned { plan } => Self::Replanned { plan: plan.into() },
            Change::Entered { stage, rollout, judgement } => Self::Entered {
                stage: stage.to_string(),
                rollout: rollout.map(|id| format!("{:032x}", u128::from_be_bytes(id.0))),
                judgement: optional(judgement),
            },
            Change::Stepped { step, judgement } => {
                Self::Stepped { step: *step, judgement: judgement.into() }
            }
            Change::Judged { judgement } => Self::Judged { judgement: judgement.into() },
            Change::Held { judgement } => Self::Held { judgement: optional(judgement) },
            Change::Resumed => Self::Resumed {},
            Change::RolledBack { judgement } => Self::RolledBack { judgement: optional(judgement) },
            Change::Killed => Self::Killed {},
        }
    }
}

impl TryFrom<ChangeRecord> for Change {
    type Error = RecordError;

    fn try_from(record: ChangeRecord) -> Result<Self, RecordError> {
        let optional =
            |judgement: Option<JudgementRecord>| judgement.map(Judgement::try_from).transpose();
        Ok(match record {
            ChangeRecord::Registered { stage: text, plan } => {
                Self::Registered { stage: stage(&text)?, plan: plan.try_into()? }
            }
            ChangeRecord::Replanned { plan } => Self::Replanned { plan: plan.try_into()? },
            ChangeRecord::Entered { stage: text, rollout, judgement } => Self::Entered {
                stage: stage(&text)?,
                rollout: rollout.map(|text| rollout_id(&text)).transpose()?,
                judgement: optional(judgement)?,
            },
            ChangeRecord::Stepped { step, judgement } => {
                Self::Stepped { step, judgement: judgement.try_into()? }
            }
            ChangeRecord::Judged { judgement } => Self::Judged { judgement: judgement.try_into()? },
            ChangeRecord::Held { judgement } => Self::Held { judgement: optional(judgement)? },
            ChangeRecord::Resumed {} => Self::Resumed,
            ChangeRecord::RolledBack { judgement } => {
                Self::RolledBack { judgement: optional(judgement)? }
            }
            ChangeRecord::Killed {} => Self::Killed,
        })
    }
}

impl From<&Plan> for PlanRecord {
    fn from(plan: &Plan) -> Self {
        let step =
            |step: &Step| StepRecord { weight_ppm: step.weight.ppm(), bake: step.bake.into() };
        Self {
            digest: plan.digest.to_string(),
            parent: plan.parent.as_ref().map(Digest::to_string),
            mirror_ppm: plan.mirror.ppm(),
            steps: plan.steps.iter().map(step).collect(),
            holdback_ppm: plan.holdback.ppm(),
            primary_bake: plan.primary_bake.into(),
        }
    }
}

impl TryFrom<PlanRecord> for Plan {
    type Error = RecordError;

    fn try_from(record: PlanRecord) -> Result<Self, RecordError> {
        let step = |step: StepRecord| {
            Ok(Step { weight: weight(step.weight_ppm)?, bake: step.bake.into() })
        };
        Ok(Self {
            digest: digest(&record.digest)?,
            parent: record.parent.map(|text| digest(&text)).transpose()?,
            mirror: weight(record.mirror_ppm)?,
            steps: record.steps.into_iter().map(step).collect::<Result<_, RecordError>>()?,
            holdback: weight(record.holdback_ppm)?,
            primary_bake: record.primary_bake.into(),
        })
    }
}

impl From<&Judgement> for JudgementRecord {
    fn from(judgement: &Judgement) -> Self {
        Self {
            generation: judgement.generation,
            verdict: judgement.verdict.to_string(),
            readings: judgement.readings.iter().map(Into::into).collect(),
            evidence: judgement.evidence.to_string(),
        }
    }
}

impl TryFrom<JudgementRecord> for Judgement {
    type Error = RecordError;

    fn try_from(record: JudgementRecord) -> Result<Self, RecordError> {
        let readings = record.readings.into_iter().map(Reading::try_from);
        Ok(Self {
            generation: record.generation,
            verdict: verdict(&record.verdict)?,
            readings: readings.collect::<Result<_, _>>()?,
            evidence: digest(&record.evidence)?,
        })
    }
}

impl From<&Reading> for ReadingRecord {
    fn from(reading: &Reading) -> Self {
        Self {
            gate: reading.gate.as_str().to_owned(),
            subject: reading.subject.clone(),
            verdict: reading.verdict.to_string(),
            measured: reading.measured.into(),
            bound: reading.bound.into(),
            samples: reading.samples,
            needed: reading.needed,
            wait: reading.wait.map(Into::into),
            reason: reading.reason.clone(),
        }
    }
}

impl TryFrom<ReadingRecord> for Reading {
    type Error = RecordError;

    fn try_from(record: ReadingRecord) -> Result<Self, RecordError> {
        Ok(Self {
            gate: Gate::parse(&record.gate).ok_or_else(|| unknown("gate", &record.gate))?,
            subject: record.subject,
            verdict: verdict(&record.verdict)?,
            measured: record.measured.try_into()?,
            bound: record.bound.try_into()?,
            samples: record.samples,
            needed: record.needed,
            wait: record.wait.map(Into::into),
            reason: record.reason,
        })
    }
}

impl From<Quantity> for QuantityRecord {
    fn from(quantity: Quantity) -> Self {
        let number = if quantity.value.is_finite() {
            NumberRecord::Finite(quantity.value)
        } else {
            NumberRecord::Word(quantity.value.to_string())
        };
        Self(number, quantity.unit.as_str().to_owned())
    }
}

impl TryFrom<QuantityRecord> for Quantity {
    type Error = RecordError;

    fn try_from(record: QuantityRecord) -> Result<Self, RecordError> {
        let unit = Unit::parse(&record.1).ok_or_else(|| unknown("unit", &record.1))?;
        let value = match record.0 {
            NumberRecord::Finite(value) => value,
            NumberRecord::Word(word) => word.parse().map_err(|_| unknown("number", &word))?,
        };
        Ok(Self { value, unit })
    }
}

impl From<Duration> for SpanRecord {
    fn from(span: Duration) -> Self {
        Self(span.as_secs(), span.subsec_nanos())
    }
}

impl From<SpanRecord> for Duration {
    fn from(record: SpanRecord) -> Self {
        Self::from_secs(record.0).saturating_add(Self::from_nanos(u64::from(record.1)))
    }
}
