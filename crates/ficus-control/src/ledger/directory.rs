//! An exported ledger, read from its directory.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ficus_model::digest::Digest;

use crate::ledger::note::Checkpoint;
use crate::ledger::store::{Head, Source, StoreError};
use crate::ledger::tile::{Bundle, TILE_HASHES, Tile};
use crate::ledger::tree::Tree;

/// An exported ledger. Nothing in it is believed before it is verified.
#[derive(Debug, Clone)]
pub struct Directory(PathBuf);

impl Directory {
    /// The exported ledger in this directory.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Failed(format!("`{name}`: {error}"))),
        }
    }

    /// The widest form of a bundle there is, up to `width`: a partial one may have been deleted once the full one
    /// existed.
    fn bundle(&self, bundle: Bundle) -> Result<Option<Vec<u8>>, StoreError> {
        let full = Bundle { width: TILE_HASHES, ..bundle };
        match self.read(&bundle.to_string())? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.read(&full.to_string()),
        }
    }
}

/// The entries of a bundle.
fn unpack(bytes: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let entry = rest.split_first_chunk::<2>().and_then(|(length, after)| {
            after.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        });
        let cut = || StoreError::Damaged("a bundle ends within an entry".to_owned());
        let (entry, after) = entry.ok_or_else(cut)?;
        entries.push(entry.to_vec());
        rest = after;
    }
    Ok(entries)
}

impl Source for Directory {
    fn head(&self) -> Result<Head, StoreError> {
        let Some(note) = self.read("checkpoint")? else {
            return Ok(Head { size: 0, root: Tree::default().root(), note: String::new() });
        };
        let damaged = |text: &str| StoreError::Damaged(text.to_owned());
        let note = String::from_utf8(note).map_err(|_| damaged("the checkpoint is not text"))?;
        if note.is_empty() {
            return Ok(Head { size: 0, root: Tree::default().root(), note });
        }
        let text = note.split_inclusive('\n').take(3).collect::<String>();
        let checkpoint: Checkpoint = text.parse().map_err(|_| damaged("not a checkpoint"))?;
        Ok(Head { size: checkpoint.size, root: checkpoint.root, note })
    }

    fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, StoreError> {
        let size = self.head()?.size;
        let hashes = u64::from(TILE_HASHES);
        let mut entries = Vec::new();
        let mut next = range.start;
        while next < range.end.min(size) {
            let number = next / hashes;
            let width = (size - number * hashes).min(hashes);
            let bundle = Bundle { number, width: u16::try_from(width).unwrap_or(TILE_HASHES) };
            let Some(bytes) = self.bundle(bundle)? else { break };
            let skipped = usize::try_from(next - bundle.first()).unwrap_or(usize::MAX);
            let wanted = usize::try_from(range.end.min(size) - next).unwrap_or(usize::MAX);
            let unpacked = unpack(&bytes)?;
            let before = entries.len();
            entries.extend(
                unpacked.into_iter().take(usize::from(bundle.width)).skip(skipped).take(wanted),
            );
            if entries.len() == before {
                break;
            }
            next += u64::try_from(entries.len() - before).unwrap_or(0);
        }
        Ok(entries)
    }

    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        let full = Tile { width: TILE_HASHES, ..tile };
        let found = match self.read(&tile.to_string())? {
            Some(bytes) => Some(bytes),
            None => self.read(&full.to_string())?,
        };
        let bytes = usize::from(tile.width) * 32;
        Ok(found.filter(|found| found.len() >= bytes).map(|mut found| {
            found.truncate(bytes);
            found
        }))
    }

    fn evidence(&self, digest: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(&format!("evidence/{digest}"))
    }
}
