//! The rollout machine in a hostile world: commands in any order, judgements lost, late and doubled, clocks that lie,
//! and a crash after every append.
//!
//! The oracle knows nothing of how the machine decides. It holds each event against the promises: the weight rises
//! only by an event that names a passing judgement of the present generation, and not before the bake is over; a kill
//! reaches zero in one event; what is folded from the ledger equals what was live; and every state is a legal one.

mod oracle;

use std::time::Duration;

use ficus_model::boundary::Step;
use ficus_model::digest::Digest;
use ficus_model::rollout::{Plan, RolloutId, Stage};
use ficus_model::verdict::Judgement;
use ficus_model::{BoundaryName, Command, Event, Principal, Rollout, Time, Verdict, Weight};

use crate::random::Random;

pub use oracle::{Broken, check};

/// A boundary's life as drawn from a seed.
#[derive(Debug)]
pub struct World {
    random: Random,
    now: Time,
    live: Rollout,
    ledger: Vec<Event>,
    /// Judgements under way that will arrive when they no longer should.
    late: Vec<Judgement>,
    rollouts: u64,
    plans: u8,
}

/// What a life has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// Every event.
    pub ledger: Vec<Event>,
    /// Where it ended.
    pub end: Rollout,
}

impl World {
    /// Lives through `length` commands, with a crash after every append.
    ///
    /// # Errors
    /// The first promise that was broken.
    pub fn live(seed: u64, length: usize) -> Result<Life, Broken> {
        let mut world = Self {
            random: Random::new(seed),
            now: Time::from_micros(1_700_000_000_000_000),
            live: Rollout::new(boundary()),
            ledger: Vec::new(),
            late: Vec::new(),
            rollouts: 0,
            plans: 0,
        };
        for _ in 0..length {
            world.lie_about_the_time();
            for command in world.deliveries() {
                world.tell(command)?;
            }
        }
        Ok(Life { ledger: world.ledger, end: world.live })
    }

    /// Clocks run on, mostly; some jump back by up to an hour, some forward by up to a day.
    fn lie_about_the_time(&mut self) {
        let micros = self.now.as_micros();
        let seconds = |count: u64| count * 1_000_000;
        let moved = match self.random.below(20) {
            0 => micros.saturating_sub(seconds(self.random.below(3_600))),
            1 => micros + seconds(self.random.below(86_400)),
            _ => micros + seconds(self.random.below(90)),
        };
        self.now = Time::from_micros(moved);
    }

    /// One command as it arrives: not at all, once, twice, or with an older judgement before it.
    fn deliveries(&mut self) -> Vec<Command> {
        let command = self.command();
        let Command::Judged(judgement) = &command else { return vec![command] };
        match self.random.below(10) {
            0 => Vec::new(),
            1 => {
                self.late.push(judgement.clone());
                Vec::new()
            }
            2 => vec![command.clone(), command],
            3 => self.late.pop().map(Command::Judged).into_iter().chain([command]).collect(),
            _ => vec![command],
        }
    }

    fn command(&mut self) -> Command {
        let by = operator();
        let reason = "simulated".to_owned();
        match self.random.below(40) {
            0 => Command::Register(self.plan(None), by),
            1 => Command::Replan(self.plan(self.live.plan().map(|plan| plan.digest)), by),
            2 => Command::Hold { by, reason },
            3 => Command::Rollback { by, reason },
            4 => Command::Kill { by, reason },
            5 => Command::Aborted(self.judgement(Verdict::Fail)),
            6..=14 => {
                self.rollouts += 1;
                let fresh = RolloutId(u128::from(self.rollouts).to_be_bytes());
                Command::Promote { by, reason, fresh }
            }
            15..=20 => Command::Tick,
            21 => Command::Judged(self.judgement(Verdict::Fail)),
            22..=24 => Command::Judged(self.judgement(Verdict::Inconclusive)),
            _ => Command::Judged(self.judgement(Verdict::Pass)),
        }
    }

    /// Mostly for the present generation; judges may lag behind or run ahead.
    fn judgement(&mut self, verdict: Verdict) -> Judgement {
        let present = self.live.generation();
        let generation = match self.random.below(8) {
            0 => present.saturating_sub(1 + self.random.below(3)),
            1 => present + 1,
            _ => present,
        };
        Judgement {
            generation,
            verdict,
            readings: Vec::new(),
            evidence: Digest::from_bytes([7; 32]),
        }
    }

    fn plan(&mut self, parent: Option<Digest>) -> Plan {
        self.plans = self.plans.wrapping_add(1);
        let other_course = self.random.happens(0.3);
        let steps = if other_course { [2, 20, 60] } else { [1, 10, 50] };
        let step = |percent: u32| Step {
            weight: Weight::from_ppm(percent * 10_000).unwrap_or_default(),
            bake: Duration::from_mins(2),
        };
        Plan {
            digest: Digest::from_bytes([self.plans; 32]),
            parent,
            mirror: Weight::FULL,
            steps: steps.map(step).to_vec(),
            holdback: Weight::from_ppm(10_000).unwrap_or_default(),
            primary_bake: Duration::from_mins(5),
        }
    }

    /// The loop of the shell, with a crash after every append: the machine that goes on is folded from the ledger.
    fn tell(&mut self, command: Command) -> Result<(), Broken> {
        oracle::kill_reaches_zero_at_once(&self.live, self.now)?;
        let Ok(events) = self.live.decide(self.now, command) else { return Ok(()) };
        for event in events {
            let before = self.live.clone();
            self.live.evolve(&event);
            self.ledger.push(event);
            let folded = fold(&self.ledger);
            check(&self.ledger, &before, &self.live, &folded)?;
            self.live = folded;
            // Whoever crashed here knows nothing of the events that were still to come.
            if self.random.happens(0.1) {
                break;
            }
        }
        Ok(())
    }
}

impl Life {
    /// The stages that were reached.
    pub fn stages(&self) -> Vec<Stage> {
        let mut rollout = Rollout::new(boundary());
        let stage_after = |event: &Event| {
            rollout.evolve(event);
            rollout.stage()
        };
        self.ledger.iter().map(stage_after).collect()
    }
}

/// The machine a restart would make of these events.
pub fn fold(ledger: &[Event]) -> Rollout {
    let mut rollout = Rollout::new(boundary());
    ledger.iter().for_each(|event| rollout.evolve(event));
    rollout
}

fn boundary() -> BoundaryName {
    "simulated".parse().expect("a literal that is a legal name")
}

fn operator() -> Principal {
    "operator".parse().expect("a literal that is a legal name")
}
