//! A ledger without a process: from a state directory or from an exported tree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ficus_control::ledger::Ledger;
use ficus_control::ledger::anchor;
use ficus_control::ledger::directory::Directory;
use ficus_control::ledger::note::VerifierKey;
use ficus_control::ledger::store::{Source, SqliteStore};

use crate::failure::Failure;

/// The ledger in a directory of either kind.
pub(super) fn open(directory: &Path) -> Result<Ledger, Failure> {
    let (store, export) = (directory.join("ledger.db"), directory.join("checkpoint"));
    let (source, key): (Arc<dyn Source>, PathBuf) = if store.exists() {
        let opened = SqliteStore::open(&store);
        let opened = opened.map_err(|error| damaged(&store, &error.to_string()))?;
        (Arc::new(opened), directory.join("ledger.pub"))
    } else if export.exists() {
        (Arc::new(Directory::new(directory)), directory.join("verifier"))
    } else {
        return Err(Failure::usage(
            format!("there is no ledger in `{}`", directory.display()),
            "Name a state directory or an exported tree with --directory.",
        ));
    };
    let text = fs::read_to_string(&key).map_err(|error| damaged(&key, &error.to_string()))?;
    let key =
        text.trim().parse::<VerifierKey>().map_err(|error| damaged(&key, &error.to_string()))?;
    Ok(Ledger::new(source, key))
}

/// The answer is no: what is there is not a ledger any more.
fn damaged(path: &Path, problem: &str) -> Failure {
    let help = "Restore the directory from a backup, or verify an export of it.";
    Failure::refused(format!("`{}` can not be read: {problem}", path.display()), help)
}

/// Where heads are published when the configuration names no other file.
pub(super) fn inner_anchors(directory: &Path) -> PathBuf {
    directory.join("anchors").join("checkpoints.txt")
}

/// The heads published to a file; none where there is no file.
pub(super) fn published(anchors: Option<&Path>) -> Result<Vec<String>, Failure> {
    let Some(path) = anchors else { return Ok(Vec::new()) };
    match fs::read_to_string(path) {
        Ok(text) => Ok(anchor::notes(&text).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => {
            let message = format!("the heads in `{}` could not be read: {error}", path.display());
            Err(Failure::undone(message, "Is it readable for you?"))
        }
    }
}
