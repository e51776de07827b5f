//! The API over a real control and a data plane that takes every table.

mod acting;
mod events;
mod guard;
mod ledger;
mod probes;
mod reading;
mod stand;
