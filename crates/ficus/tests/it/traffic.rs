//! Clients: steady traffic over kept connections, each request with a session of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What one request brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    /// The side that answered, as it names itself.
    pub(crate) side: String,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct Counts {
    fine: AtomicU64,
    /// Answers with a status of 500 and more.
    bad: AtomicU64,
    /// No whole answer.
    broken: AtomicU64,
    by_service: AtomicU64,
}

/// Traffic until it is dropped.
pub(crate) struct Traffic {
    counts: Arc<Counts>,
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

/// Counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) fine: u64,
    pub(crate) bad: u64,
    pub(crate) broken: u64,
    pub(crate) by_service: u64,
}

/// One connection to a gateway.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects.
    pub(crate) fn connect(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// One GET with a session; `None` when no whole answer came.
    pub(crate) fn get(&mut self, path: &str, session: &str) -> Option<Seen> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: shop\r\ncookie: sid={session}\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        self.answer()
    }

    fn answer(&mut self) -> Option<Seen> {
        let status = self.line()?.split(' ').nth(1)?.parse().ok()?;
        let (mut side, mut length) = (String::new(), 0);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_lowercase().as_str() {
                "x-side" => value.trim().clone_into(&mut side),
                "content-length" => length = value.trim().parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        Some(Seen { status, side, body: String::from_utf8(body).ok()? })
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok().filter(|length| *length > 0)?;
        Some(line)
    }
}

/// One GET over a fresh connection.
pub(crate) fn get(port: u16, path: &str) -> Option<Seen> {
    Client::connect(port).ok()?.get(path, "one")
}

impl Traffic {
    /// A few clients that send one request after the other, with a short pause between.
    pub(crate) fn start(port: u16) -> Self {
        let counts = Arc::new(Counts::default());
        let stop = Arc::new(AtomicBool::new(false));
        let begin = |client| {
            let (counts, stop) = (Arc::clone(&counts), Arc::clone(&stop));
            thread::spawn(move || send(port, client, &counts, &stop))
        };
        let clients = (0..4).map(begin).collect();
        Self { counts, stop, clients }
    }

    /// The counts now.
    pub(crate) fn totals(&self) -> Totals {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { fine, bad, broken, by_service } = &*self.counts;
        Totals {
            fine: read(fine),
            bad: read(bad),
            broken: read(broken),
            by_service: read(by_service),
        }
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients.drain(..) {
            let _ended = client.join();
        }
    }
}

fn send(port: u16, client: u64, counts: &Counts, stop: &AtomicBool) {
    let mut connection: Option<Client> = None;
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let seen = match &mut connection {
            Some(open) => open.get(&format!("/api/quotes/{number}"), &format!("{client}-{number}")),
            None => {
                connection = Client::connect(port).ok();
                if connection.is_none() {
                    thread::sleep(Duration::from_millis(5));
                }
                continue;
            }
        };
        let add = |count: &AtomicU64| count.fetch_add(1, Ordering::Relaxed);
        match &seen {
            None => {
                add(&counts.broken);
                connection = None;
            }
            Some(seen) if seen.status >= 500 => {
                add(&counts.bad);
            }
            Some(_) => {
                add(&counts.fine);
            }
        }
        if seen.is_some_and(|seen| seen.side == "service") {
            add(&counts.by_service);
        }
        // A pause, so that the clients leave the machine to what is measured.
        thread::sleep(Duration::from_millis(2));
    }
}
