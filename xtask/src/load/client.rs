//! A strict HTTP/1.1 client: one connection, one request at a time, no second tries.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::record::Cause;

/// How long an answer may keep a client waiting between two bytes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
const HEAD_BYTES_MAX: usize = 64 << 10;

/// A connection that is kept from request to request.
#[derive(Debug)]
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

/// A whole answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Only the monolith numbers its requests; that tells the sides apart without asking the gateway.
    pub(crate) numbered: bool,
    /// The other end will close the connection.
    pub(crate) closing: bool,
}

struct Head {
    status: u16,
    length: Option<usize>,
    chunked: bool,
    numbered: bool,
    closing: bool,
}

impl Connection {
    /// Connects; `patience` is the longest wait for the next byte.
    pub(super) fn open(target: SocketAddr, patience: Duration) -> Result<Self, Cause> {
        let connect = || {
            let stream = TcpStream::connect_timeout(&target, CONNECT_TIME_MAX)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(patience))?;
            stream.set_write_timeout(Some(patience))?;
            Ok::<_, io::Error>(stream)
        };
        let stream = connect().map_err(|error| Cause::NotConnected(error.kind()))?;
        Ok(Self { stream: BufReader::new(stream), host: target.to_string() })
    }

    /// The socket, so that somebody else can shut it down.
    pub(super) fn socket(&self) -> io::Result<TcpStream> {
        self.stream.get_ref().try_clone()
    }

    /// Sends one request.
    pub(super) fn send(
        &mut self,
        method: &str,
        target: &str,
        token: Option<&str>,
        body: &str,
    ) -> Result<(), Cause> {
        let mut text = format!("{method} {target} HTTP/1.1\r\nhost: {}\r\n", self.host);
        if let Some(token) = token {
            text.push_str("authorization: Bearer ");
            text.push_str(token);
            text.push_str("\r\n");
        }
        if !body.is_empty() {
            text.push_str("content-type: application/json\r\n");
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.stream.get_mut().write_all(text.as_bytes()).map_err(|error| cause(&error))
    }

    /// Reads one whole answer.
    pub(super) fn receive(&mut self) -> Result<Reply, Cause> {
        let head = self.head()?;
        let body = if head.chunked {
            self.chunks()?
        } else {
            let length = match (head.length, head.status) {
                (_, 204 | 304) => 0,
                (Some(length), _) => length,
                (None, _) => return Err(Cause::Nonsense("an answer without a length")),
            };
            self.exactly(length)?
        };
        Ok(Reply { status: head.status, body, numbered: head.numbered, closing: head.closing })
    }

    /// Reads until the other end stops, and says how it ended. For streams.
    pub(super) fn drain(&mut self) -> Cause {
        match self.head() {
            Err(cause) => return cause,
            Ok(head) if head.status != 200 => return Cause::Status(head.status),
            Ok(_) => {}
        }
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Cause::Closed,
                Ok(_) => {}
                Err(error) => return cause(&error),
            }
        }
    }

    fn line(&mut self) -> Result<String, Cause> {
        let mut line = String::new();
        let limit = u64::try_from(HEAD_BYTES_MAX).unwrap_or(u64::MAX);
        let read = (&mut self.stream).take(limit).read_line(&mut line);
        match read.map_err(|error| cause(&error))? {
            0 => Err(Cause::Closed),
            _ if !line.ends_with("\r\n") => Err(Cause::Nonsense("a line that does not end")),
            _ => {
                line.truncate(line.len() - 2);
                Ok(line)
            }
        }
    }

    fn head(&mut self) -> Result<Head, Cause> {
        let first = self.line()?;
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or(Cause::Nonsense("no status line"))?;
        let (length, chunked, numbered, closing) = (None, false, false, false);
        let mut head = Head { status, length, chunked, numbered, closing };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(head);
            }
            let (name, value) = line.split_once(':').ok_or(Cause::Nonsense("no header"))?;
            head.note(&name.to_ascii_lowercase(), value.trim())?;
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Cause> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).map_err(|error| cause(&error))?;
        Ok(body)
    }

    fn chunks(&mut self) -> Result<Vec<u8>, Cause> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let digits = line.split(';').next().unwrap_or_default();
            let length = usize::from_str_radix(digits, 16);
            let length = length.map_err(|_| Cause::Nonsense("a chunk without a length"))?;
            if length == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.exactly(length)?);
            if !self.line()?.is_empty() {
                return Err(Cause::Nonsense("a chunk that does not end"));
            }
        }
    }
}

impl Head {
    fn note(&mut self, name: &str, value: &str) -> Result<(), Cause> {
        match name {
            "content-length" => {
                let length = value.parse().map_err(|_| Cause::Nonsense("a length that is none"))?;
                if self.length.replace(length).is_some() {
                    return Err(Cause::Nonsense("two lengths"));
                }
            }
            "transfer-encoding" => self.chunked = value.eq_ignore_ascii_case("chunked"),
            "connection" => self.closing = value.eq_ignore_ascii_case("close"),
            "x-request-id" => self.numbered = true,
            _ => {}
        }
        Ok(())
    }
}

fn cause(error: &io::Error) -> Cause {
    let kind = error.kind();
    if matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
        Cause::Timeout
    } else if kind == io::ErrorKind::UnexpectedEof {
        Cause::Closed
    } else {
        Cause::Broken(kind)
    }
}
