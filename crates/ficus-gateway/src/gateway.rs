//! The component: bound first, so that its port is known, then run until told to stop.
//!
//! Every worker is a thread of its own with a `current_thread` runtime, its own listening socket (`SO_REUSEPORT`), its
//! own pools and counters. Nothing a request needs is shared between threads except the table and a few atomics, so
//! nobody wakes anybody else.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use arc_swap::ArcSwap;
use ficus_model::Snapshot;
use socket2::{Domain, Protocol, Socket, Type};
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio_util::sync::CancellationToken;

use crate::controls::GatewayControls;
use crate::core::{Core, Shared};
use crate::counts::PathCounts;
use crate::lane::LaneSettings;
use crate::listener;
use crate::observe::SharedObserver;
use crate::origin::Origins;
use crate::reports::Reports;
use crate::settings::GatewaySettings;
use crate::table::RouteTable;

/// Connections the kernel keeps for a worker that is busy.
const BACKLOG: i32 = 1024;

/// A gateway with its sockets open.
pub struct Gateway {
    listeners: Vec<TcpListener>,
    local_addr: SocketAddr,
    shared: Arc<Shared>,
    controls: GatewayControls,
}

/// Why a gateway could not be bound.
#[derive(Debug, Error)]
pub enum BindError {
    /// The listening socket could not be opened.
    #[error("the gateway could not listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a running gateway ended before it was told to.
#[derive(Debug, Error)]
pub enum RunError {
    /// A worker's thread or runtime could not be started.
    #[error("gateway worker {worker} could not be started")]
    Start {
        /// Its number.
        worker: usize,
        /// What the system said.
        source: io::Error,
    },
    /// A worker ended by itself.
    #[error("gateway worker {worker} ended by itself")]
    Worker {
        /// Its number.
        worker: usize,
    },
}

impl Gateway {
    /// Opens the listening sockets and compiles the first table; nothing is accepted before [`Gateway::run`].
    ///
    /// # Errors
    ///
    /// [`BindError`] when a socket can not be opened.
    pub fn bind(
        settings: GatewaySettings,
        snapshot: Arc<Snapshot>,
        reports: Arc<dyn Reports>,
    ) -> Result<Self, BindError> {
        let workers = settings.workers.get();
        check_free(settings.listen)?;
        let first = listen(settings.listen)?;
        let failed = |source| BindError::Listen { address: settings.listen, source };
        let local_addr = first.local_addr().map_err(failed)?;
        let mut listeners = vec![first];
        for _ in 1..workers {
            listeners.push(listen(local_addr)?);
        }
        let origins = Origins::default();
        let lane_settings = LaneSettings::of(&settings);
        let table = RouteTable::compile(snapshot, None, &origins, &lane_settings);
        let table = Arc::new(ArcSwap::from_pointee(table));
        let shared = Arc::new(Shared {
            observer: SharedObserver::new(&settings, &table, reports),
            settings,
            lane_settings,
            table,
            origins,
            counts: (0..workers).map(|_| Arc::new(PathCounts::default())).collect(),
            connections: AtomicUsize::new(0),
            shutdown: CancellationToken::new(),
            drains: AtomicBool::new(false),
        });
        let controls = GatewayControls::new(Arc::clone(&shared));
        Ok(Self { listeners, local_addr, shared, controls })
    }

    /// Where clients are accepted.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The controls, for as long as anybody wants them.
    pub fn controls(&self) -> GatewayControls {
        self.controls.clone()
    }

    /// Serves until `shutdown`, then drains: nothing more is accepted, requests under way may end within the drain
    /// time, the rest is cut and counted.
    ///
    /// # Errors
    ///
    /// [`RunError`] when a worker could not be started or ended by itself; the others are stopped then.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), RunError> {
        let _stops = self.shared.shutdown.clone().drop_guard();
        let mut ends = Vec::new();
        for (worker, listener) in self.listeners.into_iter().enumerate() {
            ends.push(start(Arc::clone(&self.shared), worker, listener)?);
        }
        let all_ended = async {
            for (worker, end) in ends.into_iter().enumerate() {
                end.await.map_err(|_| RunError::Worker { worker })?;
            }
            Ok(())
        };
        tokio::pin!(all_ended);
        tokio::select! {
            () = shutdown.cancelled() => {}
            ended = &mut all_ended => return ended,
        }
        self.shared.drains.store(true, Ordering::Relaxed);
        self.shared.shutdown.cancel();
        all_ended.await
    }
}

/// Whether nobody else listens there. Sockets that share a port would let a second gateway take half the clients of the
/// first in silence; one that does not share is refused then.
fn check_free(address: SocketAddr) -> Result<(), BindError> {
    if address.port() == 0 {
        return Ok(());
    }
    let bound = TcpListener::bind(address).map(drop);
    bound.map_err(|source| BindError::Listen { address, source })
}

/// One listening socket; several share the port, and the kernel spreads connections over them.
fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    let open = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(TcpListener::from(socket))
    };
    open().map_err(|source| BindError::Listen { address, source })
}

/// Starts a worker's thread; the receiver yields when it has ended in order, and fails when it has not.
fn start(
    shared: Arc<Shared>,
    worker: usize,
    listener: TcpListener,
) -> Result<oneshot::Receiver<()>, RunError> {
    let (ended, end) = oneshot::channel();
    let failed = |source| RunError::Start { worker, source };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let work = move || {
        let local = LocalSet::new();
        let served = local.block_on(&runtime, serve(&shared, worker, listener));
        match served {
            Ok(()) => {
                // Nobody listens any more when the gateway itself was dropped.
                let _unheard = ended.send(());
            }
            Err(error) => tracing::error!(worker, error = %error, "gateway worker ended"),
        }
    };
    thread::Builder::new().name(format!("gateway-{worker}")).spawn(work).map_err(failed)?;
    Ok(end)
}

/// One worker from its first connection to the end of the drain.
async fn serve(shared: &Arc<Shared>, worker: usize, listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let core = Core::new(shared, worker);
    core.tasks.spawn_named("flush", Rc::clone(&core).flush());
    core.tasks.spawn_named("alarms", Rc::clone(&core.alarms).run());
    core.tasks.spawn_named("pool", Rc::clone(&core.pool).keep_swept());
    listener::accept(&core, listener).await;
    listener::drain(&core).await;
    Ok(())
}
