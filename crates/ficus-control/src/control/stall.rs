//! What happens while the ledger can not record.
//!
//! Nothing advances: a weight never rises unrecorded. What lowers a weight reaches the data plane at once and is owed
//! to the ledger: one command per boundary, the strongest, decided and recorded as soon as the store works again.

use std::collections::BTreeMap;
use std::time::Duration;

use ficus_model::{BoundaryName, Command, Time};

/// First wait before the store is tried again; doubles with every failure.
const RETRY_MIN: Duration = Duration::from_millis(250);
/// Longest wait.
const RETRY_MAX: Duration = Duration::from_secs(30);

/// Since when and why the ledger can not record, and what it is owed.
#[derive(Debug, Default)]
pub(super) struct Stall {
    reason: Option<String>,
    wait: Duration,
    retry_at: Time,
    owed: BTreeMap<BoundaryName, Owed>,
}

/// A command whose effect on the data plane is there and whose record is not.
#[derive(Debug, Clone)]
pub(super) struct Owed {
    pub(super) command: Command,
    pub(super) evidence: Option<Vec<u8>>,
    /// The machine's generation when it was owed; at another one it is recorded already.
    pub(super) generation: u64,
}

impl Owed {
    /// A command, with the evidence it rests on.
    pub(super) const fn new(command: Command, evidence: Option<Vec<u8>>) -> Self {
        Self { command, evidence, generation: 0 }
    }
}

impl Stall {
    /// Why nothing advances; `None` while all is well.
    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The store failed.
    pub(super) fn failed(&mut self, now: Time, reason: String) {
        self.wait = (self.wait * 2).clamp(RETRY_MIN, RETRY_MAX);
        self.retry_at = now.plus(self.wait);
        self.reason = Some(reason);
    }

    /// The store works.
    pub(super) fn mended(&mut self) {
        if self.owed.is_empty() {
            (self.reason, self.wait) = (None, Duration::ZERO);
        }
    }

    /// Whether it is time to try again.
    pub(super) fn due(&self, now: Time) -> bool {
        self.reason.is_some() && now >= self.retry_at
    }

    /// Remembers a command; a kill takes the place of anything milder.
    pub(super) fn owe(&mut self, boundary: BoundaryName, owed: Owed) {
        let kills = matches!(owed.command, Command::Kill { .. });
        if kills || !self.owed.contains_key(&boundary) {
            self.owed.insert(boundary, owed);
        }
    }

    /// Whether something is owed for this boundary.
    pub(super) fn owes(&self, boundary: &BoundaryName) -> bool {
        self.owed.contains_key(boundary)
    }

    /// Everything that is owed.
    pub(super) fn debts(&self) -> Vec<(BoundaryName, Owed)> {
        self.owed.iter().map(|(boundary, owed)| (boundary.clone(), owed.clone())).collect()
    }

    /// It is recorded.
    pub(super) fn paid(&mut self, boundary: &BoundaryName) {
        self.owed.remove(boundary);
    }
}
