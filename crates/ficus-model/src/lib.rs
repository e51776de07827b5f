//! The vocabulary of ficus and every decision it takes, as pure code.
//!
//! Nothing here reads a clock, a file, a socket or a source of randomness: time, seeds and counts are arguments. The
//! same machines therefore run in production, in the tests and in the simulator.
//!
//! Code map, from words to decisions:
//! - words: [`side`], [`weight`], [`time`], [`name`], [`digest`], [`finding`]
//! - what a team writes down: [`route`], [`rule`], [`boundary`]
//! - what the gateway reports: [`observation`], [`comparison`]
//! - what the gateway is given: [`assignment`], [`snapshot`]
//! - what is decided: [`verdict`], [`judge`], [`rollout`]

#![forbid(unsafe_code)]

pub mod assignment;
pub mod boundary;
pub mod comparison;
pub mod digest;
pub mod finding;
pub mod judge;
pub mod name;
pub mod observation;
pub mod rollout;
pub mod route;
pub mod rule;
pub mod side;
pub mod snapshot;
pub mod stats;
pub mod time;
pub mod verdict;
pub mod weight;

pub use boundary::Boundary;
pub use finding::Finding;
pub use judge::{Judge, JudgeState};
pub use name::{BoundaryName, Principal};
pub use rollout::{Command, Desired, Event, Refusal, Rollout};
pub use side::Side;
pub use snapshot::Snapshot;
pub use time::Time;
pub use verdict::{Reading, Verdict};
pub use weight::Weight;
