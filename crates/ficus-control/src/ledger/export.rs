//! The static form: a directory any C2SP client can read, and nothing in it needs ficus.
//!
//! The checkpoint is written last and in one step, so a reader (or a second export into the same directory) never
//! sees a head whose tiles are missing. Evidence lies beside the tiles under `evidence/`, by content address.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ficus_model::digest::Digest;
use thiserror::Error;

use crate::ledger::store::StoreError;
use crate::ledger::tile::{Bundle, Tile};
use crate::ledger::{Ledger, ReadError};

/// Why the ledger could not be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The ledger could not be read.
    #[error("could not read the ledger")]
    Read(#[from] ReadError),
    /// A file could not be written.
    #[error("could not write `{path}`", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// Writes the ledger as it is now; returns the number of entries.
pub(crate) fn export(ledger: &Ledger, directory: &Path) -> Result<u64, ExportError> {
    let head = ledger.source.head().map_err(ReadError::from)?;
    for tile in Tile::all(head.size) {
        let path = directory.join(tile.to_string());
        if tile.full() && path.exists() {
            continue;
        }
        let hashes = ledger.source.tile(tile).map_err(ReadError::from)?;
        let missing = || StoreError::Damaged(format!("`{tile}` is missing"));
        write(&path, &hashes.ok_or_else(missing).map_err(ReadError::from)?)?;
    }
    for bundle in Bundle::all(head.size) {
        export_bundle(ledger, directory, bundle)?;
    }
    write(&directory.join("verifier"), format!("{}\n", ledger.verifier_key()).as_bytes())?;
    write(&directory.join("checkpoint"), head.note.as_bytes())?;
    Ok(head.size)
}

fn export_bundle(ledger: &Ledger, directory: &Path, bundle: Bundle) -> Result<(), ExportError> {
    let first = bundle.first();
    let entries = ledger.entries(first..first + u64::from(bundle.width))?;
    let mut bytes = Vec::new();
    for entry in &entries {
        let length = u16::try_from(entry.bytes.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&entry.bytes);
        for digest in &entry.entry.evidence {
            export_evidence(ledger, directory, *digest)?;
        }
    }
    write(&directory.join(bundle.to_string()), &bytes)
}

fn export_evidence(ledger: &Ledger, directory: &Path, digest: Digest) -> Result<(), ExportError> {
    let path = directory.join("evidence").join(digest.to_string());
    if path.exists() {
        return Ok(());
    }
    match ledger.evidence(digest)? {
        Some(bytes) => write(&path, &bytes),
        None => Ok(()),
    }
}

/// Writes a file in one step: under another name first, then renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let written = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let unfinished = path.with_added_extension("unfinished");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&unfinished, path)
    };
    written().map_err(|error| ExportError::Write { path: path.to_owned(), error })
}
