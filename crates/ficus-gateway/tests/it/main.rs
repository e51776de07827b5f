//! The gateway over real sockets: an origin that records every byte, a client that sends any, a gateway between them.
//!
//! Nothing here sleeps: a test waits for what it expects, with a deadline, and ends by stopping the gateway, after
//! which every connection it held is closed and what the origin has recorded is final.

#![cfg(test)]

mod bodies;
mod boundaries;
mod cases;
mod client;
mod clock;
mod drain;
mod faults;
mod keep_alive;
mod message;
mod mirroring;
mod observing;
mod origin;
mod reload;
mod splitting;
mod streams;
mod world;
