//! An upstream at the level of sockets: it records every byte and does what a test says for every request.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ficus_model::boundary::Upstream;
use socket2::SockRef;

use crate::message::{Ends, Message, find, request_ends};
use crate::world::DEADLINE;

/// The plain answer.
pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// What the origin does with its connection after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Goes on reading requests.
    Serve,
    /// Closes it.
    Close,
    /// Resets it.
    Reset,
    /// Reads bytes of an upgraded connection and echoes them after `echo:`.
    Echo,
    /// Reads on and never says anything again.
    Hang,
}

/// A request the origin has read whole, or the head of one.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The request.
    pub(crate) message: Message,
    /// The connection it came on, counted from zero.
    pub(crate) connection: usize,
}

/// What one connection has received.
#[derive(Debug, Default, Clone)]
pub(crate) struct Received {
    /// Every byte.
    pub(crate) bytes: Vec<u8>,
    /// Whether the gateway has closed it.
    pub(crate) closed: bool,
}

#[derive(Default)]
struct Record {
    requests: Vec<Seen>,
    connections: Vec<Received>,
}

type Script = dyn Fn(&Seen, &mut TcpStream) -> Then + Send + Sync;

/// A running origin. Its threads end when the gateway has closed their connections.
#[derive(Clone)]
pub(crate) struct Origin {
    address: SocketAddr,
    record: Arc<(Mutex<Record>, Condvar)>,
    ends: fn(&str) -> Ends,
}

impl Origin {
    /// Answers every request with [`OK`].
    pub(crate) fn plain() -> Self {
        Self::replying(OK)
    }

    /// Answers every request with these bytes.
    pub(crate) fn replying(reply: &'static [u8]) -> Self {
        Self::scripted(move |_seen, stream| {
            stream.write_all(reply).ok();
            Then::Serve
        })
    }

    /// Answers when a head has come, whatever its body, and only reads from then on.
    pub(crate) fn on_head(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Self {
        let script = move |_seen: &Seen, stream: &mut TcpStream| {
            answer(stream);
            Then::Hang
        };
        Self::start(script, |_head| Ends::Nothing)
    }

    /// Does what the script says.
    pub(crate) fn scripted(
        script: impl Fn(&Seen, &mut TcpStream) -> Then + Send + Sync + 'static,
    ) -> Self {
        Self::start(script, request_ends)
    }

    fn start(
        script: impl Fn(&Seen, &mut TcpStream) -> Then + Send + Sync + 'static,
        ends: fn(&str) -> Ends,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let origin = Self { address, record: Arc::default(), ends };
        let (accepting, script) = (origin.clone(), Arc::new(script));
        thread::spawn(move || accepting.accept(&listener, &(script as Arc<Script>)));
        origin
    }

    /// Where it listens.
    pub(crate) fn upstream(&self) -> Upstream {
        Upstream { host: self.address.ip().to_string(), port: self.address.port() }
    }

    /// The requests read so far, in the order they became whole.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.record.0.lock().unwrap().requests.clone()
    }

    /// What every connection that was used has received so far. The gateway's health probes open some that are not.
    pub(crate) fn connections(&self) -> Vec<Received> {
        let connections = self.record.0.lock().unwrap().connections.clone();
        connections.into_iter().filter(|received| !received.bytes.is_empty()).collect()
    }

    /// All bytes, connection by connection.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.connections().into_iter().flat_map(|received| received.bytes).collect()
    }

    /// Waits until the record fulfils the condition.
    pub(crate) fn wait(&self, what: &str, fulfilled: impl Fn(&[Seen], &[Received]) -> bool) {
        let (record, changed) = &*self.record;
        let until = Instant::now() + DEADLINE;
        let mut record = record.lock().unwrap();
        while !fulfilled(&record.requests, &record.connections) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(left > Duration::ZERO, "the origin waited in vain for {what}");
            record = changed.wait_timeout(record, left).unwrap().0;
        }
    }

    /// Waits until the gateway has closed every connection.
    pub(crate) fn wait_closed(&self) {
        self.wait("the end of all connections", |_, connections| {
            connections.iter().all(|connection| connection.closed)
        });
    }

    fn accept(&self, listener: &TcpListener, script: &Arc<Script>) {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let number = self.change(|record| {
                record.connections.push(Received::default());
                record.connections.len() - 1
            });
            let (origin, script) = (self.clone(), Arc::clone(script));
            thread::spawn(move || {
                origin.serve(stream, number, &*script);
                origin.change(|record| record.connections[number].closed = true);
            });
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        let changed = change(&mut self.record.0.lock().unwrap());
        self.record.1.notify_all();
        changed
    }

    fn serve(&self, mut stream: TcpStream, number: usize, script: &Script) {
        stream.set_nodelay(true).unwrap();
        let (mut pending, mut then) = (Vec::new(), Then::Serve);
        let mut scratch = vec![0; 64 * 1024];
        loop {
            let Ok(count @ 1..) = stream.read(&mut scratch) else { return };
            let fresh = &scratch[..count];
            self.change(|record| record.connections[number].bytes.extend_from_slice(fresh));
            match then {
                Then::Echo => {
                    stream.write_all(b"echo:").ok();
                    stream.write_all(fresh).ok();
                }
                Then::Serve => pending.extend_from_slice(fresh),
                Then::Close | Then::Reset | Then::Hang => {}
            }
            while then == Then::Serve
                && let Some(message) = Message::read(&pending, false, self.ends)
            {
                pending.drain(..message.length);
                let seen = Seen { message, connection: number };
                self.change(|record| record.requests.push(seen.clone()));
                then = script(&seen, &mut stream);
            }
            match then {
                Then::Close => {
                    stream.shutdown(Shutdown::Write).ok();
                    return drain(&mut stream);
                }
                Then::Reset => {
                    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                    return;
                }
                Then::Serve | Then::Echo | Then::Hang => {}
            }
        }
    }
}

fn drain(stream: &mut TcpStream) {
    let mut scratch = [0; 4096];
    while matches!(stream.read(&mut scratch), Ok(1..)) {}
}

/// Whether bytes contain a text.
pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    find(bytes, text.as_bytes()).is_some()
}
