//! One command carried out: decided, lowered, recorded, followed by the machine, handed to the data plane.
//!
//! What lowers goes out first, and what raises only after the store has acknowledged it. So a kill works with a full
//! disk, and no crash can leave more traffic on the service than the ledger says.

use ficus_model::digest::Digest;
use ficus_model::rollout::Change;
use ficus_model::{BoundaryName, Command, Event, Refusal};

use crate::control::RunError;
use crate::control::engine::Engine;
use crate::control::stall::Owed;
use crate::desk::CommandError;
use crate::ledger::Fact;
use crate::ledger::recorder::{AppendError, Recording};

impl Engine {
    /// Decide, lower, record, evolve, reconcile.
    pub(super) fn carry_out(
        &mut self,
        boundary: &BoundaryName,
        mut owed: Owed,
    ) -> Result<Vec<Event>, CommandError> {
        let lowered = self.lower(boundary, &owed.command)?;
        let recorded = self.pay_debts().and_then(|()| self.decide(boundary, &owed));
        match recorded {
            Ok(outcome) => {
                if lowered {
                    self.release(boundary);
                }
                self.reconcile();
                outcome.map_err(CommandError::Refused)
            }
            Err(error) => {
                self.failed(&error);
                if !lowered {
                    return Err(CommandError::Stalled(error.to_string()));
                }
                owed.generation = self.generation(boundary);
                self.stall.owe(boundary.clone(), owed);
                self.brakes.note(&self.stall.debts());
                Err(CommandError::Unrecorded(error.to_string()))
            }
        }
    }

    /// Lowers at once what the command will lower; whether it did.
    fn lower(&mut self, boundary: &BoundaryName, command: &Command) -> Result<bool, CommandError> {
        let unknown = || CommandError::UnknownBoundary(boundary.clone());
        let seat = self.seats.get_mut(boundary).ok_or_else(unknown)?;
        let events = seat.rollout.decide(self.now, command.clone());
        let lowered = seat.lower_towards(&events.map_err(CommandError::Refused)?);
        if lowered {
            self.reconcile();
        }
        Ok(lowered)
    }

    /// Decides a command and records what comes of it; the outer error is the ledger's, the inner the machine's.
    fn decide(
        &mut self,
        boundary: &BoundaryName,
        owed: &Owed,
    ) -> Result<Result<Vec<Event>, Refusal>, AppendError> {
        let Some(seat) = self.seats.get(boundary) else { return Ok(Ok(Vec::new())) };
        let events = match seat.rollout.decide(self.now, owed.command.clone()) {
            Ok(events) => events,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut recording = Recording::default();
        let evidence = owed.evidence.clone().map(|bytes| recording.attach(bytes));
        for event in &events {
            let named = judged_by(event).or(evidence).into_iter().collect();
            let fact = Fact::Happened { boundary: boundary.clone(), event: event.clone() };
            recording.facts.push((fact, named));
        }
        if !events.is_empty() {
            self.recorder.record(self.now, self.configuration.digest, &recording)?;
            self.stall.mended();
            self.evolve(boundary, &events);
        }
        Ok(Ok(events))
    }

    /// The machine follows what is recorded, and a new epoch gets a new jury.
    fn evolve(&mut self, boundary: &BoundaryName, events: &[Event]) {
        let now = self.now;
        if let Some(seat) = self.seats.get_mut(boundary) {
            seat.recorded(events);
            seat.seat_jury(now, |_| None);
        }
    }

    /// Holds down what was lowered before a restart and not recorded; it is owed still.
    pub(super) fn brake(&mut self) {
        let noted = self.brakes.noted().unwrap_or_else(|error| {
            tracing::error!(%error, "what was lowered before the restart can not be read");
            Vec::new()
        });
        for (boundary, owed) in noted {
            if self.generation(&boundary) != owed.generation {
                continue;
            }
            let Some(seat) = self.seats.get_mut(&boundary) else { continue };
            let events = seat.rollout.decide(self.now, owed.command.clone()).unwrap_or_default();
            seat.lower_towards(&events);
            self.stall.owe(boundary, owed);
        }
    }

    fn generation(&self, boundary: &BoundaryName) -> u64 {
        self.seats.get(boundary).map_or(0, |seat| seat.rollout.generation())
    }

    /// Records what is owed from before a restart, if the ledger works.
    pub(super) fn settle(&mut self) {
        if let Err(error) = self.pay_debts() {
            self.failed(&error);
        }
        self.brakes.note(&self.stall.debts());
    }

    /// Tries the store again.
    pub(super) fn retry(&mut self) {
        let tried = self.store.probe().map_err(AppendError::from).and_then(|()| self.pay_debts());
        match tried {
            Ok(()) => self.stall.mended(),
            Err(error) => self.failed(&error),
        }
        self.reconcile();
    }

    /// Records what was carried out but not recorded.
    pub(super) fn pay_debts(&mut self) -> Result<(), AppendError> {
        let debts = self.stall.debts();
        let paid = !debts.is_empty();
        for (boundary, owed) in debts {
            if let Err(refusal) = self.decide(&boundary, &owed)? {
                tracing::info!(%boundary, %refusal, "what was owed to the ledger is moot");
            }
            self.stall.paid(&boundary);
            self.release(&boundary);
        }
        if paid {
            self.brakes.note(&self.stall.debts());
            self.stall.mended();
        }
        Ok(())
    }

    fn release(&mut self, boundary: &BoundaryName) {
        if let Some(seat) = self.seats.get_mut(boundary) {
            seat.release();
        }
    }

    /// Passing troubles stall, others end the loop: somebody else writes, or the store lies.
    pub(super) fn failed(&mut self, error: &AppendError) {
        tracing::error!(%error, "the ledger can not record, nothing advances");
        self.stall.failed(self.now, error.to_string());
        if let AppendError::Store(store) = error
            && !store.passing()
        {
            self.break_off(RunError::Ledger(store.clone()));
        }
    }
}

/// The evidence an event's judgement names.
fn judged_by(event: &Event) -> Option<Digest> {
    match &event.change {
        Change::Stepped { judgement, .. } | Change::Judged { judgement } => {
            Some(judgement.evidence)
        }
        Change::Entered { judgement, .. }
        | Change::Held { judgement }
        | Change::RolledBack { judgement } => {
            judgement.as_ref().map(|judgement| judgement.evidence)
        }
        Change::Registered { .. } | Change::Replanned { .. } | Change::Resumed | Change::Killed => {
            None
        }
    }
}
