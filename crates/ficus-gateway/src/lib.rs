//! The data plane of ficus: one proxy in front of the monolith and the services.
//!
//! A request passes these parts, one function each, and `request.rs` reads top to bottom in this order:
//! `admit → route → authorise → split → forward → mirror → observe`.
//!
//! Code map:
//! - the component: `gateway` (bind, run), `controls`, `settings`, `reports` (the port to control), `core` (what one core
//!   owns)
//! - a client: `listener`, `place`, `connection`, `guard` (the framing guard around its socket), `framing` (its pure
//!   half), `interim`
//! - the path: `request`, `admit`, `table` (with `lane`, a boundary under one table), `authorise`, `split`, `forward`,
//!   `reply`, `mirror`, `observe`; a request's own record is its `exchange`
//! - bodies and answers: `body`, `upgrade`, `respond`, `refusal` (every reason for an answer of the gateway's own), `hop`
//! - upstreams: `origin` (a program that answers), `arm` (one side of a boundary: limits, ejection), `connect`, `pool`
//! - a core's tools: `timer`, `tasks`, `isolate`, `counts`
//! - evidence: `counters`, `histogram`, `coverage` (of comparisons), `trace`
//! - side threads, fed by bounded queues: `comparing`, `sentinel` (judges and aborts), `otlp`, `access_log`, `health`
//! - what is shown: `metrics`, `health`
//!
//! **Invariant:** the gateway may lower a weight by itself and never raises one.
//! **Invariant:** a byte stream has one reading: what two parsers could read differently is refused.

#![forbid(unsafe_code)]

mod access_log;
mod admit;
mod arm;
mod authorise;
mod body;
mod budget;
mod comparing;
mod connect;
mod connection;
mod controls;
mod core;
mod counters;
mod counts;
mod coverage;
mod eligible;
mod exchange;
#[cfg(test)]
mod fixture;
mod forward;
mod framing;
mod gateway;
mod guard;
mod health;
mod histogram;
mod hop;
mod interim;
mod isolate;
mod key;
mod lane;
mod listener;
mod losses;
pub mod metrics;
mod mirror;
mod observe;
mod origin;
mod otlp;
mod place;
mod pool;
mod refusal;
mod reply;
mod reports;
mod request;
mod respond;
mod retries;
mod sentinel;
mod settings;
mod split;
mod table;
mod tasks;
mod threads;
mod timer;
mod trace;
mod upgrade;
mod wall;

pub use controls::{GatewayControls, Outdated};
pub use gateway::{BindError, Gateway, RunError};
pub use health::{Dependency, Health};
pub use reports::{Breach, Reports};
pub use settings::{
    AccessLogSettings, GatewaySettings, LogDestination, MirrorSettings, OtlpSettings, Times,
};
