//! The loop: commands in, events recorded, desires handed to the data plane.
//!
//! One thread of its own runs it, because recording waits for the disk. Operators' commands and aborts come first,
//! then the clock, then evidence, so that no flood of evidence can delay a kill.
//!
//! Code map: `engine` takes one input at a time, `carry_out` and `apply` are what it does with commands and
//! configurations, `seat` is one boundary in it, `stall` what it does when nothing can be recorded, `brakes` what
//! of that outlives the process, `table` what the data plane is given, `picture` what people see, `keys` who signs.

mod apply;
mod brakes;
mod carry_out;
mod engine;
mod keys;
mod picture;
mod seat;
mod stall;
mod table;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ficus_model::{Principal, Snapshot, Time};
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::configuration::Configuration;
use crate::desk::{ApplyError, Desk, URGENT_QUEUE_MAX, Urgent};
use crate::ledger::ReadError;
use crate::ledger::anchor::{self, FileAnchor, LogAnchor};
use crate::ledger::note::{Checkpoint, VerifierKey};
use crate::ledger::recorder::Recorder;
use crate::ledger::store::{SqliteStore, Store, StoreError};
use crate::plane::DataPlane;
use crate::sinks::{EVIDENCE_QUEUE_MAX, Evidence, Sinks};
use crate::state::State;

use brakes::Brakes;
use engine::{Engine, Folded, Parts};
pub use keys::KeyError;

/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(250);
/// Between two pictures when only evidence has changed.
const PICTURE_EVERY: Duration = Duration::from_secs(1);
/// Batches of evidence taken in at once.
const BATCHES_AT_ONCE: usize = 64;

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
    /// Another process works on this directory.
    #[error("another process uses the state directory `{path}`", path = .0.display())]
    InUse(PathBuf),
    /// A file of the state directory could not be used.
    #[error("could not use `{path}`", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The signing key could not be used.
    #[error("no key to sign the ledger with")]
    Key(#[from] KeyError),
    /// The store could not be opened.
    #[error("could not open the ledger")]
    Store(#[from] StoreError),
    /// The ledger can not be read or not be believed.
    #[error("the ledger can not be built upon")]
    Ledger(#[from] ReadError),
    /// The configuration does not fit what the ledger says.
    #[error("could not apply the configuration")]
    Configuration(#[from] ApplyError),
}

/// Why control ended by itself. Start again and the ledger is folded anew.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RunError {
    /// The ledger is not what was written, or somebody else writes it.
    #[error("the ledger can not be built upon any more")]
    Ledger(#[source] StoreError),
    /// A broken invariant.
    #[error("the control loop has crashed")]
    Crashed,
}

/// The control plane of one process.
pub struct Control {
    engine: Engine,
    desk: Desk,
    sinks: Sinks,
    inbox: Inbox,
    state: watch::Sender<Arc<State>>,
    changes: watch::Sender<u64>,
    /// Kept open: the lock on the state directory lasts as long.
    lock: File,
}

/// What the loop waits for, the most urgent first.
struct Inbox {
    urgent: mpsc::Receiver<Urgent>,
    evidence: mpsc::Receiver<Evidence>,
    shutdown: CancellationToken,
}

/// What the loop is told. A closed set.
enum Input {
    Urgent(Urgent),
    Evidence(Vec<Evidence>),
    Tick,
    Shutdown,
}

impl Control {
    /// Folds the ledger to the state it describes, applies the configuration, and is ready to [`Control::run`].
    ///
    /// # Errors
    /// The state directory, its key or its ledger can not be used, or the configuration does not fit.
    pub fn open(settings: ControlSettings, plane: Arc<dyn DataPlane>) -> Result<Self, OpenError> {
        let directory = &settings.directory;
        let lock = lock(directory)?;
        let signer = keys::signer(directory, &settings.origin)?;
        let anchors = settings.anchors.clone();
        let anchors = anchors.unwrap_or_else(|| directory.join("anchors").join("checkpoints.txt"));
        let published = published(&anchors, signer.verifier())?;
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&directory.join("ledger.db"))?);
        let mut folded = Folded::default();
        let fold = |entry: &_| folded.entry(entry);
        let mut recorder = Recorder::open(Arc::clone(&store), signer, &published, fold)?;
        let file = FileAnchor::open(&anchors);
        recorder.anchor(Box::new(file.map_err(|error| file_error(&anchors, error))?));
        recorder.anchor(Box::new(LogAnchor));
        let path = directory.join("brakes");
        let brakes = Brakes::open(&path).map_err(|error| file_error(&path, error))?;
        let parts = Parts { recorder, store, plane, brakes };
        let configuration = (settings.configuration, settings.by);
        let engine = Engine::open(parts, folded, configuration, wall_clock())?;
        Ok(Self::around(engine, lock))
    }

    fn around(engine: Engine, lock: File) -> Self {
        let (urgent, urgent_end) = mpsc::channel(URGENT_QUEUE_MAX);
        let (evidence, evidence_end) = mpsc::channel(EVIDENCE_QUEUE_MAX);
        let (state, state_end) = watch::channel(Arc::new(picture::picture(&engine)));
        let (changes, changes_end) = watch::channel(0);
        let ledger = engine.recorder.ledger();
        let desk = Desk { urgent: urgent.clone(), state: state_end, changes: changes_end, ledger };
        let sinks = Sinks { evidence, urgent, dropped: Arc::new(AtomicU64::new(0)) };
        let shutdown = CancellationToken::new();
        let inbox = Inbox { urgent: urgent_end, evidence: evidence_end, shutdown };
        Self { engine, desk, sinks, inbox, state, changes, lock }
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
        Arc::clone(self.engine.table.snapshot())
    }

    /// Runs until told to stop; what was accepted before is recorded.
    ///
    /// # Errors
    /// The ledger can not be built upon any more, or an invariant is broken.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), RunError> {
        self.inbox.shutdown = shutdown;
        let runtime = Handle::current();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let turning = tokio::task::spawn_blocking(move || self.turn(&runtime, ticks));
        turning.await.unwrap_or(Err(RunError::Crashed))
    }

    fn turn(mut self, runtime: &Handle, mut ticks: Interval) -> Result<(), RunError> {
        let mut looked = Instant::now();
        loop {
            let input = runtime.block_on(self.inbox.next(&mut ticks));
            let elapsed = looked.elapsed();
            looked += elapsed;
            self.engine.at(wall_clock(), elapsed);
            match input {
                Input::Urgent(urgent) => self.urgent(urgent),
                Input::Evidence(batches) => {
                    batches.iter().for_each(|batch| self.engine.evidence(batch));
                }
                Input::Tick => self.engine.tick(),
                Input::Shutdown => break,
            }
            if let Some(broken) = self.engine.take_broken() {
                return Err(broken);
            }
            let shown = Arc::clone(&self.state.borrow());
            let decided = self.engine.recorder.head().0 != shown.head.size;
            if decided || self.engine.now.since(shown.at) >= PICTURE_EVERY {
                self.show();
            }
        }
        self.engine.keep_drafts();
        drop(self.lock);
        Ok(())
    }

    /// A reply nobody waits for any more is no error.
    fn urgent(&mut self, urgent: Urgent) {
        let unheard = match urgent {
            Urgent::Command { boundary, command, reply } => {
                let answer = self.engine.operate(&boundary, command);
                self.show();
                reply.send(answer).is_err()
            }
            Urgent::Apply { configuration, by, if_match, reply } => {
                let answer = self.engine.apply(*configuration, by, if_match);
                self.show();
                reply.send(answer).is_err()
            }
            Urgent::Aborted(abort) => {
                self.engine.aborted(abort);
                false
            }
        };
        if unheard {
            tracing::debug!("nobody waits for the answer any more");
        }
    }

    fn show(&self) {
        self.state.send_replace(Arc::new(picture::picture(&self.engine)));
        self.changes.send_modify(|count| *count += 1);
    }
}

impl Inbox {
    /// Every arm is cancel-safe: what a channel has not given out stays in it.
    async fn next(&mut self, ticks: &mut Interval) -> Input {
        let mut batches = Vec::new();
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Input::Shutdown,
            Some(urgent) = self.urgent.recv() => Input::Urgent(urgent),
            _ = ticks.tick() => Input::Tick,
            _ = self.evidence.recv_many(&mut batches, BATCHES_AT_ONCE) => Input::Evidence(batches),
        }
    }
}

/// Microseconds since the epoch, as the system's clock has it; it may jump, the engine's time does not.
fn wall_clock() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::EPOCH.plus(since)
}

fn file_error(path: &Path, error: io::Error) -> OpenError {
    OpenError::File { path: path.to_owned(), error }
}

/// Locks the state directory against a second process; the lock ends with this one, however it ends.
fn lock(directory: &Path) -> Result<File, OpenError> {
    fs::create_dir_all(directory).map_err(|error| file_error(directory, error))?;
    let path = directory.join("lock");
    let file = File::create(&path).map_err(|error| file_error(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse(directory.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(file_error(&path, error)),
    }
}

/// The checkpoints in the anchor file; lines somebody added are passed over.
fn published(anchors: &Path, verifier: &VerifierKey) -> Result<Vec<Checkpoint>, OpenError> {
    match fs::read_to_string(anchors) {
        Ok(text) => {
            let notes = anchor::notes(&text);
            Ok(notes.filter_map(|note| verifier.open_checkpoint(&note).ok()).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(file_error(anchors, error)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
