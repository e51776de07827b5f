//! What one observation costs the judge: it runs beside the data plane, on one thread.

use std::time::{Duration, Instant};

use super::{Scenario, World};
use crate::random::Random;

/// Seconds of traffic that are timed.
const SECONDS: u64 = 60;
/// Requests in each of them.
const REQUESTS: f64 = 40_000.0;

/// Time per observation at 40,000 a second with users: the least of a minute's seconds, which is the one that other
/// programs disturbed least.
pub fn cost(seed: u64) -> Duration {
    let scenario = Scenario { requests_per_second: REQUESTS, ..Scenario::sticky() };
    let world = World::new(&scenario);
    let mut life = world.begin(Random::new(seed));
    let seconds = (0..SECONDS).map(|second| {
        life.draw(second);
        let began = Instant::now();
        life.judge.observe(&life.batch);
        life.judge.advance(super::time(second + 1));
        let seen = life.batch.observations.len().max(1);
        Duration::from_secs_f64(began.elapsed().as_secs_f64() / seen as f64)
    });
    // The first seconds fill tables and are no measure of the rest.
    seconds.skip(10).min().unwrap_or_default()
}
