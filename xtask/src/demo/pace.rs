//! The two speeds of the demonstration: one for people, one for CI. The bounds differ in nothing but patience.

use std::time::Duration;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Requests per second.
    pub(super) rate: f64,
    /// Customers who are logged in.
    pub(super) customers: usize,
    /// Canary steps in per cent, each below 100.
    pub(super) steps: &'static [u32],
    /// Least seconds at a step.
    pub(super) bake_seconds: u64,
    /// How long to watch the monolith alone.
    pub(super) calm: Duration,
    /// Longest wait for one transition.
    pub(super) patience: Duration,
    /// Whether a second bad build is tried: one that fails requests.
    pub(super) second_fault: bool,
}

impl Pace {
    /// For people: within five minutes.
    pub(super) const CALM: Self = Self {
        rate: 600.0,
        customers: 4000,
        steps: &[10, 50],
        bake_seconds: 5,
        calm: Duration::from_secs(5),
        patience: Duration::from_secs(120),
        second_fault: true,
    };

    /// For CI: within 90 seconds.
    pub(super) const FAST: Self = Self {
        rate: 900.0,
        customers: 3000,
        steps: &[50],
        bake_seconds: 4,
        calm: Duration::from_secs(2),
        patience: Duration::from_secs(120),
        second_fault: false,
    };
}
