//! The control plane: ledger, loop, judges, API.

#![forbid(unsafe_code)]

pub mod state;
