//! The data plane of ficus: one proxy in front of the monolith and the services.
//!
//! A request passes these parts, one function each, and `request.rs` reads top to bottom in this order:
//! `admit → route → authorise → split → forward → mirror → observe`.
//!
//! Code map, from the bottom up. A line uses itself and the lines above it; within one, too, nothing imports in a circle,
//! and a tidy test says so.
//! - what is said and counted: `settings`, `refusal` (every reason for an answer of the gateway's own), `reports` (the
//!   port to control), `histogram`, `counters`, `counts`, `losses`, `coverage` (of comparisons)
//! - tools: `timer`, `tasks`, `threads`, `isolate`, `wall`, `trace`, `hop`, `key` (a caller's), `budget` (bytes of
//!   copies), `retries`
//! - a client: `framing` (the pure half), `guard` (the framing guard around its socket), `peer` (what its requests know
//!   of it), `interim`
//! - upstreams: `origin` (a program that answers), `arm` (one side of a boundary: limits, ejection), `connect`, `pool`,
//!   `reply`
//! - the table: `lane` (a boundary under one table), `table`, `eligible` (a request that could be compared)
//! - the path, in pure parts: `admit`, `authorise`, `split`
//! - side threads, fed by bounded queues: `otlp`, `access_log`, `health`, `sentinel` (judges and aborts), `comparing`
//! - what leaves the path: `observe`, `mirror`, `request_body` (which shows itself to the mirror)
//! - `core`: all of that put together, what one core owns and what all cores share
//! - the path on a core: `place`, `exchange` (a request's own record), `forward`, `reply_body`, `respond`, `upgrade`,
//!   and `request`
//! - the component: `connection`, `listener`, `metrics`, `controls`, `gateway` (bind, run)
//!
//! **Invariant:** the gateway may lower a weight by itself and never raises one.
//! **Invariant:** a byte stream has one reading: what two parsers could read differently is refused.

#![forbid(unsafe_code)]

mod access_log;
mod admit;
mod arm;
mod authorise;
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
mod peer;
mod place;
mod pool;
mod refusal;
mod reply;
mod reply_body;
mod reports;
mod request;
mod request_body;
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
