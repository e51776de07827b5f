//! The examination of a ledger: is it whole, is it the one that was published, and does it say what happened?
//!
//! Signature and tree are what any C2SP client can verify. Replay is ours: every event is decided again by the pure
//! machine from the command it must have come from, every judgement is judged again from its evidence. A log can be
//! perfectly signed and still lie; it can not lie and replay.

mod replay;

use std::collections::BTreeMap;

use crate::ledger::note::Checkpoint;
use crate::ledger::tree::{TileHashes, Tree};
use crate::ledger::{Ledger, ReadError};

use replay::Replay;

/// Faults named per part; more are counted.
const FAULTS_MAX: usize = 20;

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Entries verified.
    pub size: u64,
    /// One part per property, in the order they were examined.
    pub parts: Vec<ReportPart>,
    /// Entries up to here are covered by an older checkpoint that was given; those after it are not.
    pub anchored: u64,
}

/// One property of the ledger, examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPart {
    /// `signature`, `root`, `inclusion`, `consistency` or `replay`.
    pub name: &'static str,
    /// What was examined, as a sentence fragment such as `70000 entries`.
    pub examined: String,
    /// What is wrong; empty when the property holds.
    pub faults: Vec<String>,
}

impl Report {
    /// Whether every property holds.
    pub fn whole(&self) -> bool {
        self.parts.iter().all(|part| part.faults.is_empty())
    }
}

/// Faults so far, bounded.
#[derive(Debug, Default)]
struct Faults {
    named: Vec<String>,
    more: u64,
}

impl Faults {
    fn add(&mut self, fault: impl Into<String>) {
        if self.named.len() < FAULTS_MAX {
            self.named.push(fault.into());
        } else {
            self.more += 1;
        }
    }

    fn part(mut self, name: &'static str, examined: String) -> ReportPart {
        if self.more > 0 {
            self.named.push(format!("and {} more", self.more));
        }
        ReportPart { name, examined, faults: self.named }
    }
}

/// One walk over all entries examines everything that depends on them.
struct Walk<'ledger> {
    ledger: &'ledger Ledger,
    older: BTreeMap<u64, Vec<Checkpoint>>,
    anchored: u64,
    tiles: u64,
    root: Faults,
    inclusion: Faults,
    consistency: Faults,
    replay: Replay<'ledger>,
}

/// Examines everything.
pub(crate) fn verify(ledger: &Ledger, older: &[String]) -> Report {
    let mut signature = Faults::default();
    let head = ledger.head().unwrap_or_else(|error| {
        signature.add(error.to_string());
        let size = ledger.source.head().map_or(0, |head| head.size);
        Checkpoint { origin: ledger.origin().to_owned(), size, root: Tree::default().root() }
    });
    let believed = signature.named.is_empty();
    let mut walk = Walk::new(ledger, older);
    walk.entries(&head, believed);
    let entries = format!("{} entries", head.size);
    let parts = vec![
        signature.part("signature", format!("the head over {entries}, as {}", head.origin)),
        walk.root.part("root", entries.clone()),
        walk.inclusion.part("inclusion", format!("{} tiles", walk.tiles)),
        walk.consistency.part("consistency", format!("{} older checkpoints", older.len())),
        walk.replay.part(entries),
    ];
    Report { origin: head.origin, size: head.size, parts, anchored: walk.anchored }
}

impl<'ledger> Walk<'ledger> {
    fn new(ledger: &'ledger Ledger, older: &[String]) -> Self {
        let mut consistency = Faults::default();
        let mut sizes: BTreeMap<u64, Vec<Checkpoint>> = BTreeMap::new();
        for note in older {
            match ledger.verifier.open_checkpoint(note) {
                Ok(checkpoint) => sizes.entry(checkpoint.size).or_default().push(checkpoint),
                Err(error) => consistency.add(format!("an older checkpoint: {error}")),
            }
        }
        Self {
            ledger,
            older: sizes,
            anchored: 0,
            tiles: 0,
            root: Faults::default(),
            inclusion: Faults::default(),
            consistency,
            replay: Replay::new(ledger),
        }
    }

    fn entries(&mut self, head: &Checkpoint, believed: bool) {
        let ledger = self.ledger;
        self.checkpoints(&Tree::default());
        let walked = ledger.walk(|tree, entry| {
            for tile in tree.take_finished() {
                self.tile(&tile);
            }
            self.checkpoints(tree);
            self.replay.entry(&entry);
            Ok(())
        });
        match walked {
            Ok(tree) => {
                tree.edge().for_each(|tile| self.tile(&tile));
                if believed && tree.root() != head.root {
                    self.root.add("the root over the entries is not the signed one");
                }
                if !believed {
                    self.root.add("there is no believable root to compare with");
                }
            }
            Err(error) => self.root.add(error.to_string()),
        }
        if ledger
            .source
            .entries(head.size..head.size.saturating_add(1))
            .is_ok_and(|rest| !rest.is_empty())
        {
            self.root.add(format!("there are entries beyond the head's {}", head.size));
        }
        for (size, _) in self.older.split_off(&head.size.saturating_add(1)) {
            self.consistency.add(format!(
                "an older checkpoint covers {size} entries, but only {} are left: the end was cut off",
                head.size
            ));
        }
    }

    /// Compares with the older checkpoints of this size.
    fn checkpoints(&mut self, tree: &Tree) {
        let Some(checkpoints) = self.older.get(&tree.size()) else { return };
        let root = tree.root();
        if checkpoints.iter().all(|checkpoint| checkpoint.root == root) {
            self.anchored = tree.size();
        } else {
            self.consistency.add(format!(
                "the first {} entries are not those of an older checkpoint: history was rewritten",
                tree.size()
            ));
        }
    }

    fn tile(&mut self, expected: &TileHashes) {
        self.tiles += 1;
        match self.ledger.source.tile(expected.tile) {
            Ok(Some(hashes)) if hashes == expected.hashes => {}
            Ok(Some(_)) => self.inclusion.add(format!("`{}` has other hashes", expected.tile)),
            Ok(None) => self.inclusion.add(format!("`{}` is missing or short", expected.tile)),
            Err(error) => self.inclusion.add(ReadError::from(error).to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
