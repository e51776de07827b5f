//! The thread that keeps the ledger and answers people: control's loop, the API and the console.
//!
//! The loop is a task of its own beside the listener, so that its end (also by a panic) is an answer the API can give
//! and not the end of the API.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use ficus_console::ConsoleParts;
use ficus_control::api::{ApiParts, guarded, router};
use ficus_control::identity::{Access, Hosts, Identities};
use ficus_control::{Control, Desk};
use ficus_gateway::GatewayControls;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::files::Files;
use super::ports::{InstanceSurroundings, PlanePort};
use crate::failure::chain;

/// How long a visitor in the middle of something may keep the process from ending.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(3);

/// What the thread is given.
pub(super) struct ControlParts {
    /// The loop, not yet running.
    pub(super) control: Control,
    /// Where API and console are reached.
    pub(super) console: TcpListener,
    /// Who may do what.
    pub(super) identities: Identities,
    /// Names the listener answers to.
    pub(super) hosts: Hosts,
    /// The way to the gateway.
    pub(super) plane: Arc<PlanePort>,
    /// The gateway, for its metrics.
    pub(super) controls: GatewayControls,
    /// The configuration's files.
    pub(super) files: Files,
}

/// The running thread.
pub(super) struct ControlThread {
    /// Where commands are handed in.
    pub(super) desk: Desk,
    /// The configuration's files.
    pub(super) files: Arc<Files>,
    thread: JoinHandle<()>,
}

/// Whether the control loop runs, and if not, why.
#[derive(Debug, Default)]
pub(super) struct LoopHealth(Mutex<Option<String>>);

impl LoopHealth {
    /// Why the loop does not run any more.
    pub(super) fn trouble(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ended(&self, trouble: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    }
}

/// Starts the thread. Event streams end with `streams`, the rest with `shutdown`.
///
/// # Errors
/// When the system gives no thread or no runtime.
pub(super) fn start(
    parts: ControlParts,
    streams: CancellationToken,
    shutdown: CancellationToken,
) -> io::Result<ControlThread> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ControlParts { control, console, identities, hosts, plane, controls, files } = parts;
    console.set_nonblocking(true)?;
    let files = Arc::new(files);
    let desk = control.desk();
    let control_loop = Arc::new(LoopHealth::default());
    let surroundings = InstanceSurroundings {
        files: Arc::clone(&files),
        controls,
        control_loop: Arc::clone(&control_loop),
    };
    let api = ApiParts {
        desk: desk.clone(),
        access: Arc::new(Access::new(identities)),
        plane,
        surroundings: Arc::new(surroundings),
        shutdown: streams,
    };
    let work = move || {
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            let ends = shutdown.clone();
            tasks.spawn(run_loop(control, control_loop, ends));
            if let Err(error) = answer(console, api, hosts, shutdown).await {
                tracing::error!(%error, "the console and the API have ended; the gateway goes on");
            }
            while tasks.join_next().await.is_some() {}
        });
    };
    let thread = thread::Builder::new().name("control".to_owned()).spawn(work)?;
    Ok(ControlThread { desk, files, thread })
}

impl ControlThread {
    /// Waits for the thread's end.
    pub(super) fn join(self) {
        if self.thread.join().is_err() {
            tracing::error!("the control thread has crashed");
        }
    }
}

async fn run_loop(control: Control, health: Arc<LoopHealth>, shutdown: CancellationToken) {
    let mut one = JoinSet::new();
    one.spawn(control.run(shutdown.clone()));
    let trouble = match one.join_next().await {
        Some(Ok(Ok(()))) | None if shutdown.is_cancelled() => return,
        Some(Ok(Ok(()))) | None => "the control loop has ended".to_owned(),
        Some(Ok(Err(error))) => chain(&error),
        Some(Err(error)) => format!("the control loop has crashed: {error}"),
    };
    tracing::error!(
        %trouble,
        "the gateway goes on with what it was last told; start ficus again to go on from the ledger"
    );
    health.ended(trouble);
}

async fn answer(
    console: TcpListener,
    api: ApiParts,
    hosts: Hosts,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(console)?;
    let pages = ConsoleParts {
        desk: api.desk.clone(),
        access: Arc::clone(&api.access),
        shutdown: api.shutdown.clone(),
    };
    let routes = guarded(router(api).merge(ficus_console::router(pages)), hosts);
    let ends = shutdown.clone().cancelled_owned();
    let answering = axum::serve(listener, routes).with_graceful_shutdown(ends);
    let patience = async {
        shutdown.cancelled().await;
        tokio::time::sleep(FAREWELL_TIME_MAX).await;
    };
    tokio::select! {
        ended = answering.into_future() => ended,
        () = patience => Ok(()),
    }
}
