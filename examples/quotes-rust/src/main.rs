//! The quotes boundary of the shop as a Rust service.
//!
//! ```text
//! service      the routes, as the monolith answers them      faults       what the demonstration plants
//! pricing      cents and rounding; pure                      connection   faults below HTTP
//! wire gojson  the forms on the wire, byte for byte Go's     settings     the environment
//! rates        PostgreSQL, with a role that can not write
//! ```
//!
//! **Invariant:** no request changes anything anywhere, so every route may be mirrored.

#![forbid(unsafe_code)]

mod connection;
mod faults;
mod gojson;
mod pricing;
mod rates;
mod service;
mod settings;
mod wire;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::connection::FaultyListener;
use crate::rates::{Database, RatesError};
use crate::service::{Service, admin_router, router};
use crate::settings::{BadSettings, Settings};

/// Why the service ended before it was asked to.
#[derive(Debug, Error)]
enum RunError {
    #[error(transparent)]
    Settings(#[from] BadSettings),
    #[error(transparent)]
    Rates(#[from] RatesError),
    #[error("listening: {0}")]
    Listen(#[from] io::Error),
}

fn main() -> ExitCode {
    // More than one thread, so that one that waits for its turn on a busy machine holds nobody else up.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => Err(RunError::Listen(error)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("quotes-rust: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), RunError> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let faults = Arc::new(settings.faults);
    let rates = Database::open(settings.database_url, settings.connections).await?;
    let listener = TcpListener::bind(settings.listen).await?;
    let admin = TcpListener::bind(settings.admin_listen).await?;
    say(&format!("listening on {}, faults: {faults}", listener.local_addr()?));

    let service = Service { rates, faults: Arc::clone(&faults), now: Timestamp::now };
    let listener = FaultyListener { inner: listener, faults: Arc::clone(&faults) };
    let mut stop = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = async { axum::serve(listener, router(service)).await } => ended?,
        ended = async { axum::serve(admin, admin_router(faults)).await } => ended?,
        _ = stop.recv() => say("stopping"),
    }
    Ok(())
}

fn say(line: &str) {
    // Nobody is left to tell when standard error is closed.
    let _unwritten = writeln!(io::stderr(), "{line}");
}
