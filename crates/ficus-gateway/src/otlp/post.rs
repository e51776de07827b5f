//! One `POST` over plain HTTP/1.1, blocking, on the exporter's own thread.
//!
//! A connection per batch: at one batch a second there is nothing to save, and a connection that is closed can not be
//! stale.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use ficus_model::boundary::Upstream;
use thiserror::Error;

/// Longest wait for a connection, for the body to be taken, and for the answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of the answer that are looked at: its status line is in them.
const ANSWER_BYTES_MAX: u64 = 512;

/// A trace endpoint.
#[derive(Debug)]
pub(super) struct Collector {
    host: String,
    port: u16,
    path: String,
}

/// Why a batch was not taken.
#[derive(Debug, Error)]
pub(super) enum PostError {
    /// The collector can not be reached, or went away.
    #[error("the collector can not be reached")]
    Unreachable(#[from] io::Error),
    /// The collector's name has no address.
    #[error("the collector's name has no address")]
    NoAddress,
    /// The collector refused the batch, or did not speak HTTP.
    #[error("the collector answered `{0}`")]
    Refused(String),
}

impl Collector {
    /// The endpoint at this path.
    pub(super) fn new(collector: &Upstream, path: &str) -> Self {
        Self { host: collector.host.clone(), port: collector.port, path: path.to_owned() }
    }

    /// Posts one batch.
    pub(super) fn post(&self, body: &[u8]) -> Result<(), PostError> {
        let mut addresses = (self.host.as_str(), self.port).to_socket_addrs()?;
        let address = addresses.next().ok_or(PostError::NoAddress)?;
        let mut connection = TcpStream::connect_timeout(&address, TIMEOUT)?;
        connection.set_read_timeout(Some(TIMEOUT))?;
        connection.set_write_timeout(Some(TIMEOUT))?;
        connection.write_all(self.head(body.len()).as_bytes())?;
        connection.write_all(body)?;
        let mut answer = Vec::new();
        connection.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
        if line.starts_with(b"HTTP/1.1 2") || line.starts_with(b"HTTP/1.0 2") {
            return Ok(());
        }
        Err(PostError::Refused(String::from_utf8_lossy(line).into_owned()))
    }

    fn head(&self, length: usize) -> String {
        let Self { host, port, path } = self;
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\nuser-agent: ficus\r\n\
             content-type: application/x-protobuf\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n"
        )
    }
}
