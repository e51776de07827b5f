//! Open-loop traffic: what customers of the shop would send, whether or not the answers keep up.
//!
//! Requests have due times that no answer can move (a Poisson process), and latency counts from the due time. A
//! closed loop would send less exactly when the system is slow, and so hide the very thing that is looked for.
//!
//! Nothing is ever sent twice: a connection that ends before its answer is whole is a failed request, as it would be
//! for a client that must not repeat itself. Every request is kept as a [`Record`], so any question about any
//! stretch of time can be answered afterwards.
//!
//! Threads and blocking sockets on purpose: at a thousand requests a second they are the smaller machine.

mod client;
mod mix;
mod record;
mod schedule;
mod shop;

use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;

use self::client::Connection;
use self::mix::Mix;
pub(crate) use self::record::{Answered, Cause, Latency, Record, Tally};
use self::schedule::Schedule;
use self::shop::{Login, Shop, log_in};

/// What traffic to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadSettings {
    /// Where to send it.
    pub(crate) target: SocketAddr,
    /// Requests per second; fewer on a machine that can not log customers in fast enough.
    pub(crate) rate: f64,
    /// Connections, and so the most requests in flight.
    pub(crate) connections: usize,
    /// Customers who are logged in; each is a subject of its own.
    pub(crate) customers: usize,
    /// Event streams that are held open all the time.
    pub(crate) streams: usize,
}

/// Traffic that is being made. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Traffic {
    shared: Arc<Shared>,
    rate: f64,
    threads: Vec<JoinHandle<()>>,
    streams: Vec<TcpStream>,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    stopping: AtomicBool,
    schedule: Schedule,
    mix: Mix,
    /// One list per connection, so that writers do not meet.
    records: Vec<Mutex<Vec<Record>>>,
    broken_streams: Mutex<Vec<Cause>>,
}

/// The traffic's rate is at most this share of the rate of logins, which work the whole path as hard as it goes: what
/// is left is for copies, comparisons and whatever else the machine does.
const RATE_SHARE: f64 = 0.4;
/// With fewer requests per second nothing is proven in any reasonable time.
const RATE_MIN: f64 = 200.0;
/// Longest a stream may be silent: the shop sends a heartbeat every 15 seconds.
const STREAM_SILENCE_MAX: Duration = Duration::from_secs(30);

impl Traffic {
    /// Logs everybody in through `settings.target` and starts sending.
    ///
    /// # Errors
    /// Somebody can not log in, or the shop is empty.
    pub(crate) fn start(settings: &LoadSettings) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let logins = log_in(settings.target, settings.customers, settings.connections)?;
        let rate = bearable_rate(settings, begun.elapsed());
        let shop = Shop::explore(settings.target).context("looking around in the shop")?;
        let streamed: Vec<Login> = logins.iter().take(settings.streams).cloned().collect();
        let shared = Arc::new(Shared {
            target: settings.target,
            stopping: AtomicBool::new(false),
            schedule: Schedule::new(Instant::now(), rate),
            mix: Mix::new(shop, logins),
            records: (0..settings.connections).map(|_| Mutex::default()).collect(),
            broken_streams: Mutex::default(),
        });
        let mut traffic = Self { shared, rate, threads: Vec::new(), streams: Vec::new() };
        for login in &streamed {
            traffic.open_stream(login)?;
        }
        for lane in 0..settings.connections {
            let shared = Arc::clone(&traffic.shared);
            traffic.spawn(&format!("load-{lane}"), move || shared.send_all(lane))?;
        }
        Ok(traffic)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
        let thread = std::thread::Builder::new().name(name.to_owned());
        self.threads.push(thread.spawn(work).context("a thread for traffic")?);
        Ok(())
    }

    fn open_stream(&mut self, login: &Login) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.shared.target, STREAM_SILENCE_MAX)
            .context("opening an event stream")?;
        self.streams.push(connection.socket()?);
        connection.send("GET", "/api/orders/events", Some(&login.token), "")?;
        let shared = Arc::clone(&self.shared);
        self.spawn("load-stream", move || {
            let ended = connection.drain();
            if !shared.stopping.load(Ordering::Acquire) {
                locked(&shared.broken_streams).push(ended);
            }
        })
    }

    /// Requests per second.
    pub(crate) const fn rate(&self) -> f64 {
        self.rate
    }

    /// Everything that was sent so far and has ended, in no particular order.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.shared.records.iter().flat_map(|lane| locked(lane).clone()).collect()
    }

    /// How the event streams ended that should not have.
    pub(crate) fn broken_streams(&self) -> Vec<Cause> {
        locked(&self.shared.broken_streams).clone()
    }

    /// Stops sending, waits for what is in flight, and returns everything.
    pub(crate) fn stop(mut self) -> (Vec<Record>, Vec<Cause>) {
        self.halt();
        (self.records(), self.broken_streams())
    }

    fn halt(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        for stream in self.streams.drain(..) {
            // A stream that is gone already needs no shutting down.
            let _gone = stream.shutdown(Shutdown::Both);
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so on standard error.
            let _panicked = thread.join();
        }
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.halt();
    }
}

impl Shared {
    /// One connection's work: take the next due request, wait for its time, send it, note what came of it.
    fn send_all(&self, lane: usize) {
        let mut connection = None;
        while !self.stopping.load(Ordering::Acquire) {
            let due = self.schedule.take();
            std::thread::sleep(due.at.saturating_duration_since(Instant::now()));
            let ask = self.mix.choose(due.random);
            let sent_at = SystemTime::now();
            let outcome = self.exchange(&mut connection, &ask);
            let latency = due.at.elapsed();
            let answered = match outcome {
                Ok(reply) => {
                    self.mix.learn(&ask, &reply);
                    ask.judge(&reply)
                }
                Err(cause) => {
                    connection = None;
                    Answered::failed(cause)
                }
            };
            if let Some(records) = self.records.get(lane) {
                locked(records).push(Record { route: ask.route, sent_at, latency, answered });
            }
        }
    }

    fn exchange(
        &self,
        connection: &mut Option<Connection>,
        ask: &mix::Ask,
    ) -> Result<client::Reply, Cause> {
        let mut open = match connection.take() {
            Some(open) => open,
            None => Connection::open(self.target, client::PATIENCE)?,
        };
        open.send(ask.method, &ask.target, ask.token.as_deref(), &ask.body)?;
        let reply = open.receive()?;
        if !reply.closing {
            *connection = Some(open);
        }
        Ok(reply)
    }
}

/// As many requests per second as asked for, if the machine can bear them.
#[expect(clippy::cast_precision_loss, reason = "customers are far below 2^52")]
fn bearable_rate(settings: &LoadSettings, took: Duration) -> f64 {
    let logins_per_second = settings.customers as f64 / took.as_secs_f64();
    settings.rate.min((logins_per_second * RATE_SHARE).max(RATE_MIN))
}

/// What a lock holds is whole after every statement here, so a panic elsewhere leaves nothing to fear.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
