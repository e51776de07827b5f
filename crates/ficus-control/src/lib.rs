//! The control plane: ledger, loop, judges, API.
//!
//! Code map, from what is kept to who asks:
//! - what is kept: [`ledger`] (tree, signed head, store, verification, export)
//! - what a verdict rests on: [`evidence`]
//! - what is applied: [`configuration`]
//! - what is driven: [`plane`] (the port to the data plane)
//! - who judges: `jury`
//! - what decides: [`control`] (the loop), fed through [`sinks`]
//! - who asks: [`identity`] (who they are), [`api`] (over HTTP), [`wire`] (in which words), [`desk`] (commands and reading), [`state`] (the picture pages are made from)

#![forbid(unsafe_code)]

pub mod api;
pub mod configuration;
pub mod control;
pub mod desk;
pub mod evidence;
pub mod identity;
mod jury;
pub mod ledger;
pub mod plane;
pub mod sinks;
pub mod state;
pub mod wire;

#[cfg(test)]
mod scratch;

pub use configuration::Configuration;
pub use control::{Control, ControlSettings, OpenError, RunError};
pub use desk::{ApplyError, CommandError, Desk};
pub use plane::{DataPlane, PlaneHealth};
pub use sinks::{Abort, Sinks};
pub use state::State;
