//! The meant form of the configuration: validated, with real units, and nothing optional that has a default.
//!
//! [`load`](load::load) reads every file, collects every finding and yields settings only when none of the findings is
//! an error: what is applied is whole or nothing. The file form lives in [`crate::file`].
//!
//! Code map: [`process`] (ficus.toml), [`identity`] (who may act), [`boundary`] (one boundary) with its [`surface`],
//! [`shadow`] and [`gates`], [`across`] (what only shows when all boundaries are seen together), [`mod@load`] (the files).

mod across;
mod boundary;
mod gates;
pub(crate) mod identity;
mod load;
mod process;
mod shadow;
mod surface;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ficus_control::identity::Identity;
use ficus_model::boundary::{Boundary, Upstream};
use ficus_model::{Time, Weight};

pub(crate) use load::{FILE_NAME, Loaded, Overrides, load};

/// A whole configuration.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// This process.
    pub(crate) process: InstanceSettings,
    /// The boundaries, each with the text it was read from.
    pub(crate) boundaries: Vec<Written>,
}

/// A boundary and the text that says so.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// What the text means.
    pub(crate) boundary: Boundary,
    /// The text.
    pub(crate) text: String,
    /// The file it stands in, for editing.
    pub(crate) file: PathBuf,
    /// Whether the file holds this boundary alone; else it is a `[[boundary]]` of `ficus.toml`.
    pub(crate) alone: bool,
}

/// What `ficus.toml` says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InstanceSettings {
    /// Where everything goes that no boundary claims.
    pub(crate) monolith: Upstream,
    /// Directory of the ledger, its keys and the operator's token.
    pub(crate) state: PathBuf,
    /// Where clients connect.
    pub(crate) gateway: SocketAddr,
    /// Threads that serve requests; `None` for one per core.
    pub(crate) workers: Option<usize>,
    /// How long requests in flight are given at the end.
    pub(crate) drain: Duration,
    /// Where the console and the API listen.
    pub(crate) control: SocketAddr,
    /// Names besides this machine's under which the console may be reached.
    pub(crate) hosts: Vec<String>,
    /// The ledger's name and where its head is published.
    pub(crate) ledger: LedgerSettings,
    /// Spans and access log.
    pub(crate) telemetry: Telemetry,
    /// Who may act and who may read.
    pub(crate) identities: Vec<Identity>,
}

/// The ledger's name and where its head is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LedgerSettings {
    /// A schema-less URL.
    pub(crate) origin: String,
    /// File that checkpoints are appended to; inside the state directory when `None`.
    pub(crate) anchors: Option<PathBuf>,
}

/// Spans and access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Telemetry {
    /// Collector of spans.
    pub(crate) otlp: Option<Upstream>,
    /// Where the access log goes.
    pub(crate) access_log: AccessLog,
    /// Share of requests that get a span and a line.
    pub(crate) sample: Weight,
}

/// Where the access log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccessLog {
    /// Nowhere.
    Off,
    /// To the standard output.
    Stdout,
    /// Appended to a file.
    File(PathBuf),
}

/// What reading needs besides the text: the directory that relative paths start from, and the present.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'s> {
    /// Directory of the file being read.
    pub(crate) directory: &'s std::path::Path,
    /// The present, for expiry dates.
    pub(crate) now: Time,
}

#[cfg(test)]
mod tests;
