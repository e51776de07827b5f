//! Two answers and rules in; match, ignored or the smallest mismatch out. Pure: time and keys are arguments.
//!
//! Code map, in the order of the work:
//! - what is compared: [`answer`]; what may be overlooked, compiled: [`rules`], its `path` and its tree of `places`
//! - the comparison itself: [`compare()`], with `media` types and `header` values
//! - proof by hash: `digest` (the hash), `mask` (rules acting on it), `stream` (from text), `tree` (from a tree)
//! - proof by tree: `json` and `form` to `node`, `number` and `timestamp`, `align` for arrays, `diff`, `spot`, `text`
//! - what may leave the machine: `redact` and `show`, and with them [`redact_request_line`]
//!
//! **Invariant:** a hash may only prove a match or an ignored difference; a mismatch is always shown by the diff.
//! **Invariant:** no text leaves this crate that was not redacted and bounded.

#![forbid(unsafe_code)]

mod align;
pub mod answer;
mod compare;
mod diff;
mod digest;
mod form;
mod header;
mod json;
pub mod key;
mod mask;
mod media;
mod node;
mod number;
mod path;
mod places;
mod redact;
mod request;
pub mod rules;
mod show;
mod spot;
mod stream;
mod text;
mod timestamp;
mod tree;

pub use answer::Answer;
pub use compare::{Undecodable, compare};
pub use key::HashKey;
pub use request::redact_request_line;
pub use rules::Rules;
