//! What must stay low over a restart although the ledger could not record it.
//!
//! A kill with a full disk lowers the weight at once and is owed to the ledger. Should the process be started again
//! before it is paid, the ledger alone would give the traffic back. So what is owed is noted in a small file whose
//! room was taken on the first start: writing over it needs no free space (but on file systems that copy on write).
//! A note only ever lowers, and goes when the ledger says the same.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use ficus_model::{BoundaryName, Command, Principal};

use crate::control::stall::Owed;

/// Bytes of a note, newline included.
const SLOT_BYTES: usize = 256;
/// Notes the file has room for.
const SLOTS: usize = 256;
/// Who is named where nobody gave the command.
const NOBODY: &str = "ficus";

/// The file of notes.
#[derive(Debug)]
pub(super) struct Brakes {
    file: File,
}

impl Brakes {
    /// Opens the file; takes its room when it is new.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let room = u64::try_from(SLOT_BYTES * SLOTS).unwrap_or(u64::MAX);
        if file.metadata()?.len() < room {
            file.write_all_at(&page(&[]), 0)?;
            file.sync_all()?;
        }
        Ok(Self { file })
    }

    /// Notes what is owed, all of it, in place of what was noted before.
    pub(super) fn note(&self, owed: &[(BoundaryName, Owed)]) {
        let slots: Vec<String> = owed.iter().map(|(boundary, owed)| slot(boundary, owed)).collect();
        let written = self.file.write_all_at(&page(&slots), 0).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            tracing::error!(%error, "what was lowered is not noted: after a restart, lower it again");
        }
    }

    /// What was noted before the process was started.
    pub(super) fn noted(&self) -> io::Result<Vec<(BoundaryName, Owed)>> {
        let mut bytes = vec![0; SLOT_BYTES * SLOTS];
        self.file.read_exact_at(&mut bytes, 0)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().filter_map(read_slot).collect())
    }
}

/// The whole file with these notes.
fn page(slots: &[String]) -> Vec<u8> {
    let mut page = Vec::with_capacity(SLOT_BYTES * SLOTS);
    let empty = String::new();
    let slots = slots.iter().chain(std::iter::repeat(&empty)).take(SLOTS);
    for slot in slots {
        let end = slot.floor_char_boundary(SLOT_BYTES - 1);
        let (kept, _) = slot.split_at(end);
        page.extend_from_slice(kept.as_bytes());
        page.resize(page.len() + SLOT_BYTES - 1 - end, b' ');
        page.push(b'\n');
    }
    page
}

fn slot(boundary: &BoundaryName, owed: &Owed) -> String {
    let (verb, by, reason) = match &owed.command {
        Command::Kill { by, reason } => ("kill", by.as_str(), reason.as_str()),
        Command::Rollback { by, reason } => ("rollback", by.as_str(), reason.as_str()),
        Command::Aborted(_) => ("rollback", NOBODY, "aborted by the data plane"),
        Command::Judged(_) => ("rollback", NOBODY, "a gate has failed"),
        Command::Register(..)
        | Command::Replan(..)
        | Command::Promote { .. }
        | Command::Hold { .. }
        | Command::Tick => return String::new(),
    };
    let reason = reason.replace(char::is_control, " ");
    format!("{boundary} {} {verb} {by} {reason}", owed.generation)
}

fn read_slot(line: &str) -> Option<(BoundaryName, Owed)> {
    let mut words = line.trim_end().splitn(5, ' ');
    let boundary = words.next()?.parse().ok()?;
    let generation = words.next()?.parse().ok()?;
    let verb = words.next()?;
    let by: Principal = words.next()?.parse().ok()?;
    let reason = format!("{} (carried out before a restart)", words.next()?);
    let command = match verb {
        "kill" => Command::Kill { by, reason },
        "rollback" => Command::Rollback { by, reason },
        _ => return None,
    };
    Some((boundary, Owed { generation, ..Owed::new(command, None) }))
}

#[cfg(test)]
mod tests;
