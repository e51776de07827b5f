//! The ficus command: configuration, wiring, diagnostics.

#![forbid(unsafe_code)]

mod file;
mod moment;
mod settings;

fn main() {}
