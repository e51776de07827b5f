//! Anchors: where checkpoints leave the trust domain.
//!
//! Whoever owns the store and the key can rewrite the whole log, and it will verify, unless an earlier checkpoint lies
//! where they can not reach it. So every checkpoint is published: to a file made to be committed to a repository
//! somebody else guards, and to the log stream, which operators ship elsewhere. A failure to publish is logged and
//! never stops the ledger; the next checkpoint covers what the lost one did.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::ledger::note::Checkpoint;

/// A place checkpoints are published to.
pub trait Anchor: Send + std::fmt::Debug {
    /// Publishes a signed checkpoint.
    fn publish(&mut self, checkpoint: &Checkpoint, note: &str) -> io::Result<()>;

    /// What it is, for logs.
    fn name(&self) -> &str;
}

/// An append-only file of notes, each followed by an empty line, so that a commit shows what was added.
#[derive(Debug)]
pub struct FileAnchor {
    path: PathBuf,
    file: File,
}

/// The process's log, under the target `anchor`.
#[derive(Debug)]
pub struct LogAnchor;

impl FileAnchor {
    /// Opens the file for appending; it and its directory are created when missing.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { path: path.to_owned(), file })
    }
}

/// The notes in the text of an anchor file. What is none, such as a note that a crash cut off, spoils at most the one
/// after it.
pub fn notes(text: &str) -> impl Iterator<Item = String> {
    let mut before = "";
    text.split_inclusive("\n\n").filter_map(move |part| {
        let body = std::mem::replace(&mut before, part);
        let signatures = part.strip_suffix("\n\n").filter(|part| part.starts_with("— "))?;
        Some(format!("{body}{signatures}\n"))
    })
}

impl Anchor for FileAnchor {
    fn publish(&mut self, _: &Checkpoint, note: &str) -> io::Result<()> {
        self.file.write_all(format!("{note}\n").as_bytes())?;
        self.file.sync_data()
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap_or("file")
    }
}

impl Anchor for LogAnchor {
    fn publish(&mut self, checkpoint: &Checkpoint, note: &str) -> io::Result<()> {
        let (size, root) = (checkpoint.size, checkpoint.root);
        tracing::info!(target: "anchor", origin = checkpoint.origin, size, %root, note, "checkpoint");
        Ok(())
    }

    fn name(&self) -> &'static str {
        "log"
    }
}

#[cfg(test)]
mod tests;
