//! Both arms over the recent past, for lines and tables.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::{ArmSample, Sample};
use crate::wire::{ShareView, time_text};

/// Both arms over one interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SampleView {
    /// End of the interval, RFC 3339.
    pub at: String,
    /// Its length in seconds.
    pub seconds: f64,
    /// The service's weight at its end.
    pub weight: ShareView,
    /// The monolith's arm.
    pub monolith: ArmView,
    /// The service's arm.
    pub service: ArmView,
}

/// One arm over one interval; latencies in seconds, absent without an observation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ArmView {
    /// Answered or failed requests.
    pub requests: u64,
    /// Bad ones among them.
    pub bad: u64,
    /// Median latency.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}

impl From<&Sample> for SampleView {
    fn from(sample: &Sample) -> Self {
        Self {
            at: time_text(sample.at),
            seconds: sample.seconds,
            weight: sample.weight.into(),
            monolith: (&sample.monolith).into(),
            service: (&sample.service).into(),
        }
    }
}

impl From<&ArmSample> for ArmView {
    fn from(arm: &ArmSample) -> Self {
        let ArmSample { requests, bad, p50, p90, p99 } = *arm;
        Self { requests, bad, p50, p90, p99 }
    }
}
