//! The port to what keeps the ledger, and what every keeper must promise.
//!
//! An append is one transaction: entries, evidence, tiles and head together or not at all, and only if the head is
//! still the one the writer built upon (compare-and-swap). Reading sees every acknowledged append at once.

mod sqlite;

#[cfg(test)]
pub(crate) mod memory;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use ficus_model::BoundaryName;
use ficus_model::digest::Digest;
use thiserror::Error;

use crate::ledger::tile::Tile;
use crate::ledger::tree::TileHashes;

pub use sqlite::SqliteStore;

/// The head as it is kept: enough to notice a second writer without reading the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: Digest,
    /// The signed checkpoint; empty before the first entry.
    pub note: String,
}

/// One append: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Entries and root the writer built upon.
    pub expected: (u64, Digest),
    /// The new entries, in order.
    pub entries: Vec<Vec<u8>>,
    /// Evidence that is not kept yet, by content address.
    pub evidence: Vec<(Digest, Vec<u8>)>,
    /// Tiles that have changed; a wider tile replaces a narrower one.
    pub tiles: Vec<TileHashes>,
    /// The head afterwards.
    pub head: Head,
}

/// Reading a ledger, wherever it lies.
pub trait Source: Send + Sync + fmt::Debug {
    /// The head; before the first entry size zero and an empty note.
    fn head(&self) -> Result<Head, StoreError>;

    /// The bytes of the entries at these positions; shorter where the ledger ends.
    fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, StoreError>;

    /// The hashes of a tile, cut to its width; `None` when fewer are kept.
    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError>;

    /// Evidence by content address.
    fn evidence(&self, digest: Digest) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Keeping a ledger, and beside it what the judges have gathered since their last recorded verdict.
///
/// Drafts are not part of the log: they are overwritten in place, so that evidence survives a restart without the
/// ledger growing. What a verdict rests on becomes evidence when the verdict is recorded.
pub trait Store: Source {
    /// Appends in one transaction if the head is still the expected one.
    fn append(&self, append: &Append) -> Result<(), StoreError>;

    /// Keeps a judge's state of a boundary, instead of the last one.
    fn keep_draft(&self, draft: &Draft) -> Result<(), StoreError>;

    /// The judge's state of a boundary last kept.
    fn draft(&self, boundary: &BoundaryName) -> Result<Option<Draft>, StoreError>;

    /// Writes nothing of meaning, to learn whether writing works again.
    fn probe(&self) -> Result<(), StoreError>;
}

/// What a judge has gathered so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The boundary.
    pub boundary: BoundaryName,
    /// Names what it is about (the epoch of evidence, the routes); a state about anything else is not resumed.
    pub subject: Digest,
    /// The judge's state as text.
    pub text: String,
}

/// Why the store could not do it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Somebody else has appended: the head is not the expected one.
    #[error("the head of the ledger has moved: {found} entries, expected {expected}")]
    Moved {
        /// Entries the writer built upon.
        expected: u64,
        /// Entries there are.
        found: u64,
    },
    /// There is no room left.
    #[error("the disk or the ledger's size limit is full")]
    Full,
    /// What is kept is not what was written.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// Written by a newer version.
    #[error("the ledger has form {found}, this version knows up to {known}")]
    TooNew {
        /// The form it has.
        found: i64,
        /// The newest form known.
        known: i64,
    },
    /// Anything else the store says.
    #[error("the ledger's store failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Whether trying again later may help without anybody's doing.
    pub const fn passing(&self) -> bool {
        matches!(self, Self::Full | Self::Failed(_))
    }
}
