//! What both arms did, interval by interval: the lines people look at. Nothing is decided by them.

use std::collections::VecDeque;
use std::time::Duration;

use ficus_model::assignment::Assigned;
use ficus_model::observation::{Observation, ObservationBatch};
use ficus_model::{Side, Time, Weight};

use crate::jury::histogram::Histogram;
use crate::state::{ArmSample, SAMPLES_MAX, Sample};

/// Length of an interval.
pub(crate) const INTERVAL: Duration = Duration::from_secs(5);

/// The samples of one boundary.
#[derive(Debug)]
pub(crate) struct Samples {
    finished: VecDeque<Sample>,
    since: Time,
    monolith: Arm,
    service: Arm,
}

#[derive(Debug, Default)]
struct Arm {
    requests: u64,
    bad: u64,
    latencies: Histogram,
}

impl Samples {
    /// No samples yet.
    pub(crate) fn new(now: Time) -> Self {
        let (monolith, service) = (Arm::default(), Arm::default());
        Self { finished: VecDeque::new(), since: now, monolith, service }
    }

    /// Counts live requests; those whose side somebody chose by hand are left out.
    pub(crate) fn observe(&mut self, batch: &ObservationBatch) {
        let counted =
            |one: &&Observation| one.outcome.counts() && one.assigned != Assigned::Override;
        for observation in batch.observations.iter().filter(counted) {
            let arm = match observation.side {
                Side::Monolith => &mut self.monolith,
                Side::Service => &mut self.service,
            };
            arm.requests += 1;
            arm.bad += u64::from(observation.outcome.bad());
            if !observation.streamed {
                arm.latencies.add(observation.latency);
            }
        }
    }

    /// Ends the interval when it is over.
    pub(crate) fn advance(&mut self, now: Time, weight: Weight) {
        let length = now.since(self.since);
        if length < INTERVAL {
            return;
        }
        let (monolith, service) = (self.monolith.finish(), self.service.finish());
        let seconds = length.as_secs_f64();
        self.finished.push_back(Sample { at: now, seconds, weight, monolith, service });
        if self.finished.len() > SAMPLES_MAX {
            self.finished.pop_front();
        }
        self.since = now;
    }

    /// The samples, oldest first.
    pub(crate) fn all(&self) -> Vec<Sample> {
        self.finished.iter().cloned().collect()
    }
}

impl Arm {
    fn finish(&mut self) -> ArmSample {
        let Self { requests, bad, latencies } = std::mem::take(self);
        let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|share| latencies.quantile(share));
        ArmSample { requests, bad, p50, p90, p99 }
    }
}

#[cfg(test)]
mod tests;
