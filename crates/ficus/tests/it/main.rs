//! Journeys with the built `ficus`: real processes, real sockets, one per promise.
//!
//! Journeys that need nothing but ficus itself and take seconds run always. Those that take longer, or need another
//! program (Go, Python, curl), run only with `RUN_SLOW_TESTS=1`; with it a missing program is a failure, without it
//! they return at once and say so.
//!
//! Code map: `process` (a ficus of a test's own), `origin` (a monolith or a service made of threads), `traffic`
//! (clients), `scratch` (directories), then one module per group of journeys.

#![forbid(unsafe_code)]

mod browser;
mod clients;
mod configuration;
mod crashes;
mod ledger;
mod ledger_third_party;
mod metrics;
mod operation;
mod origin;
mod process;
mod refusals;
mod rollout;
mod scratch;
mod third_party;
mod traffic;

use std::io::Write as _;

/// Whether journeys that take long or need other programs run.
fn slow(test: &str) -> bool {
    let wanted = std::env::var_os("RUN_SLOW_TESTS").is_some_and(|value| value == "1");
    if !wanted {
        say(&format!("{test}: not run, RUN_SLOW_TESTS=1 is not set"));
    }
    wanted
}

/// Says something to whoever reads the output of a test.
fn say(text: &str) {
    let _gone = writeln!(std::io::stderr().lock(), "{text}");
}
