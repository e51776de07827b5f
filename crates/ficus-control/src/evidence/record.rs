//! The bytes of evidence: JSON, versioned, lossless both ways.

use std::time::Duration;

use ficus_model::Time;
use ficus_model::boundary::GateSettings;
use ficus_model::judge::JudgeState;
use ficus_model::rollout::RolloutId;
use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, EvidenceError, Gates, JudgedEvidence};
use crate::ledger::record::ReadingRecord;
use crate::sinks::Abort;

/// The form written today.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceRecord {
    v: u32,
    boundary: String,
    generation: u64,
    at_us: u64,
    subject: SubjectRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum SubjectRecord {
    Judged { gates: GatesRecord, settings: SettingsRecord, routes: Vec<String>, state: String },
    Aborted { rollout: [u8; 16], reading: ReadingRecord },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GatesRecord {
    Shadow,
    Canary,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsRecord {
    alpha: f64,
    beta: f64,
    error_ratio: f64,
    error_ratio_excluded: f64,
    error_absolute: f64,
    latency_margin: f64,
    latency_objective_ns: Option<u64>,
    parity: f64,
    coverage: f64,
    window_ns: u64,
    objective: f64,
    budget_share: f64,
    warm_up: u32,
}

pub(super) fn encode(evidence: &Evidence) -> Result<Vec<u8>, EvidenceError> {
    serde_json::to_vec(&EvidenceRecord::from(evidence)).map_err(|error| form(&error))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    let record: EvidenceRecord = serde_json::from_slice(bytes).map_err(|error| form(&error))?;
    if record.v != VERSION {
        return Err(EvidenceError(format!("of form {}", record.v)));
    }
    let boundary = record.boundary.parse().map_err(|_| EvidenceError("no boundary".to_owned()))?;
    let (generation, at) = (record.generation, Time::from_micros(record.at_us));
    Ok(match record.subject {
        SubjectRecord::Judged { gates, settings, routes, state } => {
            let gates = match gates {
                GatesRecord::Shadow => Gates::Shadow,
                GatesRecord::Canary => Gates::Canary,
            };
            let state = JudgeState::from_text(&state);
            let state = state.map_err(|error| EvidenceError(error.to_string()))?;
            let settings = settings.into();
            Evidence::Judged(Box::new(JudgedEvidence {
                boundary,
                generation,
                gates,
                at,
                settings,
                routes,
                state,
            }))
        }
        SubjectRecord::Aborted { rollout, reading } => {
            let reading = reading.try_into().map_err(|_| EvidenceError("no reading".to_owned()))?;
            let rollout = RolloutId(rollout);
            Evidence::Aborted(Box::new(Abort { boundary, rollout, generation, at, reading }))
        }
    })
}

fn form(error: &serde_json::Error) -> EvidenceError {
    EvidenceError(error.to_string())
}

fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

impl From<&Evidence> for EvidenceRecord {
    fn from(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Judged(evidence) => Self {
                v: VERSION,
                boundary: evidence.boundary.to_string(),
                generation: evidence.generation,
                at_us: evidence.at.as_micros(),
                subject: SubjectRecord::Judged {
                    gates: match evidence.gates {
                        Gates::Shadow => GatesRecord::Shadow,
                        Gates::Canary => GatesRecord::Canary,
                    },
                    settings: (&evidence.settings).into(),
                    routes: evidence.routes.clone(),
                    state: evidence.state.to_text(),
                },
            },
            Evidence::Aborted(abort) => Self {
                v: VERSION,
                boundary: abort.boundary.to_string(),
                generation: abort.generation,
                at_us: abort.at.as_micros(),
                subject: SubjectRecord::Aborted {
                    rollout: abort.rollout.0,
                    reading: (&abort.reading).into(),
                },
            },
        }
    }
}

impl From<&GateSettings> for SettingsRecord {
    fn from(settings: &GateSettings) -> Self {
        Self {
            alpha: settings.alpha,
            beta: settings.beta,
            error_ratio: settings.error_ratio,
            error_ratio_excluded: settings.error_ratio_excluded,
            error_absolute: settings.error_absolute,
            latency_margin: settings.latency_margin,
            latency_objective_ns: settings.latency_objective.map(nanoseconds),
            parity: settings.parity,
            coverage: settings.coverage,
            window_ns: nanoseconds(settings.window),
            objective: settings.objective,
            budget_share: settings.budget_share,
            warm_up: settings.warm_up,
        }
    }
}

impl From<SettingsRecord> for GateSettings {
    /// Every field is named, so that a new bound can not be forgotten here.
    fn from(record: SettingsRecord) -> Self {
        Self {
            alpha: record.alpha,
            beta: record.beta,
            error_ratio: record.error_ratio,
            error_ratio_excluded: record.error_ratio_excluded,
            error_absolute: record.error_absolute,
            latency_margin: record.latency_margin,
            latency_objective: record.latency_objective_ns.map(Duration::from_nanos),
            parity: record.parity,
            coverage: record.coverage,
            window: Duration::from_nanos(record.window_ns),
            objective: record.objective,
            budget_share: record.budget_share,
            warm_up: record.warm_up,
        }
    }
}
