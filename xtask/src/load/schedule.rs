//! When requests are due: a Poisson process that no answer can move.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::locked;

/// Hands out due times, in order.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Mean time between two requests, in seconds.
    mean_gap: f64,
    next: Mutex<(Instant, Random)>,
}

/// A request to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) at: Instant,
    /// Decides what the request asks for.
    pub(super) random: Random,
}

impl Schedule {
    pub(super) fn new(start: Instant, rate: f64) -> Self {
        Self { mean_gap: 1.0 / rate, next: Mutex::new((start, Random(1))) }
    }

    pub(super) fn take(&self) -> Due {
        let mut next = locked(&self.next);
        let (at, random) = &mut *next;
        let due = Due { at: *at, random: random.fork() };
        // Never zero, so the logarithm is finite.
        let gap = -self.mean_gap * (1.0 - random.share()).ln();
        *at += Duration::from_secs_f64(gap);
        due
    }
}

/// SplitMix64: enough to draw lots with, the same ones in every run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Another sequence.
    pub(super) const fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// At least 0, below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(super) const fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}
