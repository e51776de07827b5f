//! The data plane of ficus: one proxy in front of the monolith and the services.
//!
//! A request passes these parts, one function each, and [`request`] reads top to bottom in this order:
//! `admit → route → authorise → split → forward → mirror → observe`.
//!
//! Code map:
//! - the component: [`gateway`] (bind, run, controls), [`settings`], [`reports`] (the port to control), [`core`]
//! - sockets: `listener`, `connection`, `guard` (the framing guard around the client's socket), `framing` (its pure
//!   half), `drain`, `timer`, `tasks`
//! - the path: `request`, `admit`, `table`, `authorise`, `split`, `forward`, `mirror`, `observe`
//! - upstreams: `origin` (a program that answers), `arm` (one side of a boundary: limits, ejection), `pool`
//! - bodies and answers: `body`, `upgrade`, `respond`, `exchange`
//!
//! **Invariant:** the gateway may lower a weight by itself and never raises one.
//! **Invariant:** a byte stream has one reading: what two parsers could read differently is refused.

#![forbid(unsafe_code)]

mod access_log;
mod arm;
mod authorise;
mod comparing;
mod controls;
mod core;
mod counts;
mod exchange;
mod gateway;
mod health;
mod listener;
mod metrics;
mod mirror;
mod observe;
mod origin;
mod otlp;
mod refusal;
mod reports;
mod sentinel;
mod settings;
mod split;
mod table;
mod tasks;

pub use access_log::AccessLogSettings;
pub use controls::{GatewayControls, Outdated};
pub use gateway::{BindError, Gateway, RunError};
pub use health::Health;
pub use otlp::OtlpSettings;
pub use reports::{Breach, Reports};
pub use settings::{GatewaySettings, Times};
