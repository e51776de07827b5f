//! The load: 64 keep-alive connections, in a closed loop or at a fixed rate.
//!
//! At a fixed rate latency counts from the instant a request was due, not from when a free connection was found, so a
//! proxy that stalls is charged for everyone it made wait.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// Connections of every run.
const CONNECTIONS: usize = 64;
/// Room for one read.
const READ_BYTES: usize = 128 << 10;

/// What to send, and how.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// The proxy.
    pub(crate) target: SocketAddr,
    /// Path of every request.
    pub(crate) path: String,
    /// Requests a second; `None` runs the closed loop.
    pub(crate) rate: Option<u64>,
    /// How long.
    pub(crate) window: Duration,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Whole answers with status 200.
    pub(crate) replies: u64,
    /// Anything else: other statuses, closed connections.
    pub(crate) errors: u64,
    /// Median latency in microseconds.
    pub p50: f64,
    /// 99th percentile in microseconds.
    pub p99: f64,
    /// Replies a second.
    pub(crate) rate: f64,
}

struct Line {
    stream: TcpStream,
    received: Vec<u8>,
    due: Option<Instant>,
}

struct Driver<'a> {
    load: &'a Load,
    request: Vec<u8>,
    poll: Poll,
    lines: Vec<Line>,
    idle: VecDeque<usize>,
    latencies: Histogram<u64>,
    replies: u64,
    errors: u64,
}

/// Runs one window.
pub(crate) fn run(load: &Load) -> Result<Outcome> {
    let mut driver = Driver::connect(load)?;
    let started = Instant::now();
    driver.drive(started)?;
    let elapsed = started.elapsed();
    let quantile = |share| driver.latencies.value_at_quantile(share) as f64 / 1_000.0;
    Ok(Outcome {
        replies: driver.replies,
        errors: driver.errors,
        p50: quantile(0.5),
        p99: quantile(0.99),
        rate: driver.replies as f64 / elapsed.as_secs_f64(),
    })
}

impl<'a> Driver<'a> {
    fn connect(load: &'a Load) -> Result<Self> {
        let poll = Poll::new()?;
        let mut lines = Vec::new();
        for index in 0..CONNECTIONS {
            let blocking = std::net::TcpStream::connect(load.target)
                .with_context(|| format!("connect to {}", load.target))?;
            blocking.set_nonblocking(true)?;
            blocking.set_nodelay(true)?;
            let mut stream = TcpStream::from_std(blocking);
            poll.registry().register(&mut stream, Token(index), Interest::READABLE)?;
            lines.push(Line { stream, received: Vec::new(), due: None });
        }
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n\
             Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln\r\n\
             Cookie: sid=0123456789abcdef\r\nX-Request-Id: 5b0f2a\r\n\r\n",
            load.path
        );
        let latencies =
            Histogram::new_with_bounds(100, 60_000_000_000, 3).context("make a histogram")?;
        let idle = (0..CONNECTIONS).collect();
        Ok(Self {
            load,
            request: request.into_bytes(),
            poll,
            lines,
            idle,
            latencies,
            replies: 0,
            errors: 0,
        })
    }

    fn drive(&mut self, started: Instant) -> Result<()> {
        let end = started + self.load.window;
        let mut sent = 0u64;
        let mut events = Events::with_capacity(CONNECTIONS);
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(());
            }
            let next_due = self.send_due(started, now, &mut sent)?;
            let wait = next_due.unwrap_or(end).min(end).saturating_duration_since(now);
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => {
                    return Err(error).context("wait for events");
                }
                _ => {}
            }
            for event in &events {
                self.receive(event.token().0)?;
            }
        }
    }

    /// Sends what is due on idle connections and tells when the next request is due.
    fn send_due(
        &mut self,
        started: Instant,
        now: Instant,
        sent: &mut u64,
    ) -> Result<Option<Instant>> {
        let Some(rate) = self.load.rate else {
            while let Some(index) = self.idle.pop_front() {
                self.send(index, now)?;
            }
            return Ok(None);
        };
        loop {
            let due = started + Duration::from_nanos(1_000_000_000 / rate * *sent);
            if due > now {
                return Ok(Some(due));
            }
            // Nobody is free: the answers will wake us, and the wait is charged to the request's latency.
            let Some(index) = self.idle.pop_front() else { return Ok(None) };
            self.send(index, due)?;
            *sent += 1;
        }
    }

    fn send(&mut self, index: usize, due: Instant) -> Result<()> {
        let Some(line) = self.lines.get_mut(index) else { return Ok(()) };
        line.due = Some(due);
        match line.stream.write(&self.request) {
            Ok(length) if length == self.request.len() => Ok(()),
            Ok(_) => bail!("the proxy took half a request head"),
            Err(_) => {
                self.errors += 1;
                self.reconnect(index)
            }
        }
    }

    fn receive(&mut self, index: usize) -> Result<()> {
        let mut chunk = [0; READ_BYTES];
        let Some(line) = self.lines.get_mut(index) else { return Ok(()) };
        loop {
            match line.stream.read(&mut chunk) {
                Ok(0) => {
                    self.errors += u64::from(line.due.is_some());
                    return self.reconnect(index);
                }
                Ok(length) => {
                    line.received.extend_from_slice(chunk.get(..length).unwrap_or_default());
                    if length < chunk.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    self.errors += 1;
                    return self.reconnect(index);
                }
            }
        }
        let Some(good) = take_reply(&mut line.received)? else { return Ok(()) };
        if let Some(due) = line.due.take() {
            self.latencies
                .saturating_record(u64::try_from(due.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        self.replies += u64::from(good);
        self.errors += u64::from(!good);
        self.idle.push_back(index);
        Ok(())
    }

    fn reconnect(&mut self, index: usize) -> Result<()> {
        let blocking = std::net::TcpStream::connect(self.load.target)?;
        blocking.set_nonblocking(true)?;
        blocking.set_nodelay(true)?;
        let mut stream = TcpStream::from_std(blocking);
        self.poll.registry().register(&mut stream, Token(index), Interest::READABLE)?;
        if let Some(line) = self.lines.get_mut(index) {
            *line = Line { stream, received: Vec::new(), due: None };
            self.idle.push_back(index);
        }
        Ok(())
    }
}

/// Takes one whole answer off the buffer and tells whether it is a 200; lengths and chunks are both understood.
fn take_reply(received: &mut Vec<u8>) -> Result<Option<bool>> {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head =
        String::from_utf8_lossy(received.get(..end).unwrap_or_default()).to_ascii_lowercase();
    let good = head.starts_with("http/1.1 200");
    let field = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()))
    };
    let body = end + 4;
    let total = if let Some(length) = field("content-length:") {
        let length: usize = length.parse().context("read a content length")?;
        (received.len() >= body + length).then_some(body + length)
    } else if field("transfer-encoding:").is_some() {
        let rest = received.get(body..).unwrap_or_default();
        rest.windows(5).position(|window| window == b"0\r\n\r\n").map(|at| body + at + 5)
    } else {
        bail!("an answer without a length")
    };
    Ok(total.map(|total| {
        received.drain(..total);
        good
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_answers_only() {
        let mut received = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".to_vec();
        assert_eq!(take_reply(&mut received).unwrap(), Some(true));
        assert_eq!(take_reply(&mut received).unwrap(), Some(false));
        assert_eq!(take_reply(&mut received).unwrap(), None);
        let mut chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n".to_vec();
        assert_eq!(take_reply(&mut chunked).unwrap(), None);
        chunked.extend_from_slice(b"\r\n");
        assert_eq!(take_reply(&mut chunked).unwrap(), Some(true));
        assert!(take_reply(&mut b"HTTP/1.1 200 OK\r\n\r\n".to_vec()).is_err());
    }
}
