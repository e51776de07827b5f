//! A monolith or a service made of threads: answers HTTP/1.1, can be told to misbehave, and can die.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) delay: Duration,
}

type Handler = dyn Fn(&Request) -> Answer + Send + Sync;

struct Shared {
    name: &'static str,
    handler: Box<Handler>,
    begun: AtomicU64,
    served: AtomicU64,
    dead: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

/// A program that answers, until it is dropped or killed.
pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Answer {
    /// A JSON answer.
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self { status: 200, body: body.into(), delay: Duration::ZERO }
    }
}

impl Origin {
    /// An origin that answers every request with its path, the same whoever answers.
    pub(crate) fn start(name: &'static str) -> Self {
        Self::with(name, |request| {
            let length = request.body.len();
            Answer::json(format!("{{\"path\":\"{}\",\"length\":{length}}}", request.path))
        })
    }

    /// An origin that answers with `handler`.
    pub(crate) fn with(
        name: &'static str,
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared {
            name,
            handler: Box::new(handler),
            begun: AtomicU64::new(0),
            served: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            open: Mutex::new(Vec::new()),
        });
        let accepting = Arc::clone(&shared);
        let acceptor = thread::spawn(move || accept(&listener, &accepting));
        Self { address, shared, acceptor: Some(acceptor) }
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Requests that have arrived so far.
    pub(crate) fn begun(&self) -> u64 {
        self.shared.begun.load(Ordering::Relaxed)
    }

    /// Requests answered so far.
    pub(crate) fn served(&self) -> u64 {
        self.shared.served.load(Ordering::Relaxed)
    }

    /// Ends as a killed process does: nobody listens, every connection is cut.
    pub(crate) fn kill(&mut self) {
        self.shared.dead.store(true, Ordering::Relaxed);
        // Wakes the acceptor, which then drops the listener.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().expect("the acceptor ends");
        }
        for stream in self.shared.open.lock().expect("no panic inside").drain(..) {
            let _gone = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        if self.acceptor.is_some() {
            self.kill();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.dead.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if let Ok(copy) = stream.try_clone() {
            shared.open.lock().expect("no panic inside").push(copy);
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || serve(stream, &shared));
    }
}

/// One connection, request after request.
fn serve(stream: TcpStream, shared: &Shared) {
    let Ok(copy) = stream.try_clone() else { return };
    let (mut reader, mut writer) = (BufReader::new(copy), stream);
    while let Some(request) = read_request(&mut reader) {
        shared.begun.fetch_add(1, Ordering::Relaxed);
        let answer = (shared.handler)(&request);
        if !answer.delay.is_zero() {
            thread::sleep(answer.delay);
        }
        let head = format!(
            "HTTP/1.1 {} X\r\ncontent-type: application/json\r\nx-side: {}\r\ncontent-length: {}\r\n\r\n",
            answer.status,
            shared.name,
            answer.body.len()
        );
        shared.served.fetch_add(1, Ordering::Relaxed);
        if writer.write_all(format!("{head}{}", answer.body).as_bytes()).is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let path = words.nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { path, body })
}
