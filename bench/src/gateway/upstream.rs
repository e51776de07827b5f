//! The programs behind the proxies: one thread, pre-rendered answers, and nothing that could be the bottleneck.
//!
//! Port `a` answers as the baseline, `b` the same JSON with its members reversed, `slow` like `b` after 50 ms, and
//! `hung` accepts and never answers. `/stats` on `a` tells the hits per port.

use std::collections::{BTreeMap, VecDeque};
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

/// How long the slow port thinks.
const SLOW: Duration = Duration::from_millis(50);
/// Room for one read.
const READ_BYTES: usize = 64 << 10;

/// How a port behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    A,
    B,
    Slow,
    Hung,
}

const MANNERS: [Manner; 4] = [Manner::A, Manner::B, Manner::Slow, Manner::Hung];

struct Peer {
    stream: TcpStream,
    manner: Manner,
    received: Vec<u8>,
    unsent: Vec<u8>,
}

/// Everything the upstream thread owns.
struct Upstream {
    poll: Poll,
    listeners: Vec<TcpListener>,
    peers: BTreeMap<usize, Peer>,
    next: usize,
    due: VecDeque<(Instant, usize, Vec<u8>)>,
    hits: [u64; 4],
    answers: Answers,
}

struct Answers {
    small: [Vec<u8>; 2],
    large: [Vec<u8>; 2],
}

/// Serves until the process is ended, after printing the four ports on one line.
pub(crate) fn serve() -> Result<()> {
    let mut upstream = Upstream::bind()?;
    let ports: Vec<String> = upstream
        .listeners
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port().to_string()))
        .collect::<Result<_>>()?;
    println!("{}", ports.join(" "));
    upstream.run()
}

impl Upstream {
    fn bind() -> Result<Self> {
        let poll = Poll::new().context("create a poller")?;
        let mut listeners = Vec::new();
        for index in 0..MANNERS.len() {
            let mut listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
            poll.registry().register(&mut listener, Token(index), Interest::READABLE)?;
            listeners.push(listener);
        }
        let answers = Answers { small: rendered(9), large: rendered(590) };
        let next = MANNERS.len();
        Ok(Self {
            poll,
            listeners,
            peers: BTreeMap::new(),
            next,
            due: VecDeque::new(),
            hits: [0; 4],
            answers,
        })
    }

    fn run(&mut self) -> Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            let wait =
                self.due.front().map(|(at, ..)| at.saturating_duration_since(Instant::now()));
            if let Err(error) = self.poll.poll(&mut events, wait) {
                if error.kind() == ErrorKind::Interrupted {
                    continue;
                }
                return Err(error).context("wait for events");
            }
            for event in &events {
                let Token(index) = event.token();
                if index < MANNERS.len() {
                    self.accept(index)?;
                } else {
                    self.converse(index, event.is_readable());
                }
            }
            self.answer_due();
        }
    }

    fn accept(&mut self, index: usize) -> Result<()> {
        loop {
            let Some(listener) = self.listeners.get(index) else { return Ok(()) };
            let mut stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("accept"),
            };
            stream.set_nodelay(true)?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(self.next), interest)?;
            let manner = MANNERS.get(index).copied().unwrap_or(Manner::A);
            let peer = Peer { stream, manner, received: Vec::new(), unsent: Vec::new() };
            self.peers.insert(self.next, peer);
            self.next += 1;
        }
    }

    /// Reads what there is, answers every whole request head, and forgets a peer that went away.
    fn converse(&mut self, index: usize, readable: bool) {
        let Some(mut peer) = self.peers.remove(&index) else { return };
        let alive = !readable || fill(&mut peer);
        while let Some(request) = take_request(&mut peer.received) {
            self.answer(index, &mut peer, &request);
        }
        if alive && flush(&mut peer) {
            self.peers.insert(index, peer);
        }
    }

    fn answer(&mut self, index: usize, peer: &mut Peer, path: &[u8]) {
        let position = MANNERS.iter().position(|manner| *manner == peer.manner).unwrap_or_default();
        if path == b"/stats" {
            let [a, b, slow, hung] = self.hits;
            peer.unsent.extend_from_slice(&json_answer(&format!("[{a},{b},{slow},{hung}]")));
            return;
        }
        if let Some(hits) = self.hits.get_mut(position) {
            *hits += 1;
        }
        let [a, b] = if path == b"/l" { &self.answers.large } else { &self.answers.small };
        match peer.manner {
            Manner::A => peer.unsent.extend_from_slice(a),
            Manner::B => peer.unsent.extend_from_slice(b),
            Manner::Slow => self.due.push_back((Instant::now() + SLOW, index, b.clone())),
            Manner::Hung => {}
        }
    }

    fn answer_due(&mut self) {
        let now = Instant::now();
        while self.due.front().is_some_and(|(at, ..)| *at <= now) {
            let Some((_, index, answer)) = self.due.pop_front() else { return };
            let Some(mut peer) = self.peers.remove(&index) else { continue };
            peer.unsent.extend_from_slice(&answer);
            if flush(&mut peer) {
                self.peers.insert(index, peer);
            }
        }
    }
}

/// Reads until the socket is empty; false when the peer has gone.
fn fill(peer: &mut Peer) -> bool {
    let mut chunk = [0; READ_BYTES];
    loop {
        match peer.stream.read(&mut chunk) {
            Ok(0) => return false,
            Ok(length) => {
                peer.received.extend_from_slice(chunk.get(..length).unwrap_or_default());
                if length < chunk.len() {
                    return true;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

/// Writes what the socket takes; false when the peer has gone.
fn flush(peer: &mut Peer) -> bool {
    while !peer.unsent.is_empty() {
        match peer.stream.write(&peer.unsent) {
            Ok(written) => drop(peer.unsent.drain(..written)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    true
}

/// Takes one bodyless request off the buffer and returns its path.
fn take_request(received: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head: Vec<u8> = received.drain(..end).collect();
    head.split(|byte| *byte == b' ').nth(1).map(<[u8]>::to_vec)
}

/// The same JSON twice: `a`, and `b` with the members of every object reversed. About 1 KiB for 9 items.
fn rendered(items: usize) -> [Vec<u8>; 2] {
    let item = |index: usize| {
        [
            format!("\"id\":{index}"),
            format!("\"sku\":\"SKU-{index:08}\""),
            format!("\"price_cents\":{}", 1000 + index * 7),
            "\"currency\":\"EUR\"".to_owned(),
            "\"tags\":[\"new\",\"sale\"]".to_owned(),
            format!("\"in_stock\":{}", index.is_multiple_of(3)),
        ]
    };
    let body = |reversed: bool| {
        let rendered: Vec<String> = (0..items)
            .map(|index| {
                let mut members = item(index);
                if reversed {
                    members.reverse();
                }
                format!("{{{}}}", members.join(","))
            })
            .collect();
        format!("{{\"items\":[{}]}}", rendered.join(","))
    };
    [false, true].map(|reversed| json_answer(&body(reversed)))
}

fn json_answer(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_sizes_they_are_named_for() {
        let [small, reversed] = rendered(9);
        assert_eq!(small.len(), reversed.len());
        assert!((950..1200).contains(&small.len()), "{}", small.len());
        let [large, _] = rendered(590);
        assert!((60_000..72_000).contains(&large.len()), "{}", large.len());
    }

    #[test]
    fn requests_are_taken_one_by_one() {
        let mut received = b"GET /s HTTP/1.1\r\nHost: a\r\n\r\nGET /l HTTP/1.1\r\n\r\nGET".to_vec();
        assert_eq!(take_request(&mut received).unwrap(), b"/s");
        assert_eq!(take_request(&mut received).unwrap(), b"/l");
        assert!(take_request(&mut received).is_none());
        assert_eq!(received, b"GET");
    }
}
