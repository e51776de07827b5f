//! The loop: commands in, events recorded, desires handed to the data plane.

use std::path::PathBuf;
use std::sync::Arc;

use ficus_model::{Principal, Snapshot};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::configuration::Configuration;
use crate::desk::Desk;
use crate::plane::DataPlane;
use crate::sinks::Sinks;

/// What control needs to start.
#[derive(Debug, Clone)]
pub struct ControlSettings {
    /// Where ledger, key and anchors are kept; created when missing.
    pub directory: PathBuf,
    /// The log's name: a schema-less URL without spaces or `+`, such as `example.com/migration`.
    pub origin: String,
    /// The append-only file checkpoints are published to; `anchors/checkpoints.txt` in the directory when absent.
    pub anchors: Option<PathBuf>,
    /// What is in force from the start; a difference to what the ledger says is applied and recorded.
    pub configuration: Configuration,
    /// Who answers for that.
    pub by: Principal,
}

/// Why control could not start.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The configuration does not fit what the ledger says.
    #[error("could not apply the configuration")]
    Configuration(#[from] crate::desk::ApplyError),
}

/// Why control ended by itself.
#[derive(Debug, Error)]
pub enum RunError {
    /// A broken invariant; start again and the ledger is folded anew.
    #[error("the control loop has crashed")]
    Crashed,
}

/// The control plane of one process.
#[derive(Debug)]
pub struct Control {
    desk: Desk,
    sinks: Sinks,
    snapshot: Arc<Snapshot>,
}

impl Control {
    /// Folds the ledger to the state it describes, applies the configuration, and is ready to [`Control::run`].
    pub fn open(_settings: ControlSettings, _plane: Arc<dyn DataPlane>) -> Result<Self, OpenError> {
        Err(OpenError::Configuration(crate::desk::ApplyError::Closed))
    }

    /// Where commands are handed in and the picture is read.
    pub fn desk(&self) -> Desk {
        self.desk.clone()
    }

    /// Where the data plane leaves what it saw.
    pub fn sinks(&self) -> Sinks {
        self.sinks.clone()
    }

    /// The table the data plane should start with.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    /// Runs until told to stop; what was accepted before is recorded.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), RunError> {
        shutdown.cancelled().await;
        Ok(())
    }
}
