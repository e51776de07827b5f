//! A client that sends any bytes and reads the answers to them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::message::{Message, reply_ends};
use crate::world::DEADLINE;

/// One connection to the gateway.
pub(crate) struct Client {
    stream: TcpStream,
    /// Bytes that belong to no answer yet.
    pending: Vec<u8>,
    /// Whether the gateway has closed.
    pub(crate) closed: bool,
}

impl Client {
    /// Connects.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        Self { stream, pending: Vec::new(), closed: false }
    }

    /// Sends bytes. A gateway that has closed already is no error: its answer says why.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        if let Err(error) = self.stream.write_all(bytes.as_ref()) {
            let gone = matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset);
            assert!(gone, "sending failed: {error}");
        }
    }

    /// A GET, answered.
    pub(crate) fn get(&mut self, target: &str) -> Message {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"));
        self.answer("GET").expect("an answer")
    }

    /// The next answer to a request with this method; `None` when the connection ends before it is whole.
    pub(crate) fn answer(&mut self, method: &str) -> Option<Message> {
        loop {
            let ends = |head: &str| reply_ends(head, method);
            if let Some(message) = Message::read(&self.pending, self.closed, ends) {
                self.pending.drain(..message.length);
                return Some(message);
            }
            if self.closed {
                return None;
            }
            self.read_some();
        }
    }

    /// Waits until this many bytes, or the end, have come and takes them.
    pub(crate) fn take(&mut self, count: usize) -> Vec<u8> {
        while self.pending.len() < count && !self.closed {
            self.read_some();
        }
        let count = count.min(self.pending.len());
        self.pending.drain(..count).collect()
    }

    /// Waits for a text in what has come since the last answer, and takes everything up to its end.
    pub(crate) fn take_until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = crate::message::find(&self.pending, text.as_bytes()) {
                let taken = self.pending.drain(..at + text.len()).collect();
                return String::from_utf8(taken).unwrap();
            }
            assert!(
                !self.closed,
                "closed before {text:?}: {:?}",
                String::from_utf8_lossy(&self.pending)
            );
            self.read_some();
        }
    }

    /// Everything that comes until the gateway closes.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while !self.closed {
            self.read_some();
        }
        std::mem::take(&mut self.pending)
    }

    /// Closes the sending half.
    pub(crate) fn finish(&self) {
        self.stream.shutdown(Shutdown::Write).ok();
    }

    fn read_some(&mut self) {
        let mut scratch = vec![0; 64 * 1024];
        match self.stream.read(&mut scratch) {
            Ok(0) => self.closed = true,
            Ok(count) => self.pending.extend_from_slice(&scratch[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => self.closed = true,
            Err(error) => panic!(
                "waited in vain for the gateway ({error}) after {:?}",
                String::from_utf8_lossy(&self.pending)
            ),
        }
    }
}
