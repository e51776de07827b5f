//! One client connection: hyper over the guarded socket, its clock, and its end.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::core::Core;
use crate::counts::Count;
use crate::framing;
use crate::guard::{Guard, Signals, Waits};
use crate::request;
use crate::timer::Alarm;

/// Bytes of a client that hyper may buffer; more than the longest head, which is never seen in part.
const READ_BYTES_MAX: usize = 2 * framing::HEAD_BYTES_MAX;
/// How long the client has to read the last answer after the gateway has closed its half.
const LINGER: Duration = Duration::from_secs(1);

/// A client, as its requests see it. HTTP/1 has one request under way at a time, so one of everything suffices.
pub(crate) struct Peer {
    /// The core its connection belongs to.
    pub(crate) core: Rc<Core>,
    /// Its address, as it is told to upstreams.
    pub(crate) address: HeaderValue,
    /// Shared with the guard around its socket.
    pub(crate) signals: Arc<Signals>,
    /// The deadline of the request under way.
    pub(crate) alarm: Alarm,
    /// Requests whose answers are not complete.
    pub(crate) under_way: Cell<u32>,
    /// Requests begun so far.
    pub(crate) requests: Cell<u64>,
}

/// A place among the connections the process may have; given back when dropped.
pub(crate) struct Place(Rc<Core>);

/// A request whose answer is not complete; its connection is not idle.
pub(crate) struct UnderWay(Rc<Peer>);

impl UnderWay {
    /// One more.
    pub(crate) fn begin(peer: &Rc<Peer>) -> Self {
        peer.under_way.set(peer.under_way.get() + 1);
        Self(Rc::clone(peer))
    }

    /// Whose it is.
    pub(crate) fn peer(&self) -> &Rc<Peer> {
        &self.0
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.set(self.0.under_way.get() - 1);
    }
}

impl Place {
    /// Takes a place, if there is one.
    pub(crate) fn take(core: &Rc<Core>) -> Option<Self> {
        let connections = &core.shared.connections;
        if connections.fetch_add(1, Ordering::Relaxed) >= core.shared.settings.connections_max {
            connections.fetch_sub(1, Ordering::Relaxed);
            core.counts.add(Count::ConnectionsOverLimit);
            return None;
        }
        Some(Self::hold(core))
    }

    /// A place for what goes on after an upgrade, where one was held until now.
    pub(crate) fn keep(core: &Rc<Core>) -> Self {
        core.shared.connections.fetch_add(1, Ordering::Relaxed);
        Self::hold(core)
    }

    fn hold(core: &Rc<Core>) -> Self {
        core.counts.add(Count::Accepted);
        core.open.set(core.open.get() + 1);
        Self(Rc::clone(core))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.shared.connections.fetch_sub(1, Ordering::Relaxed);
        self.0.counts.add(Count::Ended);
        self.0.open.set(self.0.open.get() - 1);
        self.0.closed.notify_one();
    }
}

/// Serves one client until it leaves, its time runs out, or the drain closes it.
pub(crate) async fn serve(core: Rc<Core>, stream: TcpStream, address: SocketAddr, place: Place) {
    let signals = Arc::new(Signals::default());
    let clock = core.alarms.alarm();
    let peer = Rc::new(Peer {
        address: text_of(address),
        signals: Arc::clone(&signals),
        alarm: core.alarms.alarm(),
        under_way: Cell::new(0),
        requests: Cell::new(0),
        core: Rc::clone(&core),
    });
    let guard = TokioIo::new(Guard::new(stream, signals));
    let service = service_fn(|request| {
        let peer = Rc::clone(&peer);
        async move { Ok::<_, Infallible>(request::serve(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .auto_date_header(false)
        .title_case_headers(true)
        .header_read_timeout(None)
        .max_buf_size(READ_BYTES_MAX)
        .serve_connection(guard, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut known = false;
    let mut watched = Watched { clock, limits: &core, word: 0, draining: false };
    let ended = poll_fn(|task| {
        if !std::mem::replace(&mut known, true) {
            peer.signals.remember(task.waker());
        }
        loop {
            if watched.begins_drain() {
                connection.as_mut().graceful_shutdown();
            }
            if let Poll::Ready(ended) = connection.as_mut().poll(task) {
                return Poll::Ready(ended);
            }
            if watched.poll(&peer, task).is_pending() {
                return Poll::Pending;
            }
        }
    });
    if let Err(error) = ended.await {
        tracing::trace!(error = %error, "client connection ended");
    }
    drop(place);
}

/// The clock of a connection.
struct Watched<'a> {
    clock: Alarm,
    limits: &'a Core,
    /// The wait the clock was set for.
    word: u64,
    draining: bool,
}

impl Watched<'_> {
    /// Whether the drain has begun since this was last asked.
    fn begins_drain(&mut self) -> bool {
        !self.draining && self.limits.shared.draining() && {
            self.draining = true;
            true
        }
    }

    /// Sets the clock for what the client is waited for now; ready when the connection must be polled again.
    fn poll(&mut self, peer: &Peer, task: &Context<'_>) -> Poll<()> {
        let (waits, word) = peer.signals.watch();
        let waits = if waits == Waits::Request && peer.under_way.get() > 0 {
            Waits::Nothing
        } else {
            waits
        };
        let word = word << 8 | waits as u64;
        if word != self.word {
            self.word = word;
            self.set(waits);
        }
        if self.clock.poll_rung(task).is_ready() {
            self.clock.clear();
            peer.signals.expire(waits);
            return Poll::Ready(());
        }
        if !self.draining && self.limits.shared.draining() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn set(&self, waits: Waits) {
        let times = &self.limits.shared.settings.times;
        let limit = match waits {
            Waits::Nothing => return self.clock.clear(),
            Waits::Request => times.client_idle,
            Waits::Head => times.head,
            Waits::Body => times.request_body_idle,
            Waits::Lingering => LINGER,
        };
        self.clock.set(Instant::now() + limit);
    }
}

fn text_of(address: SocketAddr) -> HeaderValue {
    HeaderValue::try_from(address.ip().to_canonical().to_string())
        .unwrap_or(HeaderValue::from_static("unknown"))
}
