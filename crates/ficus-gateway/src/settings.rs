//! What one gateway process is told before it starts; everything else comes with snapshots.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::access_log::AccessLogSettings;
use crate::mirror::MirrorSettings;
use crate::otlp::OtlpSettings;

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
