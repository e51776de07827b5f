//! Ledger entries in plain words, beside the exact bytes that were hashed.

use ficus_model::Event;
use ficus_model::digest::Digest;
use ficus_model::rollout::{Actor, Change};
use ficus_model::verdict::Judgement;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ledger::{Fact, StoredEntry};
use crate::state::HeadState;
use crate::wire::time_text;

/// One ledger entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// Its position, from 0.
    pub index: u64,
    /// When, RFC 3339.
    pub at: String,
    /// The boundary it is about; absent for entries about the process as a whole.
    pub boundary: Option<String>,
    /// Who caused it.
    pub actor: ActorView,
    /// One word: `registered`, `replanned`, `entered`, `stepped`, `held`, `resumed`, `rolled-back`, `killed`,
    /// `judged` or `configured`.
    pub change: String,
    /// What happened, in plain words.
    pub words: String,
    /// Why, in the words of whoever caused it.
    pub reason: String,
    /// The machine's generation after it, for entries about a boundary.
    pub generation: Option<u64>,
    /// Digest of the configuration in force, SHA-256 in hexadecimal.
    pub configuration: String,
    /// Digest of the evidence behind it.
    pub evidence: Option<String>,
    /// The Merkle leaf hash of `raw`.
    pub leaf: String,
    /// The bytes that were hashed, exactly.
    pub raw: String,
}

/// Who caused an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActorView {
    /// `operator`, `judge`, `gateway` or `configuration`.
    pub kind: String,
    /// The principal, for operators and configurations.
    pub name: Option<String>,
}

/// A stretch of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerView {
    /// The head at the time of the answer.
    pub head: HeadView,
    /// The entries, by position.
    pub entries: Vec<EntryView>,
    /// Where to go on reading; absent at the end.
    pub next: Option<u64>,
}

/// The ledger's head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeadView {
    /// The log's name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Merkle root over them, SHA-256 in hexadecimal.
    pub root: String,
    /// When the last one was appended, RFC 3339.
    pub at: Option<String>,
}

/// The signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// The head that is signed.
    pub head: HeadView,
    /// The signed note, exactly as third-party verifiers read it (C2SP tlog-checkpoint).
    pub note: String,
}

/// Which stretch of the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LedgerPageRequest {
    /// Position to begin at; 0 when left out.
    pub from: Option<u64>,
    /// How many at most: 100 when left out, never more than 500.
    pub limit: Option<u64>,
}

/// Evidence as it was stored under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// Its address: SHA-256 of `raw` in hexadecimal.
    pub digest: String,
    /// The stored bytes, exactly.
    pub raw: String,
}

impl From<&StoredEntry> for EntryView {
    fn from(stored: &StoredEntry) -> Self {
        let entry = &stored.entry;
        let raw = String::from_utf8_lossy(&stored.bytes).into_owned();
        let leaf = stored.leaf.to_string();
        let configuration = entry.configuration.to_string();
        let (index, at) = (stored.index, time_text(entry.at));
        match &entry.fact {
            Fact::Configured { by } => Self {
                index,
                at,
                boundary: None,
                actor: ActorView { kind: "configuration".to_owned(), name: Some(by.to_string()) },
                change: "configured".to_owned(),
                words: format!("configuration {} applied", short(&entry.configuration)),
                reason: String::new(),
                generation: None,
                configuration,
                evidence: None,
                leaf,
                raw,
            },
            Fact::Happened { boundary, event } => Self {
                index,
                at,
                boundary: Some(boundary.to_string()),
                actor: (&event.actor).into(),
                change: change_word(&event.change).to_owned(),
                words: words(event),
                reason: event.reason.clone(),
                generation: Some(event.generation),
                configuration,
                evidence: judgement(&event.change).map(|judgement| judgement.evidence.to_string()),
                leaf,
                raw,
            },
        }
    }
}

impl EvidenceView {
    /// The bytes stored under `digest`.
    pub fn new(digest: Digest, bytes: &[u8]) -> Self {
        Self { digest: digest.to_string(), raw: String::from_utf8_lossy(bytes).into_owned() }
    }
}

impl From<&HeadState> for HeadView {
    fn from(head: &HeadState) -> Self {
        Self {
            origin: head.origin.clone(),
            size: head.size,
            root: head.root.to_string(),
            at: head.at.map(time_text),
        }
    }
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        let named = |kind: &str, name: &ficus_model::Principal| Self {
            kind: kind.to_owned(),
            name: Some(name.to_string()),
        };
        let unnamed = |kind: &str| Self { kind: kind.to_owned(), name: None };
        match actor {
            Actor::Operator(name) => named("operator", name),
            Actor::Judge => unnamed("judge"),
            Actor::Gateway => unnamed("gateway"),
            Actor::Configuration(name) => named("configuration", name),
        }
    }
}

impl ActorView {
    /// The actor as people read it.
    pub fn text(&self) -> String {
        match (self.kind.as_str(), &self.name) {
            ("operator", Some(name)) => name.clone(),
            ("configuration", Some(name)) => format!("{name} (configuration)"),
            ("judge", _) => "the judges".to_owned(),
            ("gateway", _) => "the gateway by itself".to_owned(),
            (kind, _) => kind.to_owned(),
        }
    }
}

/// One word for what an event changes.
const fn change_word(change: &Change) -> &'static str {
    match change {
        Change::Registered { .. } => "registered",
        Change::Replanned { .. } => "replanned",
        Change::Entered { .. } => "entered",
        Change::Stepped { .. } => "stepped",
        Change::Held { .. } => "held",
        Change::Resumed => "resumed",
        Change::RolledBack { .. } => "rolled-back",
        Change::Killed => "killed",
        Change::Judged { .. } => "judged",
    }
}

/// What an event says, as one plain sentence without a full stop.
pub(crate) fn words(event: &Event) -> String {
    let on = |judgement: &Option<Judgement>| if judgement.is_some() { " on evidence" } else { "" };
    match &event.change {
        Change::Registered { stage, plan } => {
            format!("registered at {stage} under plan {}", short(&plan.digest))
        }
        Change::Replanned { plan } => format!("plan {} is current", short(&plan.digest)),
        Change::Entered { stage, judgement, .. } => format!("entered {stage}{}", on(judgement)),
        Change::Stepped { step, .. } => format!("went up to step {} on evidence", step + 1),
        Change::Held { judgement } => format!("held{}", on(judgement)),
        Change::Resumed => "resumed".to_owned(),
        Change::RolledBack { judgement } => {
            format!("rolled back to weight zero{}, copies go on", on(judgement))
        }
        Change::Killed => "killed: weight zero, no copies".to_owned(),
        Change::Judged { judgement } => format!("the gates read {}", judgement.verdict),
    }
}

/// The judgement an event names.
const fn judgement(change: &Change) -> Option<&Judgement> {
    match change {
        Change::Entered { judgement, .. }
        | Change::Held { judgement }
        | Change::RolledBack { judgement } => judgement.as_ref(),
        Change::Stepped { judgement, .. } | Change::Judged { judgement } => Some(judgement),
        Change::Registered { .. } | Change::Replanned { .. } | Change::Resumed | Change::Killed => {
            None
        }
    }
}

/// The first digits of a digest, for sentences.
fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(12).collect()
}
