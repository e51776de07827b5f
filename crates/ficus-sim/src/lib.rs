//! A seeded world in which the real machines are run.
//!
//! Nothing here is a model of ficus: the judge and the rollout machine are the ones that run in production, fed with
//! traffic, clocks and crashes that are drawn from a seed. A failure is named by its seed and happens again.
//!
//! Code map: [`random`] draws; [`judge`] runs whole rollouts of traffic through the judge and counts false alarms and
//! detections beside rivals; [`rollout`] drives the rollout machine through crashes, lies and late messages.

#![forbid(unsafe_code)]

pub mod judge;
pub mod random;
pub mod rollout;
