//! The Merkle tree over the entries, as RFC 6962 hashes it, grown one leaf at a time.
//!
//! Only the right edge is kept: the roots of the perfect subtrees (a binary counter) and the hashes of the unfinished
//! tile of each level. A push costs a handful of hashes however long the ledger is; nothing is ever hashed again.
//!
//! **Invariant:** a hash enters a tile once, when the subtree under it is complete; a partial tile is never hashed
//! into the level above.

use ficus_model::digest::Digest;
use sha2::{Digest as _, Sha256};

use crate::ledger::tile::{TILE_HASHES, TILE_HEIGHT, Tile};

/// The edge of a growing tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    /// Roots of the perfect subtrees, heights strictly falling.
    peaks: Vec<Peak>,
    /// Per level, its unfinished tile.
    edge: Vec<EdgeTile>,
    /// Tiles finished since they were last taken.
    finished: Vec<TileHashes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Peak {
    height: u8,
    hash: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct EdgeTile {
    number: u64,
    hashes: Vec<Digest>,
}

/// A tile with its hashes, one after the other, 32 bytes each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileHashes {
    /// Which tile.
    pub tile: Tile,
    /// Its hashes.
    pub hashes: Vec<u8>,
}

/// The hash of an entry: `SHA-256(0x00 ‖ entry)`.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let hash = Sha256::new().chain_update([0x00]).chain_update(entry).finalize();
    Digest::from_bytes(hash.into())
}

/// The hash of a node: `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: Digest, right: Digest) -> Digest {
    let hash = Sha256::new().chain_update([0x01]).chain_update(left.as_bytes());
    Digest::from_bytes(hash.chain_update(right.as_bytes()).finalize().into())
}

/// The root over these leaf hashes, or over the hashes of a tile.
pub fn root_of(hashes: impl IntoIterator<Item = Digest>) -> Digest {
    let mut tree = Tree::default();
    hashes.into_iter().for_each(|hash| tree.push(hash));
    tree.root()
}

impl Tree {
    /// Leaves so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves; SHA-256 of nothing for the empty tree.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev().map(|peak| peak.hash);
        let Some(last) = peaks.next() else {
            return Digest::from_bytes(Sha256::digest([]).into());
        };
        peaks.fold(last, |right, left| node_hash(left, right))
    }

    /// Adds a leaf hash at the right.
    pub fn push(&mut self, leaf: Digest) {
        let (mut height, mut hash) = (0u8, leaf);
        self.extend_edge(0, hash);
        while let Some(left) = self.peaks.pop_if(|peak| peak.height == height) {
            hash = node_hash(left.hash, hash);
            height += 1;
            if height.is_multiple_of(TILE_HEIGHT) {
                self.extend_edge(height / TILE_HEIGHT, hash);
            }
        }
        self.peaks.push(Peak { height, hash });
        self.size += 1;
    }

    /// The tiles that were finished since the last call.
    pub fn take_finished(&mut self) -> Vec<TileHashes> {
        std::mem::take(&mut self.finished)
    }

    /// The unfinished tile of every level that has one.
    pub fn edge(&self) -> impl Iterator<Item = TileHashes> + '_ {
        let begun = (0u8..).zip(&self.edge).filter(|(_, edge)| !edge.hashes.is_empty());
        begun.map(|(level, edge)| edge.tile(level))
    }

    fn extend_edge(&mut self, level: u8, hash: Digest) {
        let index = usize::from(level);
        if self.edge.len() <= index {
            self.edge.resize_with(index + 1, EdgeTile::default);
        }
        let Some(edge) = self.edge.get_mut(index) else { return };
        edge.hashes.push(hash);
        if edge.hashes.len() == usize::from(TILE_HASHES) {
            self.finished.push(edge.tile(level));
            edge.number += 1;
            edge.hashes.clear();
        }
    }
}

impl EdgeTile {
    fn tile(&self, level: u8) -> TileHashes {
        let width = u16::try_from(self.hashes.len()).unwrap_or(TILE_HASHES);
        let hashes = self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        TileHashes { tile: Tile { level, number: self.number, width }, hashes }
    }
}

#[cfg(test)]
mod tests;
