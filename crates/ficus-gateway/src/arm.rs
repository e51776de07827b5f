//! One side of a boundary: where its live requests go, how many are under way, and whether it is left alone for a while.
//!
//! The counts are atomics shared by all cores, so a limit holds for the process and not for each core. They survive a
//! reload: the table carries an arm over while boundary, side and upstream stay the same.
//!
//! Ejection is passive. After a number of failures in a row (no connection, no answer in time, a reset; answers of any
//! status are answers) the arm is ejected for a while and its requests are answered at once instead of waiting for
//! the next timeout. When the time is over, one request is let through as a probe: its answer ends the ejection, its
//! failure prolongs it. Requests are never moved to the other side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ficus_model::boundary::Limits;

use crate::origin::Origin;

/// One side of a boundary, or the fallback for what no boundary claims.
#[derive(Debug)]
pub(crate) struct Arm {
    /// Who answers.
    pub(crate) origin: Arc<Origin>,
    in_flight: AtomicU32,
    in_flight_max: u32,
    failures: AtomicU32,
    failures_max: u32,
    ejection_time: Duration,
    /// Milliseconds since `began`; zero while nothing is ejected.
    ejected_until: AtomicU64,
    began: Instant,
}

/// The right to have one request under way on an arm; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Arm>);

/// Why an arm takes no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// As many as allowed are under way.
    Full,
    /// It failed too often in a row.
    Ejected,
}

impl Arm {
    /// An arm with the limits of its boundary.
    pub(crate) fn new(origin: Arc<Origin>, limits: &Limits) -> Self {
        Self {
            origin,
            in_flight: AtomicU32::new(0),
            in_flight_max: limits.in_flight,
            failures: AtomicU32::new(0),
            failures_max: limits.ejection_failures,
            ejection_time: limits.ejection_time,
            ejected_until: AtomicU64::new(0),
            began: Instant::now(),
        }
    }

    /// The fallback: bounded by the connections of the process only, and never ejected, because there is no other
    /// place for its requests and no boundary to blame.
    pub(crate) fn unlimited(origin: Arc<Origin>) -> Self {
        let limits =
            Limits { in_flight: u32::MAX, ejection_failures: u32::MAX, ..Limits::default() };
        Self::new(origin, &limits)
    }

    /// The same arm under other limits, with its present counts.
    pub(crate) fn renewed(&self, limits: &Limits) -> Self {
        let mut arm = Self::new(Arc::clone(&self.origin), limits);
        arm.began = self.began;
        arm.failures = AtomicU32::new(self.failures.load(Ordering::Relaxed));
        arm.ejected_until = AtomicU64::new(self.ejected_until.load(Ordering::Relaxed));
        arm
    }

    /// Takes the right to send one request.
    pub(crate) fn enter(self: &Arc<Self>, now: Instant) -> Result<Permit, Closed> {
        if self.ejected(now) {
            return Err(Closed::Ejected);
        }
        if self.in_flight.fetch_add(1, Ordering::Relaxed) >= self.in_flight_max {
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
            return Err(Closed::Full);
        }
        Ok(Permit(Arc::clone(self)))
    }

    /// Live requests under way.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Whether requests are turned away at `now` because of failures. When the time is over this says no exactly once
    /// per ejection time: that request is the probe.
    pub(crate) fn ejected(&self, now: Instant) -> bool {
        let until = self.ejected_until.load(Ordering::Relaxed);
        if until == 0 {
            return false;
        }
        let now = self.millis(now);
        let next = now + millis(self.ejection_time).max(1);
        now < until
            || self
                .ejected_until
                .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
    }

    /// Whether the arm is ejected, without claiming the probe: for metrics and health.
    pub(crate) fn shows_ejected(&self) -> bool {
        self.ejected_until.load(Ordering::Relaxed) != 0
    }

    /// An answer of any status came.
    pub(crate) fn answered(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
            self.ejected_until.store(0, Ordering::Relaxed);
        }
    }

    /// No connection, no answer in time, or a reset. Says whether this failure ejects the arm.
    pub(crate) fn failed(&self, now: Instant) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if failures < self.failures_max {
            return false;
        }
        let until = self.millis(now) + millis(self.ejection_time).max(1);
        self.ejected_until.swap(until, Ordering::Relaxed) == 0
    }

    /// Milliseconds since the arm began, never zero.
    fn millis(&self, now: Instant) -> u64 {
        millis(now.saturating_duration_since(self.began)) + 1
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX / 4)
}

impl Permit {
    /// The arm.
    pub(crate) fn arm(&self) -> &Arc<Arm> {
        &self.0
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
