//! Answers that flow: event streams, upgraded connections, clients and upstreams that leave in the middle.

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ficus_model::observation::Outcome;

use crate::message::find;
use crate::origin::{OK, Origin, Then};
use crate::world::{DEADLINE, World, to_monolith, with_boundary};

const UPGRADE: &str =
    "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const SWITCHING: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

/// An origin that sends a head, then whatever the test tells it to, as one chunk each.
fn told(head: &'static [u8]) -> (Origin, SyncSender<Vec<u8>>) {
    let (tell, told): (_, Receiver<Vec<u8>>) = sync_channel(8);
    let told = Mutex::new(told);
    let origin = Origin::scripted(move |_seen, stream| {
        stream.write_all(head).ok();
        while let Ok(piece) = told.lock().unwrap().recv_timeout(DEADLINE) {
            if piece.is_empty() {
                return Then::Serve;
            }
            let framed = format!("{:x}\r\n{}\r\n", piece.len(), String::from_utf8_lossy(&piece));
            if stream.write_all(framed.as_bytes()).is_err() {
                return Then::Close;
            }
        }
        Then::Close
    });
    (origin, tell)
}

const EVENTS: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKS: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn events_arrive_one_by_one_as_they_are_sent() {
    let (origin, tell) = told(EVENTS);
    // The stream pauses for longer than an ordinary body may.
    let world = World::with(to_monolith(1, origin.upstream()), |settings| {
        settings.times.reply_body_idle = Duration::from_millis(1);
    });
    let mut client = world.client();
    client.send("GET /events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
    client.take_until("\r\n\r\n");
    for number in 0..20 {
        let event = format!("data: {number}\n\n");
        tell.send(event.clone().into_bytes()).unwrap();
        assert!(client.take_until("\n\n\r\n").contains(&event));
    }
    drop(tell);
    world.stop();
}

#[test]
fn an_upgraded_connection_passes_bytes_both_ways() {
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(SWITCHING).ok();
        Then::Echo
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send(UPGRADE);
    let answer = client.answer("GET").expect("an answer");
    assert_eq!(answer.status(), 101);
    assert_eq!(answer.fields("upgrade"), ["websocket"]);
    assert_eq!(answer.fields("connection"), ["upgrade"]);
    for number in 0..100 {
        // Bytes that would be refused, were they HTTP.
        let frame = format!("\u{0}frame {number}: GET / HTTP/1.1\r\n");
        client.send(&frame);
        assert_eq!(client.take_until(&frame), format!("echo:{frame}"));
    }
    client.finish();
    assert!(client.rest().is_empty());
    world.stop();
}

#[test]
fn bytes_behind_the_101_reach_the_client() {
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(&[SWITCHING, b"welcome"].concat()).ok();
        Then::Echo
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send(UPGRADE);
    assert_eq!(client.answer("GET").expect("an answer").status(), 101);
    assert_eq!(client.take(7), b"welcome");
    world.stop();
}

#[test]
fn no_byte_reaches_the_upstream_before_its_101() {
    let (go, wait) = sync_channel::<()>(1);
    let wait = Mutex::new(wait);
    let origin = Origin::scripted(move |_seen, stream| {
        wait.lock().unwrap().recv_timeout(DEADLINE).ok();
        stream.write_all(SWITCHING).ok();
        Then::Echo
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send([UPGRADE.as_bytes(), b"early"].concat());
    origin.wait("the request", |requests, _| !requests.is_empty());
    assert_eq!(find(&origin.bytes(), b"early"), None);
    go.send(()).unwrap();
    assert_eq!(client.answer("GET").expect("an answer").status(), 101);
    assert_eq!(client.take_until("early"), "echo:early");
    world.stop();
}

#[test]
fn a_large_answer_to_a_refused_upgrade_arrives_whole() {
    const LARGE: usize = 8 << 20;
    let origin = Origin::scripted(|_seen, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n").ok();
        stream.write_all(&vec![b'x'; LARGE]).ok();
        Then::Serve
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send([UPGRADE.as_bytes(), b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"].concat());
    // The answer waits in the gateway until the client reads.
    origin.wait("the request", |requests, _| requests.len() == 1);
    let answer = client.answer("GET").expect("an answer");
    assert_eq!((answer.status(), answer.body.len()), (200, LARGE));
    assert!(client.rest().is_empty());
    world.stop();
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn a_silent_upgraded_connection_is_ended() {
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(SWITCHING).ok();
        Then::Echo
    });
    let world = World::with(to_monolith(1, origin.upstream()), |settings| {
        settings.times.upgraded_idle = Duration::from_millis(30);
    });
    let mut client = world.client();
    client.send(UPGRADE);
    assert_eq!(client.answer("GET").expect("an answer").status(), 101);
    assert!(client.rest().is_empty());
    world.stop();
}

#[test]
fn a_client_that_leaves_ends_its_request_upstream() {
    let (origin, tell) = told(CHUNKS);
    let snapshot = with_boundary(1, origin.upstream(), origin.upstream(), Default::default());
    let world = World::with(snapshot, |_| {});
    let mut client = world.client();
    client.send("GET /api/long HTTP/1.1\r\nHost: h\r\n\r\n");
    tell.send(b"first".to_vec()).unwrap();
    client.take_until("first");
    drop(client);
    // The origin notices when it goes on writing.
    while tell.send(vec![b'x'; 4096]).is_ok() && !origin.connections()[0].closed {}
    origin.wait_closed();
    assert_eq!(world.outcomes(), [Outcome::ClientGone]);
}

#[test]
fn an_upstream_that_leaves_in_the_middle_is_not_made_to_look_whole() {
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(&[CHUNKS, b"5\r\nhello\r\n"].concat()).ok();
        Then::Close
    });
    let snapshot = with_boundary(1, origin.upstream(), origin.upstream(), Default::default());
    let world = World::with(snapshot, |_| {});
    let mut client = world.client();
    client.send("GET /api/1 HTTP/1.1\r\nHost: h\r\n\r\n");
    let rest = client.rest();
    assert!(find(&rest, b"hello").is_some());
    assert!(find(&rest, b"0\r\n\r\n").is_none(), "a last chunk nobody sent");
    assert_eq!(world.outcomes(), [Outcome::Reset]);
}

#[test]
fn a_short_body_is_not_made_to_look_whole() {
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").ok();
        Then::Reset
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(client.answer("GET").is_none());
    world.stop();
}

#[test]
fn an_interim_answer_arrives_before_the_final_one_is_known() {
    let (go, wait) = sync_channel::<()>(1);
    let wait = Arc::new(Mutex::new(wait));
    let origin = Origin::scripted(move |_seen, stream| {
        stream.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n").ok();
        wait.lock().unwrap().recv_timeout(DEADLINE).ok();
        stream.write_all(OK).ok();
        Then::Serve
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.answer("GET").expect("an interim answer").status(), 103);
    go.send(()).unwrap();
    assert_eq!(client.answer("GET").expect("an answer").text(), "ok");
    world.stop();
}
