//! What one gateway process is told before it starts; everything else comes with snapshots.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use ficus_model::Weight;
use ficus_model::boundary::Upstream;

/// Settings of one gateway process, validated.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// Where clients are accepted; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Worker threads, each with its own listener, pools and counters.
    pub workers: NonZeroUsize,
    /// Client connections at once, over all workers; more are closed as they come.
    pub connections_max: usize,
    /// Root of the assignment secrets; every rollout derives its own from it.
    pub secret: [u8; 32],
    /// Whether a request may ask for a side with `Ficus-Side`. For installations whose clients are trusted.
    pub overrides: bool,
    /// The process-wide bounds of copies.
    pub mirror: MirrorSettings,
    /// Where spans are sent; nowhere when absent.
    pub otlp: Option<OtlpSettings>,
    /// Which requests are logged, and where; none when absent.
    pub access_log: Option<AccessLogSettings>,
    /// How long requests may go on after the shutdown began.
    pub drain: Duration,
    /// How long everything else may take.
    pub times: Times,
}

/// How long the parts of an exchange may take. A boundary's own timeout bounds the wait for the reply head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// From the first byte of a request head to its last.
    pub head: Duration,
    /// Between two requests of a client connection.
    pub client_idle: Duration,
    /// Between two pieces of a request body.
    pub request_body_idle: Duration,
    /// Without the client taking a byte of what it is sent.
    pub client_stall: Duration,
    /// For a connection to an upstream.
    pub connect: Duration,
    /// From the complete request head to the reply head, where no boundary claims the request.
    pub unclaimed_reply: Duration,
    /// Between two pieces of a reply body; event streams are exempt.
    pub reply_body_idle: Duration,
    /// How long an unused upstream connection is kept; shorter than the upstreams keep theirs.
    pub upstream_idle: Duration,
    /// Without a byte in either direction on an upgraded connection.
    pub upgraded_idle: Duration,
}

/// The process-wide bounds of copies; a boundary has bounds of its own in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MirrorSettings {
    /// Copies under way at once, over all cores.
    pub in_flight_max: NonZeroUsize,
    /// Copies that wait for a place, per core.
    pub waiting_max: usize,
    /// Bytes of requests and answers that copies hold, over all cores.
    pub bytes_max: usize,
    /// A core that is later than this for its own clock makes no copies: live requests wait as long already.
    pub lag_max: Duration,
    /// Threads that compare.
    pub compare_threads: NonZeroUsize,
}

/// Where spans are sent.
#[derive(Debug, Clone)]
pub struct OtlpSettings {
    /// The collector; OTLP over plain HTTP/1.1, usually port 4318.
    pub collector: Upstream,
    /// The path of its trace endpoint, usually `/v1/traces`.
    pub path: String,
    /// Share of the traces that begin here which are sampled. A trace that comes in keeps its own flag.
    pub sample: Weight,
}

/// Which requests are logged, and where.
#[derive(Debug, Clone)]
pub struct AccessLogSettings {
    /// Where lines go.
    pub destination: LogDestination,
    /// Share of the requests that ended well; the others are always logged.
    pub sample: Weight,
}

/// Where log lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogDestination {
    /// The standard output.
    Stdout,
    /// The end of this file, which is created when it is missing.
    File(PathBuf),
}

impl GatewaySettings {
    /// The defaults, for a gateway that listens on `listen`.
    pub fn new(listen: SocketAddr, secret: [u8; 32]) -> Self {
        Self {
            listen,
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            connections_max: 20_000,
            secret,
            overrides: false,
            mirror: MirrorSettings::default(),
            otlp: None,
            access_log: None,
            drain: Duration::from_secs(30),
            times: Times::default(),
        }
    }
}

impl Default for Times {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            client_idle: Duration::from_secs(60),
            request_body_idle: Duration::from_secs(30),
            client_stall: Duration::from_secs(30),
            connect: Duration::from_secs(1),
            unclaimed_reply: Duration::from_mins(1),
            reply_body_idle: Duration::from_secs(30),
            upstream_idle: Duration::from_secs(4),
            upgraded_idle: Duration::from_hours(1),
        }
    }
}

impl Default for MirrorSettings {
    fn default() -> Self {
        Self {
            in_flight_max: NonZeroUsize::MIN.saturating_add(511),
            waiting_max: 256,
            bytes_max: 64 << 20,
            lag_max: Duration::from_millis(100),
            compare_threads: NonZeroUsize::MIN,
        }
    }
}

impl OtlpSettings {
    /// The defaults for a collector: the usual path, one new trace in a hundred.
    pub fn new(collector: Upstream) -> Self {
        let sample = Weight::from_ppm(10_000).unwrap_or(Weight::FULL);
        Self { collector, path: "/v1/traces".to_owned(), sample }
    }
}
