//! A boundary as its team wrote it down, validated: no option soup, real units.

use std::time::Duration;

use crate::assignment::KeySource;
use crate::name::BoundaryName;
use crate::route::RoutePattern;
use crate::rule::Rule;
use crate::weight::Weight;

/// One boundary file, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// Its name.
    pub name: BoundaryName,
    /// The team that answers for it.
    pub owner: String,
    /// The routes that move.
    pub surface: Vec<RoutePattern>,
    /// The service they move to.
    pub service: Upstream,
    /// The language the service is written in, for reports.
    pub language: String,
    /// Copies and comparisons.
    pub shadow: Shadow,
    /// The steps of the canary, weights strictly rising, each below 100 %.
    pub steps: Vec<Step>,
    /// Share that stays on the monolith at Primary.
    pub holdback: Weight,
    /// Minimum time at Primary before the boundary may be retired.
    pub primary_bake: Duration,
    /// What must hold.
    pub gates: GateSettings,
    /// What the data plane grants.
    pub limits: Limits,
    /// Where the sticky key comes from.
    pub key: KeySource,
}

/// A program that answers HTTP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upstream {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// Copies to the service and their comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Shadow {
    /// Share of the safe requests that is copied.
    pub mirror: Weight,
    /// Routes declared free of side effects; nothing else is ever copied.
    pub safe: Vec<RoutePattern>,
    /// Accepted noise.
    pub rules: Vec<Rule>,
    /// Answer headers that are compared besides the media type, lower-case.
    pub compared_headers: Vec<String>,
    /// Paths whose values are redacted before anything is stored, besides the built-in list.
    pub redacted_paths: Vec<String>,
    /// Largest body that is copied or compared, in bytes.
    pub body_bytes_max: usize,
    /// Copies in flight at once, over all cores.
    pub in_flight_max: usize,
    /// Deadline of a copy; at most the boundary's timeout.
    pub timeout: Duration,
    /// What becomes of the caller's credentials in a copy.
    pub credentials: Credentials,
}

/// What becomes of the caller's credentials (`Authorization`, `Proxy-Authorization`, `Cookie`) in a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Credentials {
    /// They are taken out: a copy can not act as the caller.
    #[default]
    Strip,
    /// They are passed on. For a service of the same team that the caller's token is meant for anyway; the choice is in
    /// the boundary's file, so in its review and in the ledger.
    Forward,
}

/// One step of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The service's share of live traffic.
    pub weight: Weight,
    /// Minimum time at this step; evidence decides when it is left.
    pub bake: Duration,
}

/// The bounds of the gates and the error rates of the judges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateSettings {
    /// Probability of a false rollback over a whole rollout.
    pub alpha: f64,
    /// Probability of a wrong promotion per signal.
    pub beta: f64,
    /// Tolerated ratio of error rates; proven above it means rollback.
    pub error_ratio: f64,
    /// Ratio of error rates that must be excluded before a step is left.
    pub error_ratio_excluded: f64,
    /// Error rate of the candidate that also suffices when proven below it.
    pub error_absolute: f64,
    /// Tolerated latency margin: 0.10 allows the candidate 10 % more.
    pub latency_margin: f64,
    /// Latency most answers must keep, when the objectives name one; judged beside the baseline's quantiles.
    pub latency_objective: Option<Duration>,
    /// Upper bound on true mismatches per route.
    pub parity: f64,
    /// Least share of the eligible requests that must have been compared.
    pub coverage: f64,
    /// Window of the baseline's latency quantiles.
    pub window: Duration,
    /// Objective for good answers over 30 days, as a share such as 0.999.
    pub objective: f64,
    /// Share of the remaining error budget one rollout may use up.
    pub budget_share: f64,
    /// Requests left out at the start of a rollout on each side.
    pub warm_up: u32,
}

/// What the data plane grants a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the complete request head to the reply head.
    pub timeout: Duration,
    /// Live requests in flight per side.
    pub in_flight: u32,
    /// Largest request body, in bytes.
    pub request_bytes_max: u64,
    /// Failures in a row after which an upstream is ejected for a while.
    pub ejection_failures: u32,
    /// How long an ejected upstream is left alone.
    pub ejection_time: Duration,
}

impl Credentials {
    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strip => "strip",
            Self::Forward => "forward",
        }
    }

    /// Reads the word [`Credentials::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Strip, Self::Forward].into_iter().find(|choice| choice.as_str() == text)
    }
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            alpha: 0.01,
            beta: 0.05,
            error_ratio: 1.25,
            error_ratio_excluded: 1.5,
            error_absolute: 0.001,
            latency_margin: 0.10,
            latency_objective: None,
            parity: 0.001,
            coverage: 0.90,
            window: Duration::from_mins(1),
            objective: 0.999,
            budget_share: 0.02,
            warm_up: 20,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            in_flight: 1024,
            request_bytes_max: 64 << 20,
            ejection_failures: 5,
            ejection_time: Duration::from_secs(5),
        }
    }
}

impl Default for Shadow {
    fn default() -> Self {
        Self {
            mirror: Weight::FULL,
            safe: Vec::new(),
            rules: Vec::new(),
            compared_headers: vec!["location".to_owned(), "cache-control".to_owned()],
            redacted_paths: Vec::new(),
            body_bytes_max: 1 << 20,
            in_flight_max: 256,
            timeout: Duration::from_secs(2),
            credentials: Credentials::Strip,
        }
    }
}
