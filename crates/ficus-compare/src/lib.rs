//! Two answers and rules in; match, ignored or the smallest mismatch out. Pure: time and keys are arguments.
//!
//! Code map, in the order of the work:
//! - what is compared: [`answer`]; what may be overlooked: [`rules`]
//! - the comparison itself: [`compare()`]
//! - what may leave the machine: [`redact`]

#![forbid(unsafe_code)]

pub mod answer;
mod compare;
pub mod key;
pub mod redact;
pub mod rules;

pub use answer::Answer;
pub use compare::{Undecodable, compare};
pub use key::HashKey;
pub use redact::redact_request_line;
pub use rules::Rules;
