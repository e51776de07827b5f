//! A store in memory for tests, with the faults a disk can have.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard};

use ficus_model::BoundaryName;
use ficus_model::digest::Digest;

use crate::ledger::store::{Append, Draft, Head, Source, Store, StoreError};
use crate::ledger::tile::Tile;

/// The ledger in memory.
#[derive(Debug)]
pub(crate) struct MemoryStore(Mutex<Kept>);

#[derive(Debug, Clone)]
struct Kept {
    head: Head,
    entries: Vec<Vec<u8>>,
    evidence: BTreeMap<Digest, Vec<u8>>,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    drafts: BTreeMap<BoundaryName, Draft>,
    fault: Option<StoreError>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        let root = crate::ledger::tree::Tree::default().root();
        Self(Mutex::new(Kept {
            head: Head { size: 0, root, note: String::new() },
            entries: Vec::new(),
            evidence: BTreeMap::new(),
            tiles: BTreeMap::new(),
            drafts: BTreeMap::new(),
            fault: None,
        }))
    }
}

impl MemoryStore {
    /// From now on every write fails like this; `None` mends it.
    pub(crate) fn fail(&self, fault: Option<StoreError>) {
        self.kept().fault = fault;
    }

    /// Changes the bytes of an entry behind everybody's back.
    pub(crate) fn tamper(&self, position: usize, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.kept().entries[position]);
    }

    /// Changes the order of the entries behind everybody's back.
    pub(crate) fn swap(&self, left: usize, right: usize) {
        self.kept().entries.swap(left, right);
    }

    /// Changes evidence behind everybody's back.
    pub(crate) fn tamper_evidence(&self, digest: Digest, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.kept().evidence.get_mut(&digest).unwrap());
    }

    /// Forgets evidence.
    pub(crate) fn forget_evidence(&self, digest: Digest) {
        self.kept().evidence.remove(&digest).unwrap();
    }

    /// Changes a tile behind everybody's back.
    pub(crate) fn tamper_tile(&self, level: u8, number: u64, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.kept().tiles.get_mut(&(level, number)).unwrap());
    }

    /// The same store once more.
    pub(crate) fn copy(&self) -> Self {
        Self(Mutex::new(self.kept().clone()))
    }

    /// The head, without the port.
    pub(crate) fn head_now(&self) -> Head {
        self.kept().head.clone()
    }

    /// Puts another head in place and leaves the entries alone.
    pub(crate) fn put_head(&self, head: Head) {
        self.kept().head = head;
    }

    /// Puts another head in place, and forgets the entries beyond it.
    pub(crate) fn set_head(&self, head: Head) {
        let mut kept = self.kept();
        let size = usize::try_from(head.size).unwrap();
        kept.entries.truncate(size);
        kept.head = head;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap()
    }
}

impl Source for MemoryStore {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.kept().head.clone())
    }

    fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, StoreError> {
        let kept = self.kept();
        let bound = |position: u64| usize::try_from(position).unwrap().min(kept.entries.len());
        Ok(kept.entries[bound(range.start)..bound(range.end)].to_vec())
    }

    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        let kept = self.kept();
        let hashes = kept.tiles.get(&(tile.level, tile.number));
        Ok(hashes.and_then(|hashes| hashes.get(..usize::from(tile.width) * 32)).map(<[u8]>::to_vec))
    }

    fn evidence(&self, digest: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.kept().evidence.get(&digest).cloned())
    }
}

impl Store for MemoryStore {
    fn append(&self, append: &Append) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if let Some(fault) = &kept.fault {
            return Err(fault.clone());
        }
        let (expected, root) = append.expected;
        if (kept.head.size, kept.head.root) != (expected, root) {
            return Err(StoreError::Moved { expected, found: kept.head.size });
        }
        kept.entries.extend(append.entries.iter().cloned());
        kept.evidence.extend(append.evidence.iter().cloned());
        for changed in &append.tiles {
            kept.tiles.insert((changed.tile.level, changed.tile.number), changed.hashes.clone());
        }
        kept.head = append.head.clone();
        Ok(())
    }

    fn keep_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if let Some(fault) = &kept.fault {
            return Err(fault.clone());
        }
        kept.drafts.insert(draft.boundary.clone(), draft.clone());
        Ok(())
    }

    fn draft(&self, boundary: &BoundaryName) -> Result<Option<Draft>, StoreError> {
        Ok(self.kept().drafts.get(boundary).cloned())
    }

    fn probe(&self) -> Result<(), StoreError> {
        self.kept().fault.clone().map_or(Ok(()), Err)
    }
}
