//! What one observation costs the judge: it runs beside the data plane, on one thread.

use std::time::{Duration, Instant};

use super::{Scenario, World};
use crate::random::Random;

/// Seconds of traffic that are timed.
const SECONDS: u64 = 50;
/// Requests in each of them.
const REQUESTS: f64 = 40_000.0;

/// Time per observation at 40,000 a second with users, everything else aside.
pub fn cost(seed: u64) -> Duration {
    let scenario = Scenario { requests_per_second: REQUESTS, ..Scenario::sticky() };
    let world = World::new(&scenario);
    let mut life = world.begin(Random::new(seed));
    let (mut spent, mut seen) = (Duration::ZERO, 0);
    for second in 0..SECONDS {
        life.draw(second);
        seen += life.batch.observations.len() as u64;
        let began = Instant::now();
        life.judge.observe(&life.batch);
        life.judge.advance(super::time(second + 1));
        spent += began.elapsed();
    }
    Duration::from_secs_f64(spent.as_secs_f64() / seen.max(1) as f64)
}
