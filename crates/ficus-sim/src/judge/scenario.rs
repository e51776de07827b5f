//! What kind of rollout is simulated: the traffic, the ramp, and how the service differs.

use std::f64::consts::TAU;
use std::time::Duration;

use ficus_model::Weight;

use crate::random::Random;

/// A kind of rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is called in tables.
    pub name: &'static str,
    /// Length in seconds.
    pub seconds: u64,
    /// Requests per second over both sides, on average.
    pub requests_per_second: f64,
    /// The monolith's error rate, on average.
    pub error_rate: f64,
    /// Steps: from which share of the length on which weight holds.
    pub steps: Vec<(f64, Weight)>,
    /// Errors, load and latency swing together, with bursts.
    pub swings: bool,
    /// Users instead of a coin per request; errors and latencies cluster by user.
    pub sticky: bool,
    /// The service's error rate, in units of the monolith's, at the end.
    pub error_ratio: f64,
    /// The error ratio grows to its end over the whole length instead of holding from the start.
    pub leaks: bool,
    /// Every answer of the service takes this many times as long.
    pub slowdown: f64,
    /// This share of the service's answers takes longer than nearly all of the monolith's.
    pub slow_share: f64,
    /// Ends as soon as the errors gate passes.
    pub until_proven: bool,
}

impl Scenario {
    /// An equal service at a steady weight of 5 %, 50 requests a second, 0.5 % errors.
    pub fn flat() -> Self {
        Self {
            name: "flat",
            seconds: 3_600,
            requests_per_second: 50.0,
            error_rate: 0.005,
            steps: vec![(0.0, percent(5))],
            swings: false,
            sticky: false,
            error_ratio: 1.0,
            leaks: false,
            slowdown: 1.0,
            slow_share: 0.0,
            until_proven: false,
        }
    }

    /// The same while errors, load and latency swing by a factor of e^1.2 either way, with bursts of 20 times.
    pub fn swing() -> Self {
        Self { name: "swing", swings: true, ..Self::flat() }
    }

    /// The same while the weight climbs 1, 5, 10, 25, 50 %.
    pub fn ramp() -> Self {
        let weights = [1, 5, 10, 25, 50].map(percent);
        let starts = [0.0, 0.125, 0.25, 0.5, 0.75];
        Self { name: "ramp", steps: starts.into_iter().zip(weights).collect(), ..Self::swing() }
    }

    /// The same with users who stay on their side, a few of whom have most of the errors.
    pub fn sticky() -> Self {
        Self { name: "sticky", sticky: true, ..Self::ramp() }
    }

    /// The four kinds of healthy rollout that must not raise an alarm.
    pub fn healthy() -> [Self; 4] {
        [Self::flat(), Self::swing(), Self::ramp(), Self::sticky()]
    }

    /// A service that fails this many times as often.
    pub fn failing(name: &'static str, error_ratio: f64) -> Self {
        Self { name, error_ratio, ..Self::flat() }
    }

    /// A service of which 2 % of the answers take longer than nearly all of the monolith's.
    pub fn slow_tail() -> Self {
        Self { name: "2 % slow", slow_share: 0.02, ..Self::flat() }
    }

    /// A service that takes 30 % longer for everything.
    pub fn slow() -> Self {
        Self { name: "30 % slower", slowdown: 1.3, ..Self::flat() }
    }

    /// A service whose errors grow to ten times the monolith's within the hour.
    pub fn leak() -> Self {
        Self { name: "leak to 10×", error_ratio: 10.0, leaks: true, ..Self::flat() }
    }

    /// A service exactly as bad as must be excluded before a step is left, at a steady weight.
    pub fn as_bad_as_excluded() -> Self {
        let steps = vec![(0.0, percent(25))];
        Self {
            name: "1.5× promoted", steps, error_ratio: 1.5, until_proven: true, ..Self::swing()
        }
    }

    /// An equal service at a steady weight, until its errors gate passes.
    pub fn until_promoted(name: &'static str, weight: u32) -> Self {
        let steps = vec![(0.0, percent(weight))];
        Self { name, steps, until_proven: true, ..Self::flat() }
    }

    /// The weight at a second.
    pub fn weight(&self, second: u64) -> Weight {
        let reached = second as f64 / self.seconds.max(1) as f64;
        let passed = self.steps.iter().rev().find(|(from, _)| *from <= reached);
        passed.map_or(Weight::ZERO, |(_, weight)| *weight)
    }

    /// The service's error ratio after a while.
    pub fn error_ratio_at(&self, elapsed: Duration) -> f64 {
        if !self.leaks {
            return self.error_ratio;
        }
        let reached = elapsed.as_secs_f64() / self.seconds.max(1) as f64;
        1.0 + (self.error_ratio - 1.0) * reached
    }
}

/// How one rollout's hour goes: its place on the wave, and its bursts.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    phase: f64,
    bursts: Vec<bool>,
}

impl Course {
    /// Minutes a course is drawn for; longer rollouts repeat it.
    const MINUTES: usize = 240;

    /// Draws a course: any phase, and 2 % of the minutes burst.
    pub fn draw(random: &mut Random) -> Self {
        let phase = TAU * random.share();
        Self { phase, bursts: (0..Self::MINUTES).map(|_| random.happens(0.02)).collect() }
    }

    /// How far a second lies from the average.
    pub fn swing(&self, second: u64) -> f64 {
        let minute = usize::try_from(second / 60).unwrap_or(0) % Self::MINUTES;
        let burst = self.bursts.get(minute).copied().unwrap_or(false);
        let wave = (1.2 * (TAU * second as f64 / 3_600.0 + self.phase).sin()).exp();
        if burst { wave * 20.0 } else { wave }
    }
}

fn percent(share: u32) -> Weight {
    Weight::from_ppm(share.min(100) * 10_000).unwrap_or(Weight::FULL)
}
