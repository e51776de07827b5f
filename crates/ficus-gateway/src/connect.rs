//! A fresh connection to an upstream.
//!
//! Names are looked up at most once in a few seconds, and the last good answer is kept when a later look-up fails: a
//! name server's bad minute must not become ours.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use http_body::Body;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;

use crate::counts::{Count, PathCounts};
use crate::origin::Origin;
use crate::tasks::Tasks;

/// How long the addresses of a name are used before it is looked up again.
const LOOK_UP_AGE_MAX: Duration = Duration::from_secs(5);
/// Bytes of a reply that hyper may buffer.
const READ_BYTES_MAX: usize = 256 * 1024;

/// Opens the connections of one core.
pub(crate) struct Connector {
    /// How long a connection may take.
    limit: Duration,
    counts: Arc<PathCounts>,
    /// Where the tasks run that drive them.
    tasks: Rc<Tasks>,
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    /// The name has no address, and never had one.
    #[error("`{host}` could not be looked up")]
    LookUp {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No address accepted.
    #[error("`{host}` did not accept a connection")]
    Refused {
        /// The name.
        host: String,
        /// What the last address said.
        source: io::Error,
    },
    /// It took too long.
    #[error("`{host}` did not accept a connection in time")]
    Timeout {
        /// The name.
        host: String,
    },
}

impl Connector {
    /// Opens connections within `limit` each.
    pub(crate) fn new(limit: Duration, counts: &Arc<PathCounts>, tasks: &Rc<Tasks>) -> Self {
        Self { limit, counts: Arc::clone(counts), tasks: Rc::clone(tasks) }
    }

    /// Opens a connection and spawns the task that drives it. All addresses share the time there is.
    pub(crate) async fn connect<B>(&self, origin: &Origin) -> Result<SendRequest<B>, ConnectError>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
    {
        let host = || origin.upstream.host.clone();
        let opened = tokio::time::timeout(self.limit, open(origin)).await;
        let stream = opened.map_err(|_| ConnectError::Timeout { host: host() })??;
        let handshake = http1::Builder::new()
            .max_buf_size(READ_BYTES_MAX)
            .handshake(TokioIo::new(stream))
            .await;
        let (sender, connection) = handshake.map_err(|error| ConnectError::Refused {
            host: host(),
            source: io::Error::other(error),
        })?;
        self.counts.add(Count::Connected);
        self.tasks.spawn_named("upstream", async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::trace!(error = %error, "upstream connection ended");
            }
        });
        Ok(sender)
    }
}

async fn open(origin: &Origin) -> Result<TcpStream, ConnectError> {
    let host = || origin.upstream.host.clone();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses(origin).await?.iter() {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream
                    .set_nodelay(true)
                    .map_err(|source| ConnectError::Refused { host: host(), source })?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(ConnectError::Refused { host: host(), source: last })
}

/// Where the upstream is: an address as written, or what the name server says.
async fn addresses(origin: &Origin) -> Result<Arc<Vec<SocketAddr>>, ConnectError> {
    let (host, port) = (origin.upstream.host.as_str(), origin.upstream.port);
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if let Ok(address) = literal {
        return Ok(Arc::new(vec![SocketAddr::new(address, port)]));
    }
    let known = origin.addresses.load_full();
    if !known.is_empty() && !claims_look_up(origin) {
        return Ok(known);
    }
    match tokio::net::lookup_host((host, port)).await {
        Ok(found) => {
            let found: Arc<Vec<SocketAddr>> = Arc::new(found.collect());
            origin.addresses.store(Arc::clone(&found));
            Ok(found)
        }
        Err(error) if !known.is_empty() => {
            tracing::warn!(host, error = %error, "host could not be looked up, the last answer is kept");
            Ok(known)
        }
        Err(source) => Err(ConnectError::LookUp { host: host.to_owned(), source }),
    }
}

/// Whether the last answer is old and it is for this caller to ask again.
fn claims_look_up(origin: &Origin) -> bool {
    let mut looked_up = origin.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
    let old = looked_up.is_none_or(|at: Instant| at.elapsed() >= LOOK_UP_AGE_MAX);
    if old {
        *looked_up = Some(Instant::now());
    }
    old
}
