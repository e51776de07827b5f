//! The ledger: everything decided, with its evidence, in an append-only log whose tampering anybody can detect.
//!
//! The ledger *is* the state. Entries are leaves of an RFC 6962 Merkle tree in the C2SP tlog-tiles layout; its head
//! is a signed checkpoint. The bytes that are hashed are the bytes that are stored: an entry is never encoded twice.

use std::ops::Range;
use std::path::Path;

use ficus_model::digest::Digest;
use ficus_model::{BoundaryName, Event, Principal, Time};
use thiserror::Error;

/// Longest entry in bytes: the entry bundles of tlog-tiles give it a two-byte length.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// One recorded fact and what it was decided under.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When; never before the entry before it, even when the clock jumps back.
    pub at: Time,
    /// The configuration in force.
    pub configuration: Digest,
    /// Content addresses of the evidence and texts it rests on.
    pub evidence: Vec<Digest>,
    /// What happened.
    pub fact: Fact,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A configuration was applied; the events it caused follow it.
    Configured {
        /// Who applied it.
        by: Principal,
    },
    /// Something happened to a boundary.
    Happened {
        /// The boundary.
        boundary: BoundaryName,
        /// What.
        event: Event,
    },
}

/// An entry as it lies in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// Its position, from zero.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// The stored bytes, exactly as hashed.
    pub bytes: Vec<u8>,
    /// What they say.
    pub entry: Entry,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries verified.
    pub size: u64,
    /// One part per property, in the order they were examined.
    pub parts: Vec<ReportPart>,
    /// Entries up to here are covered by an older checkpoint that was given.
    pub anchored: u64,
}

/// One property of the ledger, examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPart {
    /// `signature`, `root`, `inclusion`, `consistency` or `replay`.
    pub name: &'static str,
    /// What was examined, as a sentence fragment such as `70000 entries`.
    pub examined: String,
    /// What is wrong; empty when the property holds.
    pub faults: Vec<String>,
}

impl Report {
    /// Whether every property holds.
    pub fn whole(&self) -> bool {
        self.parts.iter().all(|part| part.faults.is_empty())
    }
}

/// Why the ledger could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Control has ended.
    #[error("control has ended")]
    Closed,
}

/// Why the ledger could not be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The ledger could not be read.
    #[error("could not read the ledger")]
    Read(#[from] ReadError),
}

/// The reading side of the ledger; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger {
    origin: String,
}

impl Ledger {
    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The entries at these positions; shorter where the ledger ends.
    pub fn entries(&self, _range: Range<u64>) -> Result<Vec<StoredEntry>, ReadError> {
        Err(ReadError::Closed)
    }

    /// Stored evidence by its content address.
    pub fn evidence(&self, _digest: Digest) -> Result<Option<Vec<u8>>, ReadError> {
        Err(ReadError::Closed)
    }

    /// The head as a signed note.
    pub fn checkpoint(&self) -> Result<String, ReadError> {
        Err(ReadError::Closed)
    }

    /// The key a third party verifies the head with, in the form of Go's `note` package.
    pub fn verifier_key(&self) -> String {
        String::new()
    }

    /// Writes the static C2SP tree; returns the number of entries.
    pub fn export(&self, _directory: &Path) -> Result<u64, ExportError> {
        Err(ExportError::Read(ReadError::Closed))
    }

    /// Verifies everything, also against older checkpoints (signed notes).
    pub fn verify(&self, _older: &[String]) -> Report {
        Report { origin: self.origin.clone(), size: 0, parts: Vec::new(), anchored: 0 }
    }
}
