//! The only writer of the ledger.
//!
//! What is to be recorded is asserted before it is written (it can be read back, it is short enough, its evidence is
//! named by what it says) and after (the store gives back the same bytes and head). The recorder keeps size and root
//! of what it last signed and builds on nothing else, so it can not sign two histories.

use std::collections::BTreeMap;
use std::sync::Arc;

use ficus_model::Time;
use ficus_model::digest::Digest;
use thiserror::Error;

use crate::configuration::digest_of;
use crate::ledger::anchor::Anchor;
use crate::ledger::note::{Checkpoint, NoteSigner};
use crate::ledger::record::{self, RecordError};
use crate::ledger::store::{Append, Head, Store, StoreError};
use crate::ledger::tree::{Tree, leaf_hash};
use crate::ledger::{ENTRY_BYTES_MAX, Entry, Fact, Ledger, ReadError, StoredEntry};

/// What is to be recorded together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// The facts, each with the content addresses of its evidence.
    pub facts: Vec<(Fact, Vec<Digest>)>,
    /// Evidence named by the facts that may not be kept yet.
    pub evidence: BTreeMap<Digest, Vec<u8>>,
}

/// Why nothing was recorded.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AppendError {
    /// An entry is longer than a bundle allows.
    #[error("an entry of {0} bytes is longer than {ENTRY_BYTES_MAX}")]
    TooLong(usize),
    /// An entry can not be put in bytes, or not without loss.
    #[error("an entry can not be recorded faithfully: {0}")]
    Unfaithful(String),
    /// Evidence is not what its content address says.
    #[error("the evidence {0} does not hash to its address")]
    Misnamed(Digest),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The only writer of the ledger.
#[derive(Debug)]
pub struct Recorder {
    store: Arc<dyn Store>,
    signer: NoteSigner,
    tree: Tree,
    last: Time,
    anchors: Vec<Box<dyn Anchor>>,
}

impl Recording {
    /// Adds evidence and returns its content address.
    pub fn attach(&mut self, bytes: Vec<u8>) -> Digest {
        let digest = digest_of(&bytes);
        self.evidence.insert(digest, bytes);
        digest
    }
}

impl Recorder {
    /// Reads the whole ledger, hands every entry to `each`, and is ready to append at its end.
    ///
    /// `published` are the checkpoints published so far: a ledger that is shorter than one of them, or another one,
    /// was put back or rewritten, and is not built upon.
    ///
    /// # Errors
    /// The ledger can not be read, its entries are not those of its signed head, or it contradicts what was published.
    pub fn open(
        store: Arc<dyn Store>,
        signer: NoteSigner,
        published: &[Checkpoint],
        mut each: impl FnMut(&StoredEntry),
    ) -> Result<Self, ReadError> {
        let ledger = Ledger::new(Arc::clone(&store) as Arc<_>, signer.verifier().clone());
        let head = ledger.head()?;
        if let Some(longer) = published.iter().find(|old| old.size > head.size) {
            return Err(ReadError::Shorter { published: longer.size, size: head.size });
        }
        let mut last = Time::EPOCH;
        let tree = ledger.walk(|tree, entry| {
            let mut same_size = published.iter().filter(|old| old.size == tree.size());
            if same_size.any(|old| old.root != tree.root()) {
                return Err(ReadError::Rewritten(tree.size()));
            }
            last = last.max(entry.entry.at);
            each(&entry);
            Ok(())
        })?;
        if head.size != tree.size() || head.root != tree.root() {
            return Err(ReadError::Differs { head: head.size, entries: tree.size() });
        }
        Ok(Self { store, signer, tree, last, anchors: Vec::new() })
    }

    /// Publishes every checkpoint there too, from now on.
    pub fn anchor(&mut self, anchor: Box<dyn Anchor>) {
        self.anchors.push(anchor);
    }

    /// The reading side.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(Arc::clone(&self.store) as Arc<_>, self.signer.verifier().clone())
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        self.signer.verifier().name()
    }

    /// Entries and root of what was last signed.
    pub fn head(&self) -> (u64, Digest) {
        (self.tree.size(), self.tree.root())
    }

    /// When the last entry was recorded; the epoch before the first.
    pub const fn last(&self) -> Time {
        self.last
    }

    /// Records facts in one transaction, signs the new head and publishes it.
    ///
    /// The time of an entry is never before the one before it.
    ///
    /// # Errors
    /// Nothing was recorded.
    pub fn record(
        &mut self,
        now: Time,
        configuration: Digest,
        recording: &Recording,
    ) -> Result<(), AppendError> {
        let at = now.max(self.last);
        let entries: Vec<Vec<u8>> = recording
            .facts
            .iter()
            .map(|(fact, evidence)| {
                let (fact, evidence) = (fact.clone(), evidence.clone());
                faithful(&Entry { at, configuration, evidence, fact })
            })
            .collect::<Result<_, _>>()?;
        if entries.is_empty() {
            return Ok(());
        }
        if let Some(misnamed) =
            recording.evidence.iter().find(|(name, said)| digest_of(said) != **name)
        {
            return Err(AppendError::Misnamed(*misnamed.0));
        }
        let mut tree = self.tree.clone();
        entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
        let mut tiles = tree.take_finished();
        tiles.extend(tree.edge());
        let origin = self.signer.verifier().name().to_owned();
        let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() };
        let note = self.signer.sign(&checkpoint.to_string());
        let head = Head { size: checkpoint.size, root: checkpoint.root, note };
        let evidence = recording.evidence.iter().map(|(name, said)| (*name, said.clone()));
        let append =
            Append { expected: self.head(), entries, evidence: evidence.collect(), tiles, head };
        self.write(&append)?;
        (self.tree, self.last) = (tree, at);
        self.publish(&checkpoint, &append.head.note);
        Ok(())
    }

    /// Writes, and reads back what was written. A failure that comes after the commit (a lost acknowledgement) is no
    /// failure: the head says so.
    fn write(&self, append: &Append) -> Result<(), AppendError> {
        let written = self.store.append(append);
        let kept = match &written {
            Ok(()) => self.store.head()?,
            Err(StoreError::Failed(_)) => self.store.head().unwrap_or(append.head_before()),
            Err(error) => return Err(error.clone().into()),
        };
        if kept != append.head {
            let lost =
                || StoreError::Damaged("the head read back is not the one written".to_owned());
            return Err(written.err().unwrap_or_else(lost).into());
        }
        if self.store.entries(append.expected.0..append.head.size)? != append.entries {
            let text = "the entries read back are not those written".to_owned();
            return Err(StoreError::Damaged(text).into());
        }
        Ok(())
    }

    fn publish(&mut self, checkpoint: &Checkpoint, note: &str) {
        for anchor in &mut self.anchors {
            if let Err(error) = anchor.publish(checkpoint, note) {
                let (size, name) = (checkpoint.size, anchor.name());
                tracing::warn!(%error, size, anchor = name, "checkpoint not published");
            }
        }
    }
}

impl Append {
    fn head_before(&self) -> Head {
        let (size, root) = self.expected;
        Head { size, root, note: String::new() }
    }
}

/// The bytes of an entry, once they are known to say the same and to fit.
fn faithful(entry: &Entry) -> Result<Vec<u8>, AppendError> {
    let unfaithful = |error: RecordError| AppendError::Unfaithful(error.to_string());
    let bytes = record::encode(entry).map_err(unfaithful)?;
    if bytes.len() > ENTRY_BYTES_MAX {
        return Err(AppendError::TooLong(bytes.len()));
    }
    let read_back = record::decode(&bytes).map_err(unfaithful)?;
    if record::encode(&read_back).map_err(unfaithful)? != bytes {
        return Err(AppendError::Unfaithful("read back, it says something else".to_owned()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
