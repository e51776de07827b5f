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
use crate::refusal::Refusal;
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
    let mut watched = Watched { clock, core: &core, word: (Wanted::Nothing, 0), draining: false };
    let ended = poll_fn(|task| {
        if !std::mem::replace(&mut known, true) {
            peer.signals.remember(task.waker());
        }
        loop {
            if watched.begins_drain() {
                connection.as_mut().graceful_shutdown();
            }
            if let Poll::Ready(ended) = connection.as_mut().poll(task) {
                return Poll::Ready(Some(ended));
            }
            match watched.poll(&peer, task) {
                Watch::Goes => return Poll::Pending,
                Watch::Again => {}
                Watch::Over => return Poll::Ready(None),
            }
        }
    });
    match ended.await {
        Some(Err(error)) if error.is_parse() => core.counts.refused(Refusal::Malformed),
        Some(Err(error)) => tracing::trace!(error = %error, "client connection ended"),
        Some(Ok(())) => {}
        None => tracing::debug!("client took no more of its answer"),
    }
    drop(place);
}

/// What the connection is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Nothing that has a limit.
    Nothing,
    /// Something from the client.
    Bytes(Waits),
    /// Room for more of its answer.
    Room,
}

/// What the clock says.
enum Watch {
    /// Nothing yet.
    Goes,
    /// The connection is to be polled again.
    Again,
    /// The connection is to be given up.
    Over,
}

/// The clock of a connection.
struct Watched<'a> {
    clock: Alarm,
    core: &'a Core,
    /// What the clock was set for, with the number of that wait.
    word: (Wanted, u64),
    draining: bool,
}

impl Watched<'_> {
    /// Whether the drain has begun since this was last asked.
    fn begins_drain(&mut self) -> bool {
        let begins = !self.draining && self.core.shared.draining();
        self.draining |= begins;
        begins
    }

    /// Sets the clock for what the client is waited for now, and looks at it.
    fn poll(&mut self, peer: &Peer, task: &Context<'_>) -> Watch {
        let word = wanted(peer);
        if word != self.word {
            self.word = word;
            self.set(word.0);
        }
        if self.clock.poll_rung(task).is_ready() {
            self.clock.clear();
            return self.ring(peer);
        }
        let drains = !self.draining && self.core.shared.draining();
        if drains { Watch::Again } else { Watch::Goes }
    }

    fn ring(&self, peer: &Peer) -> Watch {
        match self.word.0 {
            Wanted::Nothing => Watch::Goes,
            Wanted::Room => Watch::Over,
            Wanted::Bytes(waits) => {
                peer.signals.expire(waits);
                Watch::Again
            }
        }
    }

    fn set(&self, wanted: Wanted) {
        let times = &self.core.shared.settings.times;
        let limit = match wanted {
            Wanted::Nothing | Wanted::Bytes(Waits::Nothing) => return self.clock.clear(),
            Wanted::Bytes(Waits::Request) => times.client_idle,
            Wanted::Bytes(Waits::Head) => times.head,
            Wanted::Bytes(Waits::Body) => times.request_body_idle,
            Wanted::Bytes(Waits::Lingering) => LINGER,
            Wanted::Room => times.client_stall,
        };
        self.clock.set(Instant::now() + limit);
    }
}

/// What is wanted of the client now. One that awaits its answer is not idle.
fn wanted(peer: &Peer) -> (Wanted, u64) {
    if let Some(number) = peer.signals.stall() {
        return (Wanted::Room, number);
    }
    match peer.signals.watch() {
        (Waits::Nothing, number) => (Wanted::Nothing, number),
        (Waits::Request, number) if peer.under_way.get() > 0 => (Wanted::Nothing, number),
        (waits, number) => (Wanted::Bytes(waits), number),
    }
}

fn text_of(address: SocketAddr) -> HeaderValue {
    HeaderValue::try_from(address.ip().to_canonical().to_string())
        .unwrap_or(HeaderValue::from_static("unknown"))
}
