//! A configuration put in force, whole or not at all.

use std::sync::Arc;

use ficus_model::digest::Digest;
use ficus_model::judge::JudgeState;
use ficus_model::{BoundaryName, Command, Event, Principal, Refusal, Rollout, Weight};

use crate::configuration::Configuration;
use crate::control::engine::Engine;
use crate::control::seat::Seat;
use crate::desk::ApplyError;
use crate::ledger::Fact;
use crate::ledger::recorder::{AppendError, Recording};
use crate::ledger::store::Store;

impl Engine {
    /// Applies a configuration whole or not at all.
    pub(super) fn apply(
        &mut self,
        configuration: Configuration,
        by: Principal,
        if_match: Option<Digest>,
    ) -> Result<Digest, ApplyError> {
        let (current, digest) = (self.configuration.digest, configuration.digest);
        if let Some(given) = if_match.filter(|given| *given != current) {
            return Err(ApplyError::Outdated { given, current });
        }
        if digest == current && self.recorder.head().0 > 0 {
            return Ok(digest);
        }
        self.nothing_live_is_lost(&configuration)?;
        self.pay_debts().map_err(|error| self.stalled(&error))?;
        let events = self.plans(&configuration, &by)?;
        let recording = configured(&configuration, by, &events);
        let recorded = self.recorder.record(self.now, digest, &recording);
        recorded.map_err(|error| self.stalled(&error))?;
        for (name, event) in events {
            let now = self.now;
            let new = || Seat::new(Rollout::new(name.clone()), now);
            let seat = self.seats.entry(name.clone()).or_insert_with(new);
            seat.recorded(std::slice::from_ref(&event));
        }
        self.install(configuration);
        self.reconcile();
        Ok(digest)
    }

    fn stalled(&mut self, error: &AppendError) -> ApplyError {
        self.failed(error);
        ApplyError::Stalled(error.to_string())
    }

    /// A boundary with live traffic keeps its place and its routes.
    fn nothing_live_is_lost(&self, configuration: &Configuration) -> Result<(), ApplyError> {
        for (name, seat) in &self.seats {
            let weight = seat.desired().weight;
            if weight == Weight::ZERO {
                continue;
            }
            let Some(next) = configuration.boundary(name) else {
                return Err(ApplyError::Live { boundary: name.clone(), weight });
            };
            if seat.boundary.as_ref().is_some_and(|present| present.surface != next.surface) {
                let text =
                    "routes can not change with live traffic on the service; roll back first";
                let refusal = Refusal::Illegal(text.to_owned());
                return Err(ApplyError::Refused { boundary: name.clone(), refusal });
            }
        }
        Ok(())
    }

    /// The event every new or changed plan leads to.
    fn plans(
        &self,
        configuration: &Configuration,
        by: &Principal,
    ) -> Result<Vec<(BoundaryName, Event)>, ApplyError> {
        let mut events = Vec::new();
        for boundary in &configuration.boundaries {
            let name = &boundary.name;
            let unknown = Rollout::new(name.clone());
            let machine = self.seats.get(name).map_or(&unknown, |seat| &seat.rollout);
            let command = match machine.plan() {
                None => Command::Register(configuration.plan(boundary, None), by.clone()),
                Some(current) => {
                    let plan = configuration.plan(boundary, Some(current.digest));
                    Command::Replan(plan, by.clone())
                }
            };
            let refused = |refusal| ApplyError::Refused { boundary: name.clone(), refusal };
            let decided = machine.decide(self.now, command).map_err(refused)?;
            events.extend(decided.into_iter().map(|event| (name.clone(), event)));
        }
        Ok(events)
    }

    /// Puts a recorded configuration in force.
    pub(super) fn install(&mut self, configuration: Configuration) {
        let (now, store) = (self.now, Arc::clone(&self.store));
        for (name, seat) in &mut self.seats {
            seat.boundary = configuration.boundary(name).cloned();
            seat.seat_jury(now, |subject| kept(store.as_ref(), name, subject));
        }
        self.configuration = configuration;
    }
}

/// The entry of a configuration and those of the events it causes, with the texts beside them.
fn configured(
    configuration: &Configuration,
    by: Principal,
    events: &[(BoundaryName, Event)],
) -> Recording {
    let mut recording = Recording::default();
    let listing = recording.attach(configuration.listing().into_bytes());
    let mut named = vec![listing];
    for text in configuration.texts.values() {
        named.push(recording.attach(text.text.clone().into_bytes()));
    }
    recording.facts.push((Fact::Configured { by }, named));
    for (boundary, event) in events {
        let text = configuration.texts.get(boundary).map(|text| text.digest);
        let fact = Fact::Happened { boundary: boundary.clone(), event: event.clone() };
        recording.facts.push((fact, text.into_iter().collect()));
    }
    recording
}

/// The judge's state about this subject, if one was kept.
fn kept(store: &dyn Store, boundary: &BoundaryName, subject: Digest) -> Option<JudgeState> {
    let draft = store.draft(boundary).ok().flatten();
    let draft = draft.filter(|draft| draft.subject == subject)?;
    JudgeState::from_text(&draft.text).ok()
}
