//! Replay: every recorded event is decided again.

use std::collections::BTreeMap;

use ficus_model::digest::Digest;
use ficus_model::rollout::{Actor, Change, RolloutId};
use ficus_model::verdict::Judgement;
use ficus_model::{BoundaryName, Command, Event, Principal, Rollout, Time, Verdict};

use crate::configuration::digest_of;
use crate::evidence::Evidence;
use crate::ledger::verify::{Faults, ReportPart};
use crate::ledger::{Entry, Fact, Ledger, StoredEntry};

/// The machines as far as the entries were read.
pub(super) struct Replay<'ledger> {
    ledger: &'ledger Ledger,
    machines: BTreeMap<BoundaryName, Rollout>,
    configuration: Option<Digest>,
    last: Time,
    judgements: u64,
    faults: Faults,
}

impl<'ledger> Replay<'ledger> {
    pub(super) fn new(ledger: &'ledger Ledger) -> Self {
        Self {
            ledger,
            machines: BTreeMap::new(),
            configuration: None,
            last: Time::EPOCH,
            judgements: 0,
            faults: Faults::default(),
        }
    }

    pub(super) fn part(self, entries: String) -> ReportPart {
        let (machines, judgements) = (self.machines.len(), self.judgements);
        let examined =
            format!("{entries}, {machines} boundaries, {judgements} judgements judged again");
        self.faults.part("replay", examined)
    }

    pub(super) fn entry(&mut self, stored: &StoredEntry) {
        let (index, entry) = (stored.index, &stored.entry);
        if entry.at < self.last {
            self.faults.add(format!("entry {index} is older than the one before it"));
        }
        self.last = self.last.max(entry.at);
        for digest in &entry.evidence {
            self.evidence(index, *digest);
        }
        match &entry.fact {
            Fact::Configured { .. } => {
                self.configuration = Some(entry.configuration);
                self.named(index, entry, entry.configuration, "configuration");
            }
            Fact::Happened { boundary, event } => self.event(index, entry, boundary, event),
        }
        if self.configuration != Some(entry.configuration) {
            self.faults
                .add(format!("entry {index} was decided under a configuration never applied"));
        }
    }

    /// The evidence an entry names exists and is what its address says.
    fn evidence(&mut self, index: u64, digest: Digest) {
        match self.ledger.evidence(digest) {
            Ok(Some(bytes)) if digest_of(&bytes) == digest => {}
            Ok(Some(_)) => {
                self.faults.add(format!("evidence {digest} of entry {index} was edited"));
            }
            Ok(None) => self.faults.add(format!("evidence {digest} of entry {index} is missing")),
            Err(error) => self.faults.add(format!("evidence {digest} of entry {index}: {error}")),
        }
    }

    fn named(&mut self, index: u64, entry: &Entry, digest: Digest, what: &str) {
        if !entry.evidence.contains(&digest) {
            self.faults.add(format!("entry {index} does not keep the text of its {what}"));
        }
    }

    fn event(&mut self, index: u64, entry: &Entry, boundary: &BoundaryName, event: &Event) {
        let machine =
            self.machines.entry(boundary.clone()).or_insert_with(|| Rollout::new(boundary.clone()));
        let before = machine.desired().weight;
        let decided = commands(event)
            .into_iter()
            .filter_map(|command| machine.decide(event.at, command).ok())
            .any(|events| events.as_slice() == std::slice::from_ref(event));
        machine.evolve(event);
        let after = machine.desired().weight;
        if !decided {
            self.faults.add(format!("entry {index} is nothing `{boundary}` could have decided"));
        }
        let judgement = judgement_of(&event.change);
        let passed = judgement.is_some_and(|judgement| judgement.verdict == Verdict::Pass);
        if after > before && !passed {
            self.faults.add(format!("entry {index} raises the weight without a passing judgement"));
        }
        if let Some(judgement) = judgement {
            self.judgement(index, entry, boundary, judgement);
        }
        if let Change::Registered { plan, .. } | Change::Replanned { plan } = &event.change {
            self.named(index, entry, plan.digest, "plan");
        }
    }

    /// The evidence of a judgement leads to the same verdict again.
    fn judgement(
        &mut self,
        index: u64,
        entry: &Entry,
        boundary: &BoundaryName,
        judgement: &Judgement,
    ) {
        self.judgements += 1;
        self.named(index, entry, judgement.evidence, "evidence");
        let Ok(Some(bytes)) = self.ledger.evidence(judgement.evidence) else { return };
        match Evidence::decode(&bytes) {
            Ok(evidence) if evidence.supports(boundary, judgement) => {}
            Ok(_) => {
                self.faults.add(format!("entry {index}: its evidence leads to another verdict"));
            }
            Err(error) => self.faults.add(format!("entry {index}: {error}")),
        }
    }
}

fn judgement_of(change: &Change) -> Option<&Judgement> {
    match change {
        Change::Stepped { judgement, .. } | Change::Judged { judgement } => Some(judgement),
        Change::Entered { judgement, .. }
        | Change::Held { judgement }
        | Change::RolledBack { judgement } => judgement.as_ref(),
        Change::Registered { .. } | Change::Replanned { .. } | Change::Resumed | Change::Killed => {
            None
        }
    }
}

/// What the machine may have been told for this event to come out.
fn commands(event: &Event) -> Vec<Command> {
    match &event.actor {
        Actor::Configuration(by) => match &event.change {
            Change::Registered { plan, .. } => vec![Command::Register(plan.clone(), by.clone())],
            Change::Replanned { plan } => vec![Command::Replan(plan.clone(), by.clone())],
            Change::Entered { .. }
            | Change::Stepped { .. }
            | Change::Judged { .. }
            | Change::Held { .. }
            | Change::Resumed
            | Change::RolledBack { .. }
            | Change::Killed => Vec::new(),
        },
        Actor::Operator(by) => operator_command(event, by.clone()).into_iter().collect(),
        Actor::Judge => {
            let judged = judgement_of(&event.change).cloned().map(Command::Judged);
            judged.into_iter().chain([Command::Tick]).collect()
        }
        Actor::Gateway => {
            judgement_of(&event.change).cloned().map(Command::Aborted).into_iter().collect()
        }
    }
}

fn operator_command(event: &Event, by: Principal) -> Option<Command> {
    let reason = event.reason.clone();
    match &event.change {
        Change::Entered { rollout, .. } => {
            let fresh = rollout.unwrap_or(RolloutId([0; 16]));
            Some(Command::Promote { by, reason, fresh })
        }
        Change::Resumed => Some(Command::Promote { by, reason, fresh: RolloutId([0; 16]) }),
        Change::Held { .. } => Some(Command::Hold { by, reason }),
        Change::RolledBack { .. } => Some(Command::Rollback { by, reason }),
        Change::Killed => Some(Command::Kill { by, reason }),
        Change::Registered { .. }
        | Change::Replanned { .. }
        | Change::Stepped { .. }
        | Change::Judged { .. } => None,
    }
}
