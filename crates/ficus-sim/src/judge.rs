//! Whole rollouts through the real judge: how often does it cry wolf, and how soon does it see one?
//!
//! Time runs in seconds, requests are drawn one by one, and the judge sees them exactly as the gateway reports them.
//! At a random moment each run is cut and resumed from the stored text, as after a restart. Rivals judge the same
//! requests: a z-test looked at every minute, and the usual rule "more than 1 % in a minute, four times".

mod cost;
mod crowd;
mod latency;
mod rival;
mod scenario;

use std::time::Duration;

use ficus_model::assignment::Assigned;
use ficus_model::boundary::GateSettings;
use ficus_model::observation::{AssignedCount, Observation, ObservationBatch, Outcome as Ending};
use ficus_model::rollout::RolloutId;
use ficus_model::verdict::Gate;
use ficus_model::{BoundaryName, Judge, JudgeState, Side, Time, Verdict, Weight};

use crate::random::{Random, share_of, spread};
use crowd::{Crowd, User};
use latency::Latencies;
use rival::Rivals;

pub use cost::cost;
pub use scenario::{Course, Scenario};

/// What became of one simulated rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The judge's alarm, if there was one.
    pub alarm: Option<Alarm>,
    /// When the errors gate had first passed on the first step.
    pub errors_proven: Option<Duration>,
    /// When the z-test looked at every minute had cried wolf.
    pub z_test: Option<Duration>,
    /// When "more than 1 % in a minute" had happened for the fourth time.
    pub threshold: Option<Duration>,
}

/// An alarm of the judge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alarm {
    /// Since the start of the rollout.
    pub after: Duration,
    /// What broke.
    pub gate: Gate,
    /// Bad answers the service had given by then.
    pub service_bad: u64,
}

/// Runs `runs` rollouts of a scenario, each from its own seed.
pub fn run(scenario: &Scenario, seed: u64, runs: u64) -> Vec<Outcome> {
    let world = World::new(scenario);
    (0..runs).map(|index| world.rollout(spread(seed).wrapping_add(index))).collect()
}

/// What is the same in all rollouts of a scenario.
struct World<'scenario> {
    scenario: &'scenario Scenario,
    latencies: Latencies,
    settings: GateSettings,
}

/// One rollout under way.
struct Life<'world> {
    world: &'world World<'world>,
    random: Random,
    course: Course,
    crowd: Option<Crowd>,
    judge: Judge,
    batch: ObservationBatch,
    rivals: Rivals,
    outcome: Outcome,
}

impl<'scenario> World<'scenario> {
    fn new(scenario: &'scenario Scenario) -> Self {
        // An objective the monolith itself can keep, or the budget would be burning before the rollout begins.
        let settings = GateSettings { objective: 0.99, ..GateSettings::default() };
        Self { scenario, latencies: Latencies::new(scenario), settings }
    }

    fn rollout(&self, seed: u64) -> Outcome {
        let mut life = self.begin(Random::new(seed));
        let restart = life.random.below(self.scenario.seconds);
        for second in 0..self.scenario.seconds {
            if second == restart {
                life.restart();
            }
            life.second(second);
            if life.outcome.alarm.is_some() || life.proven_enough() {
                break;
            }
        }
        life.outcome
    }

    fn begin(&self, mut random: Random) -> Life<'_> {
        let course = Course::draw(&mut random);
        let crowd =
            self.scenario.sticky.then(|| Crowd::draw(&mut random, self.scenario.error_rate));
        let judge = Judge::new(&self.settings, vec!["GET /".to_owned()], start());
        let outcome = Outcome { alarm: None, errors_proven: None, z_test: None, threshold: None };
        let (batch, rivals) = (empty_batch(), Rivals::default());
        Life { world: self, random, course, crowd, judge, batch, rivals, outcome }
    }
}

impl Life<'_> {
    fn second(&mut self, second: u64) {
        self.draw(second);
        self.judge.observe(&self.batch);
        self.judge.advance(time(second + 1));
        self.read(second + 1);
    }

    /// Draws the requests of a second.
    fn draw(&mut self, second: u64) {
        let scenario = self.world.scenario;
        let weight = scenario.weight(second);
        let swing = if scenario.swings { self.course.swing(second) } else { 1.0 };
        let error_rate = (scenario.error_rate * swing).min(0.5);
        let requests = self.random.poisson(scenario.requests_per_second * swing.sqrt());
        let slowdown = swing.powf(0.25);
        self.batch.observations.clear();
        for index in 0..requests {
            let at = time(second).plus(Duration::from_micros(index * 1_000_000 / requests));
            let seen = self.request(at, weight, error_rate, slowdown);
            self.rivals.count(seen.side, seen.outcome.bad());
            self.batch.observations.push(seen);
        }
        self.batch.assigned = assigned(&self.batch.observations);
    }

    fn request(&mut self, at: Time, weight: Weight, error_rate: f64, slowdown: f64) -> Observation {
        let scenario = self.world.scenario;
        let user = self.crowd.as_ref().map(|crowd| crowd.pick(self.random.bits()));
        let draw = user.map_or_else(|| self.random.bits(), |user| user.key);
        let service = share_of(draw) < weight.fraction();
        let side = if service { Side::Service } else { Side::Monolith };
        let User { error_factor, latency_factor, .. } = user.unwrap_or(User::AVERAGE);
        let ratio = if service { scenario.error_ratio_at(at.since(start())) } else { 1.0 };
        let bits = self.random.bits();
        let bad = share_of(bits) < (error_rate * error_factor * ratio).min(0.9);
        // The low bits have taken no part in the draw above.
        let micros = self.world.latencies.draw(bits, side) * latency_factor * slowdown;
        Observation {
            at,
            key: user.map(|user| user.key),
            assigned: if user.is_some() { Assigned::Subject } else { Assigned::Coin },
            route: 0,
            side,
            weight,
            outcome: Ending::Answered(if bad { 500 } else { 200 }),
            latency: Duration::from_secs_f64(micros / 1e6),
            streamed: false,
        }
    }

    /// What the judge and its rivals say at the end of a second.
    fn read(&mut self, seconds: u64) {
        let after = Duration::from_secs(seconds);
        if let Some(breach) = self.judge.evidence().breach {
            let service_bad = self.judge.evidence().errors.whole.service.bad;
            self.outcome.alarm = Some(Alarm { after, gate: breach.gate, service_bad });
        }
        if !seconds.is_multiple_of(60) {
            return;
        }
        self.rivals.minute();
        let at = |cried: bool| cried.then_some(after);
        self.outcome.z_test = self.outcome.z_test.or(at(self.rivals.z_test()));
        self.outcome.threshold = self.outcome.threshold.or(at(self.rivals.threshold()));
        if self.world.scenario.until_proven && self.outcome.errors_proven.is_none() {
            let readings = self.judge.canary_readings(time(seconds));
            let passes = |gate: Gate| {
                let mut of_gate = readings.iter().filter(|reading| reading.gate == gate);
                of_gate.all(|reading| reading.verdict == Verdict::Pass)
            };
            self.outcome.errors_proven = at(passes(Gate::Errors));
        }
    }

    fn proven_enough(&self) -> bool {
        self.world.scenario.until_proven && self.outcome.errors_proven.is_some()
    }

    /// The program ends and starts again; only the stored text survives. A text that does not read back would be a
    /// failure of the run, so it is shown as an alarm.
    fn restart(&mut self) {
        let text = self.judge.state().to_text();
        match JudgeState::from_text(&text) {
            Ok(state) => {
                self.judge = Judge::resume(&self.world.settings, vec!["GET /".to_owned()], state);
            }
            Err(_) => {
                let after = Duration::ZERO;
                self.outcome.alarm = Some(Alarm { after, gate: Gate::SampleRatio, service_bad: 0 });
            }
        }
    }
}

fn assigned(observations: &[Observation]) -> AssignedCount {
    let service = observations.iter().filter(|seen| seen.side == Side::Service).count() as u64;
    AssignedCount { monolith: observations.len() as u64 - service, service }
}

fn empty_batch() -> ObservationBatch {
    ObservationBatch {
        boundary: boundary(),
        generation: 1,
        rollout: Some(RolloutId([1; 16])),
        observations: Vec::new(),
        assigned: AssignedCount::default(),
        dropped: 0,
    }
}

fn boundary() -> BoundaryName {
    "simulated".parse().expect("a literal that is a legal name")
}

fn start() -> Time {
    Time::from_micros(1_700_000_000_000_000)
}

fn time(seconds: u64) -> Time {
    start().plus(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
