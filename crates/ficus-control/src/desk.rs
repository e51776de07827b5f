//! Where commands are handed in and the picture is read: what the API, the console and the command line talk to.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use ficus_model::digest::Digest;
use ficus_model::rollout::RolloutId;
use ficus_model::{BoundaryName, Command, Event, Principal, Refusal, Weight};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};

use crate::configuration::Configuration;
use crate::ledger::{ExportError, Ledger, ReadError, Report, StoredEntry};
use crate::sinks::Abort;
use crate::state::State;

/// Commands that may wait for the loop; more are answered `Busy`.
pub(crate) const URGENT_QUEUE_MAX: usize = 64;

/// What the loop is told by people, and by the data plane when it can not wait.
#[derive(Debug)]
pub(crate) enum Urgent {
    /// An operator's command.
    Command {
        boundary: BoundaryName,
        command: Command,
        reply: oneshot::Sender<Result<Vec<Event>, CommandError>>,
    },
    /// A whole configuration.
    Apply {
        configuration: Box<Configuration>,
        by: Principal,
        if_match: Option<Digest>,
        reply: oneshot::Sender<Result<Digest, ApplyError>>,
    },
    /// The data plane took a weight to zero by itself.
    Aborted(Abort),
}

/// Why a command had no effect, or not the whole effect.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CommandError {
    /// No such boundary in the applied configuration.
    #[error("there is no boundary `{0}`")]
    UnknownBoundary(BoundaryName),
    /// The machine says no.
    #[error("refused: {0}")]
    Refused(#[source] Refusal),
    /// The ledger can not record, so nothing may advance.
    #[error("the ledger could not record the command, nothing was changed: {0}")]
    Stalled(String),
    /// The weight is lowered already, but the ledger could not record it yet.
    #[error(
        "the weight was lowered, but the ledger could not record it yet; it is tried again until it can: {0}"
    )]
    Unrecorded(String),
    /// Too many commands wait.
    #[error("too many commands are waiting")]
    Busy,
    /// Control has ended.
    #[error("control has ended")]
    Closed,
}

/// Why a configuration was not applied; nothing of it was.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ApplyError {
    /// Somebody else has applied another configuration in between.
    #[error("the applied configuration is {current}, not {given}")]
    Outdated {
        /// What the sender took for current.
        given: Digest,
        /// What is current.
        current: Digest,
    },
    /// A boundary that serves live traffic is missing from the new configuration.
    #[error(
        "boundary `{boundary}` is missing, but {weight} of its live traffic goes to the service; roll it back first"
    )]
    Live {
        /// The boundary.
        boundary: BoundaryName,
        /// Its weight.
        weight: Weight,
    },
    /// A boundary's machine refuses its new plan.
    #[error("boundary `{boundary}` refuses its new plan")]
    Refused {
        /// The boundary.
        boundary: BoundaryName,
        /// Why.
        #[source]
        refusal: Refusal,
    },
    /// The ledger can not record, so nothing may change.
    #[error("the ledger could not record the configuration, nothing was changed: {0}")]
    Stalled(String),
    /// Too many commands wait.
    #[error("too many commands are waiting")]
    Busy,
    /// Control has ended.
    #[error("control has ended")]
    Closed,
}

/// A way to talk to the loop; cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(crate) urgent: mpsc::Sender<Urgent>,
    pub(crate) state: watch::Receiver<Arc<State>>,
    pub(crate) changes: watch::Receiver<u64>,
    pub(crate) ledger: Ledger,
}

impl Desk {
    /// The latest picture.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.borrow())
    }

    /// Counts the pictures; changes whenever there is a new one.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// Hands a command to a boundary's machine and waits until it is recorded or refused.
    pub async fn command(
        &self,
        boundary: &BoundaryName,
        command: Command,
    ) -> Result<Vec<Event>, CommandError> {
        let (reply, answer) = oneshot::channel();
        let boundary = boundary.clone();
        self.urgent.try_send(Urgent::Command { boundary, command, reply }).map_err(|unsent| {
            match unsent {
                mpsc::error::TrySendError::Full(_) => CommandError::Busy,
                mpsc::error::TrySendError::Closed(_) => CommandError::Closed,
            }
        })?;
        answer.await.unwrap_or(Err(CommandError::Closed))
    }

    /// Applies a configuration whole or not at all; `if_match` guards against overwriting somebody else's.
    pub async fn apply(
        &self,
        configuration: Configuration,
        by: Principal,
        if_match: Option<Digest>,
    ) -> Result<Digest, ApplyError> {
        let (reply, answer) = oneshot::channel();
        let configuration = Box::new(configuration);
        self.urgent.try_send(Urgent::Apply { configuration, by, if_match, reply }).map_err(
            |unsent| match unsent {
                mpsc::error::TrySendError::Full(_) => ApplyError::Busy,
                mpsc::error::TrySendError::Closed(_) => ApplyError::Closed,
            },
        )?;
        answer.await.unwrap_or(Err(ApplyError::Closed))
    }

    /// The ledger's entries at these positions; shorter where the ledger ends.
    pub async fn entries(&self, range: Range<u64>) -> Result<Vec<StoredEntry>, ReadError> {
        self.reading(move |ledger| ledger.entries(range)).await
    }

    /// Stored evidence by its content address.
    pub async fn evidence(&self, digest: Digest) -> Result<Option<Vec<u8>>, ReadError> {
        self.reading(move |ledger| ledger.evidence(digest)).await
    }

    /// The ledger's head as a signed note.
    pub async fn checkpoint(&self) -> Result<String, ReadError> {
        self.reading(Ledger::checkpoint).await
    }

    /// Writes the ledger as a static C2SP tree into an empty or earlier exported directory; returns its size.
    pub async fn export(&self, directory: PathBuf) -> Result<u64, ExportError> {
        let ledger = self.ledger.clone();
        let written = tokio::task::spawn_blocking(move || ledger.export(&directory));
        written.await.unwrap_or(Err(ExportError::Read(ReadError::Closed)))
    }

    /// Verifies the whole ledger, also against older checkpoints.
    pub async fn verify(&self, older: Vec<String>) -> Result<Report, ReadError> {
        self.reading(move |ledger| Ok(ledger.verify(&older))).await
    }

    /// A name for a rollout, should a promotion start one.
    pub fn fresh_rollout() -> Result<RolloutId, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(RolloutId(bytes))
    }

    async fn reading<T, F>(&self, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Ledger) -> Result<T, ReadError> + Send + 'static,
    {
        let ledger = self.ledger.clone();
        let answer = tokio::task::spawn_blocking(move || read(&ledger));
        answer.await.unwrap_or(Err(ReadError::Closed))
    }
}
