//! Connections that can be made to misbehave below HTTP: broken off, or answering with contradicting lengths.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::faults::Faults;

/// What no client can make sense of: a proxy that passes it on smuggles.
const GARBAGE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\ngarbage";

/// A listener whose connections obey the faults.
pub(crate) struct FaultyListener {
    pub(crate) inner: TcpListener,
    pub(crate) faults: Arc<Faults>,
}

/// One connection of it.
pub(crate) struct FaultyConnection {
    inner: TcpStream,
    faults: Arc<Faults>,
}

impl Listener for FaultyListener {
    type Io = FaultyConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.inner.accept().await {
                Ok((inner, peer)) => {
                    // Without it small answers wait for the client's acknowledgement.
                    if inner.set_nodelay(true).is_ok() {
                        return (
                            FaultyConnection { inner, faults: Arc::clone(&self.faults) },
                            peer,
                        );
                    }
                }
                // Out of descriptors, most likely: give connections time to close.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

impl AsyncRead for FaultyConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for FaultyConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.faults.reset() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if self.faults.garbage() {
            // Small enough for one write; what is left of the true answer is dropped.
            return Pin::new(&mut self.inner).poll_write(context, GARBAGE).map_ok(|_| bytes.len());
        }
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
