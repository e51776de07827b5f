//! Upgraded connections (WebSocket): bytes both ways once the upstream has said 101.
//!
//! The side is fixed at the handshake. Until the 101 the guard keeps whatever the client sends behind its request; a
//! refused upgrade throws it away and closes, so that none of it can be taken for a request.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use crate::counts::Count;
use crate::exchange::Exchange;
use crate::guard::Guard;
use crate::place::Place;
use crate::reply_body::ReplyBody;

/// Why an upgraded connection ended before both ends had closed it.
#[derive(Debug, Error)]
enum SpliceError {
    /// The 101 did not get through.
    #[error("the upgrade was not completed")]
    Handshake(#[from] hyper::Error),
    /// One of the sockets failed.
    #[error("an upgraded connection failed")]
    Io(#[from] io::Error),
    /// The sockets are not the ones that were handed to hyper.
    #[error("an upgraded connection has another socket than it began with")]
    Foreign,
    /// Nothing was said for too long.
    #[error("an upgraded connection was idle")]
    Idle,
}

/// A socket that remembers being used.
struct Touched {
    stream: TcpStream,
    touches: Arc<AtomicU64>,
}

/// Grants the upgrade: answers 101 and begins to pass bytes when that has been written.
pub(crate) fn grant(
    client: OnUpgrade,
    mut response: Response<Incoming>,
    exchange: Box<Exchange>,
) -> Response<ReplyBody> {
    let upstream = hyper::upgrade::on(&mut response);
    let core = Rc::clone(&exchange.core);
    core.counts.add(Count::Upgraded);
    exchange.streamed.set(true);
    exchange.finish_answered();
    let place = Place::keep(&core);
    let idle = core.shared.settings.times.upgraded_idle;
    core.tasks.spawn_named("upgraded", async move {
        if let Err(error) = splice(client, upstream, idle).await {
            tracing::debug!(error = %error, "upgraded connection ended");
        }
        // The request holds its place on the arm and in the process until here.
        drop((exchange, place));
    });
    let (head, _no_body) = response.into_parts();
    Response::from_parts(head, ReplyBody::Own(None))
}

async fn splice(client: OnUpgrade, upstream: OnUpgrade, idle: Duration) -> Result<(), SpliceError> {
    let (client, upstream) = (client.await?, upstream.await?);
    let (mut client, from_client) = client_socket(client)?;
    let (mut upstream, from_upstream) = upstream_socket(upstream)?;
    upstream.write_all(&from_client).await?;
    client.write_all(&from_upstream).await?;
    let touches = Arc::new(AtomicU64::new(0));
    let mut client = Touched { stream: client, touches: Arc::clone(&touches) };
    let both_ways = tokio::io::copy_bidirectional(&mut client, &mut upstream);
    tokio::select! {
        ended = both_ways => ended.map(drop).map_err(SpliceError::from),
        () = falls_silent(&touches, idle) => Err(SpliceError::Idle),
    }
}

/// Ends when a whole idle time has passed without a byte.
async fn falls_silent(touches: &AtomicU64, idle: Duration) {
    let mut before = touches.load(Ordering::Relaxed);
    loop {
        tokio::time::sleep(idle).await;
        let now = touches.load(Ordering::Relaxed);
        if now == before {
            return;
        }
        before = now;
    }
}

/// The client's socket, and what it sent behind its request.
fn client_socket(upgraded: Upgraded) -> Result<(TcpStream, Bytes), SpliceError> {
    let parts = upgraded.downcast::<TokioIo<Guard>>().map_err(|_| SpliceError::Foreign)?;
    let (stream, held) = parts.io.into_inner().into_parts();
    let early =
        if parts.read_buf.is_empty() { held } else { [parts.read_buf, held].concat().into() };
    Ok((stream, early))
}

/// The upstream's socket, and what it sent behind its 101.
fn upstream_socket(upgraded: Upgraded) -> Result<(TcpStream, Bytes), SpliceError> {
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().map_err(|_| SpliceError::Foreign)?;
    Ok((parts.io.into_inner(), parts.read_buf))
}

impl Touched {
    fn touch(&self) {
        self.touches.fetch_add(1, Ordering::Relaxed);
    }
}

impl AsyncRead for Touched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(task, buffer);
        if read.is_ready() {
            self.touch();
        }
        read
    }
}

impl AsyncWrite for Touched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(task, bytes);
        if written.is_ready() {
            self.touch();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}
