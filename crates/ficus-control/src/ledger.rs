//! The ledger: everything decided, with its evidence, in an append-only log whose tampering anybody can detect.
//!
//! The ledger *is* the state: folding its entries gives every boundary's machine. Entries are leaves of an RFC 6962
//! Merkle tree in the C2SP tlog-tiles layout; its head is a signed checkpoint. The bytes that are hashed are the bytes
//! that are stored: an entry is never encoded twice. Evidence is kept beside the log under its SHA-256, because an
//! entry is at most [`ENTRY_BYTES_MAX`] long and evidence is not.
//!
//! Code map: [`tree`] and [`tile`] hash and cut, [`note`] signs, [`record`] puts entries in bytes, [`store`] keeps
//! them, [`recorder`] writes, [`anchor`] publishes, [`export`] and [`directory`] write and read the static form,
//! [`verify`] examines all of it.

pub mod anchor;
pub mod directory;
pub mod export;
pub mod note;
pub mod record;
pub mod recorder;
pub mod store;
pub mod tile;
pub mod tree;
pub mod verify;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ficus_model::digest::Digest;
use ficus_model::{BoundaryName, Event, Principal, Time};
use thiserror::Error;

use crate::ledger::note::{Checkpoint, NoteError, VerifierKey};
use crate::ledger::record::RecordError;
use crate::ledger::store::{Source, StoreError};
use crate::ledger::tile::{TILE_HASHES, Tile};
use crate::ledger::tree::{Tree, leaf_hash};

pub use export::ExportError;
pub use verify::{Report, ReportPart};

/// Longest entry in bytes: the entry bundles of tlog-tiles give it a two-byte length.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// Entries read at once when the whole ledger is walked: a bundle.
const WALK_ENTRIES: u64 = TILE_HASHES as u64;

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

/// Why the ledger could not be read, or not be believed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReadError {
    /// The store could not read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry can not be read.
    #[error("entry {index} can not be read: {error}")]
    Entry {
        /// Its position.
        index: u64,
        /// Why.
        error: RecordError,
    },
    /// An entry is not the one that was hashed.
    #[error("entry {0} is not the one the tree was built over")]
    Edited(u64),
    /// The head's note can not be believed.
    #[error("the head can not be believed: {0}")]
    Head(#[from] NoteError),
    /// Entries and signed head disagree.
    #[error("the {entries} entries are not those of the signed head over {head}")]
    Differs {
        /// Entries the head names.
        head: u64,
        /// Entries there are.
        entries: u64,
    },
    /// A published checkpoint covers more entries than there are: the end is missing.
    #[error("a checkpoint over {published} entries was published, but only {size} are left")]
    Shorter {
        /// Entries of the published checkpoint.
        published: u64,
        /// Entries there are.
        size: u64,
    },
    /// The first entries are not those of a published checkpoint: history was rewritten.
    #[error("the first {0} entries are not those of a published checkpoint")]
    Rewritten(u64),
    /// Control has ended.
    #[error("control has ended")]
    Closed,
}

/// The reading side of a ledger; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger {
    source: Arc<dyn Source>,
    verifier: VerifierKey,
}

impl Ledger {
    /// A ledger and the key its head must be signed with.
    pub const fn new(source: Arc<dyn Source>, verifier: VerifierKey) -> Self {
        Self { source, verifier }
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        self.verifier.name()
    }

    /// The key a third party verifies the head with, in the form of Go's `note` package.
    pub fn verifier_key(&self) -> String {
        self.verifier.to_string()
    }

    /// The head, once its signature is verified; of size zero before the first entry.
    pub fn head(&self) -> Result<Checkpoint, ReadError> {
        let head = self.source.head()?;
        if head.note.is_empty() && head.size == 0 {
            let origin = self.origin().to_owned();
            return Ok(Checkpoint { origin, size: 0, root: Tree::default().root() });
        }
        let checkpoint = self.verifier.open_checkpoint(&head.note)?;
        if checkpoint.size != head.size || checkpoint.root != head.root {
            return Err(ReadError::Differs { head: checkpoint.size, entries: head.size });
        }
        Ok(checkpoint)
    }

    /// The head as a signed note; empty before the first entry.
    pub fn checkpoint(&self) -> Result<String, ReadError> {
        Ok(self.source.head()?.note)
    }

    /// The entries at these positions; shorter where the ledger ends. Each is checked against the tree's tiles.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<StoredEntry>, ReadError> {
        let size = self.source.head()?.size;
        let range = range.start.min(size)..range.end.min(size);
        let hashes = u64::from(TILE_HASHES);
        let (mut entries, mut leaves, mut number) = (Vec::new(), Vec::new(), None);
        for (index, bytes) in (range.start..).zip(self.source.entries(range)?) {
            if number != Some(index / hashes) {
                number = Some(index / hashes);
                leaves = self.leaves(index / hashes, size)?;
            }
            let entry = stored(index, bytes)?;
            let place = usize::try_from(index % hashes).unwrap_or(usize::MAX);
            if leaves.get(place) != Some(entry.leaf.as_bytes()) {
                return Err(ReadError::Edited(index));
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Stored evidence by its content address.
    pub fn evidence(&self, digest: Digest) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.source.evidence(digest)?)
    }

    /// Writes the static C2SP tree; returns the number of entries.
    pub fn export(&self, directory: &Path) -> Result<u64, ExportError> {
        export::export(self, directory)
    }

    /// Verifies everything, also against older checkpoints (signed notes).
    pub fn verify(&self, older: &[String]) -> Report {
        verify::verify(self, older)
    }

    /// Reads all entries up to the head, in order, and grows the tree over them; `each` sees the tree after its entry.
    pub(crate) fn walk(
        &self,
        mut each: impl FnMut(&mut Tree, StoredEntry) -> Result<(), ReadError>,
    ) -> Result<Tree, ReadError> {
        let size = self.source.head()?.size;
        let mut tree = Tree::default();
        while tree.size() < size {
            let start = tree.size();
            let bundle = self.source.entries(start..size.min(start + WALK_ENTRIES))?;
            if bundle.is_empty() {
                return Err(ReadError::Differs { head: size, entries: start });
            }
            for (index, bytes) in (start..).zip(bundle) {
                let entry = stored(index, bytes)?;
                tree.push(entry.leaf);
                each(&mut tree, entry)?;
            }
        }
        Ok(tree)
    }

    /// The leaf hashes of a tile; none when it is missing.
    fn leaves(&self, number: u64, size: u64) -> Result<Vec<[u8; 32]>, ReadError> {
        let hashes = u64::from(TILE_HASHES);
        let width = size.saturating_sub(number * hashes).min(hashes);
        let width = u16::try_from(width).unwrap_or(TILE_HASHES);
        let tile = self.source.tile(Tile { level: 0, number, width })?.unwrap_or_default();
        Ok(tile.as_chunks::<32>().0.to_vec())
    }
}

fn stored(index: u64, bytes: Vec<u8>) -> Result<StoredEntry, ReadError> {
    let entry = record::decode(&bytes).map_err(|error| ReadError::Entry { index, error })?;
    Ok(StoredEntry { index, leaf: leaf_hash(&bytes), bytes, entry })
}
