//! The loop's body: one input at a time, decided, recorded, carried out.
//!
//! Time is an argument, so a test plays hours in milliseconds. The order for every command is: decide (pure), lower
//! at once what it lowers, record (the only durable write), let the machine evolve (pure), reconcile (idempotent).
//!
//! **Invariant:** a weight rises only after the entry that raises it is acknowledged by the store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ficus_model::digest::Digest;
use ficus_model::{
    BoundaryName, Command, Event, Principal, Refusal, Rollout, Time, Verdict, Weight,
};

use crate::configuration::Configuration;
use crate::control::RunError;
use crate::control::brakes::Brakes;
use crate::control::seat::Seat;
use crate::control::stall::{Owed, Stall};
use crate::control::table::{Table, Wanted};
use crate::desk::{ApplyError, CommandError};
use crate::evidence::Evidence;
use crate::ledger::recorder::{AppendError, Recorder};
use crate::ledger::store::Store;
use crate::ledger::{Fact, StoredEntry};
use crate::plane::DataPlane;
use crate::sinks::{Abort, Evidence as Batch};

/// Least time between two states of a judge that are kept.
const KEEP_EVERY: Duration = Duration::from_secs(5);
/// Bytes of judges' states kept per second at most, over a long time: a large state is kept less often.
const KEEP_BYTES_PER_SECOND: u64 = 256 * 1024;
/// Longest reason an operator may give, in bytes.
const REASON_BYTES_MAX: usize = 4096;

/// Machines, ledger and data plane, driven by inputs.
pub(super) struct Engine {
    pub(super) recorder: Recorder,
    pub(super) store: Arc<dyn Store>,
    plane: Arc<dyn DataPlane>,
    pub(super) brakes: Brakes,
    pub(super) configuration: Configuration,
    pub(super) seats: BTreeMap<BoundaryName, Seat>,
    pub(super) table: Table,
    pub(super) stall: Stall,
    pub(super) now: Time,
    broken: Option<RunError>,
}

/// What the engine works with.
pub(super) struct Parts {
    pub(super) recorder: Recorder,
    pub(super) store: Arc<dyn Store>,
    pub(super) plane: Arc<dyn DataPlane>,
    pub(super) brakes: Brakes,
}

/// What folding the ledger yields.
#[derive(Debug, Default)]
pub(super) struct Folded {
    machines: BTreeMap<BoundaryName, Rollout>,
    configuration: Option<Digest>,
}

impl Folded {
    /// Takes in the next entry.
    pub(super) fn entry(&mut self, stored: &StoredEntry) {
        self.configuration = Some(stored.entry.configuration);
        if let Fact::Happened { boundary, event } = &stored.entry.fact {
            let new = || Rollout::new(boundary.clone());
            self.machines.entry(boundary.clone()).or_insert_with(new).evolve(event);
        }
    }
}

impl Engine {
    /// Goes on where the ledger says, under this configuration; a difference to the recorded one is recorded.
    pub(super) fn open(
        parts: Parts,
        folded: Folded,
        (configuration, by): (Configuration, Principal),
        now: Time,
    ) -> Result<Self, ApplyError> {
        let Parts { recorder, store, plane, brakes } = parts;
        let now = now.max(recorder.last());
        let machines = folded.machines.into_iter();
        let seats = machines.map(|(name, rollout)| (name, Seat::new(rollout, now))).collect();
        let mut empty = Configuration::new(configuration.monolith.clone(), Vec::new());
        empty.digest = folded.configuration.unwrap_or(empty.digest);
        let table = Table::new(recorder.head().0, &empty, &Wanted::new());
        let (stall, broken) = (Stall::default(), None);
        let mut engine = Self {
            recorder,
            store,
            plane,
            brakes,
            configuration: empty,
            seats,
            table,
            stall,
            now,
            broken,
        };
        engine.brake();
        if folded.configuration == Some(configuration.digest) {
            engine.install(configuration);
        } else {
            engine.apply(configuration, by, None)?;
        }
        engine.settle();
        engine.reconcile();
        Ok(engine)
    }

    /// Why the loop must end; the ledger is folded anew by whoever starts it again.
    pub(super) const fn take_broken(&mut self) -> Option<RunError> {
        self.broken.take()
    }

    /// The loop must end.
    pub(super) fn break_off(&mut self, why: RunError) {
        self.broken = Some(why);
    }

    /// Time never goes back, and never stands still either: while the wall clock is behind (it was set back), time
    /// goes on by what has elapsed.
    pub(super) fn at(&mut self, wall: Time, elapsed: Duration) {
        self.now = wall.max(self.now.plus(elapsed));
    }

    /// An operator's command.
    pub(super) fn operate(
        &mut self,
        boundary: &BoundaryName,
        command: Command,
    ) -> Result<Vec<Event>, CommandError> {
        let reason = match &command {
            Command::Promote { reason, .. }
            | Command::Hold { reason, .. }
            | Command::Rollback { reason, .. }
            | Command::Kill { reason, .. } => reason,
            Command::Register(..)
            | Command::Replan(..)
            | Command::Judged(_)
            | Command::Aborted(_)
            | Command::Tick => return Err(illegal("only operators' commands are taken here")),
        };
        if reason.len() > REASON_BYTES_MAX {
            return Err(illegal("a reason is at most 4096 bytes long"));
        }
        let known = self.seats.get(boundary).is_some_and(|seat| seat.boundary.is_some());
        if !known {
            return Err(CommandError::UnknownBoundary(boundary.clone()));
        }
        self.carry_out(boundary, Owed::new(command, None))
    }

    /// The data plane took a weight to zero by itself: recorded, if it is about the present rollout.
    pub(super) fn aborted(&mut self, abort: Abort) {
        let boundary = abort.boundary.clone();
        let rollout = self.seats.get(&boundary).and_then(|seat| seat.rollout.rollout_id());
        if rollout != Some(abort.rollout) {
            tracing::info!(%boundary, "abort of another rollout left aside");
            return;
        }
        match Evidence::Aborted(Box::new(abort)).judgement() {
            Ok((judgement, evidence)) => {
                let command = Command::Aborted(judgement);
                self.told(&boundary, Owed::new(command, Some(evidence)));
            }
            Err(error) => tracing::error!(%error, %boundary, "abort not recordable"),
        }
    }

    /// What the data plane saw.
    pub(super) fn evidence(&mut self, batch: &Batch) {
        let name = match batch {
            Batch::Observations(batch) => &batch.boundary,
            Batch::Comparisons(batch) => &batch.boundary,
        };
        let Some(seat) = self.seats.get_mut(name) else { return };
        match batch {
            Batch::Observations(batch) => {
                seat.samples.observe(batch);
                if let Some(jury) = &mut seat.jury {
                    jury.observe(&seat.rollout, batch);
                }
            }
            Batch::Comparisons(batch) => {
                if let Some(jury) = &mut seat.jury {
                    jury.compare(batch);
                }
            }
        }
    }

    /// Time has passed: juries read their gates, machines are woken, debts are paid, the table is asserted.
    pub(super) fn tick(&mut self) {
        if self.stall.due(self.now) {
            self.retry();
        }
        let now = self.now;
        let names: Vec<BoundaryName> = self.seats.keys().cloned().collect();
        for name in &names {
            let Some(seat) = self.seats.get_mut(name) else { continue };
            seat.advance(now);
            self.wake(name);
            self.keep_draft(name);
        }
        self.reconcile();
    }

    /// Tells a machine what its jury has to say, and that time has passed. While the ledger can not record, only
    /// what lowers a weight is told, once.
    fn wake(&mut self, name: &BoundaryName) {
        let now = self.now;
        let Some(seat) = self.seats.get_mut(name) else { return };
        let stalled = self.stall.reason().is_some();
        let fails = seat.jury.as_ref().is_some_and(|jury| jury.verdict() == Verdict::Fail);
        let lowers = fails && seat.desired().weight > Weight::ZERO && !self.stall.owes(name);
        if stalled && !lowers {
            return;
        }
        if let Some((command, evidence)) = seat.news(now) {
            self.told(name, Owed::new(command, Some(evidence)));
        } else if seat.rollout.deadline().is_some_and(|deadline| deadline <= now) {
            self.told(name, Owed::new(Command::Tick, None));
        }
    }

    /// A command nobody waits for.
    fn told(&mut self, boundary: &BoundaryName, owed: Owed) {
        match self.carry_out(boundary, owed) {
            Ok(events) => {
                for event in events {
                    let (generation, reason) = (event.generation, event.reason);
                    tracing::info!(%boundary, generation, reason, "decided");
                }
            }
            Err(error) => tracing::warn!(%error, %boundary, "not carried out"),
        }
    }

    /// What is wanted of each boundary.
    pub(super) fn wanted(&self) -> Wanted {
        self.seats.iter().map(|(name, seat)| (name.clone(), seat.desired())).collect()
    }

    pub(super) fn reconcile(&mut self) {
        let (entries, wanted) = (self.recorder.head().0, self.wanted());
        self.table.reconcile(entries, &self.configuration, &wanted, self.plane.as_ref());
    }

    /// Keeps what every judge has gathered, before the end.
    pub(super) fn keep_drafts(&mut self) {
        let names: Vec<BoundaryName> = self.seats.keys().cloned().collect();
        for name in &names {
            if let Some(seat) = self.seats.get_mut(name) {
                seat.keep_at = Time::EPOCH;
            }
            self.keep_draft(name);
        }
    }

    /// Keeps a judge's state now and then, so that a restart loses seconds of evidence and not days.
    fn keep_draft(&mut self, name: &BoundaryName) {
        let now = self.now;
        if self.stall.reason().is_some() {
            return;
        }
        let Some(seat) = self.seats.get_mut(name).filter(|seat| seat.keep_at <= now) else {
            return;
        };
        let Some(draft) = seat.draft() else { return };
        let cost = u64::try_from(draft.text.len()).unwrap_or(u64::MAX) / KEEP_BYTES_PER_SECOND;
        seat.keep_at = now.plus(KEEP_EVERY.max(Duration::from_secs(cost)));
        if let Err(error) = self.store.keep_draft(&draft) {
            seat.keep_failed();
            self.failed(&AppendError::Store(error));
        }
    }
}

fn illegal(text: &str) -> CommandError {
    CommandError::Refused(Refusal::Illegal(text.to_owned()))
}
