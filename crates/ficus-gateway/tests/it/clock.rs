//! What may take how long.

use std::io::Write;
use std::time::{Duration, Instant};

use ficus_gateway::GatewaySettings;

use crate::origin::{OK, Origin, Then};
use crate::world::{DEADLINE, World, to_monolith};

const SHORT: Duration = Duration::from_millis(60);

fn world(origin: &Origin, adjust: impl FnOnce(&mut GatewaySettings)) -> World {
    World::with(to_monolith(1, origin.upstream()), adjust)
}

#[test]
fn a_head_that_trickles_in_is_answered_408_while_others_are_served() {
    let origin = Origin::plain();
    let world = world(&origin, |settings| settings.times.head = SHORT);
    let mut slow = world.client();
    let began = Instant::now();
    // One byte at a time keeps the connection busy and does not prolong its time.
    for byte in b"GET /slow HTTP/1.1\r\nHost: h\r\nX-Slow: ".iter().chain([b'a'; 100_000].iter()) {
        slow.send([*byte]);
        if began.elapsed() > SHORT * 2 {
            break;
        }
        assert_eq!(world.client().get("/quick").status(), 200);
    }
    assert_eq!(slow.answer("GET").expect("an answer").status(), 408);
    assert!(slow.rest().is_empty());
    world.stop();
    assert!(origin.requests().iter().all(|seen| seen.message.line().contains("/quick")));
}

#[test]
fn an_idle_client_is_closed_without_an_answer() {
    let origin = Origin::plain();
    let world = world(&origin, |settings| settings.times.client_idle = SHORT);
    let mut client = world.client();
    assert_eq!(client.get("/1").status(), 200);
    assert!(client.rest().is_empty());
    let mut silent = world.client();
    assert!(silent.rest().is_empty());
    world.stop();
}

#[test]
fn a_client_is_not_idle_while_its_answer_is_awaited() {
    let origin = Origin::scripted(|_seen, stream| {
        // Longer than the idle time: waits for a byte that does not come.
        stream.set_read_timeout(Some(SHORT * 3)).ok();
        let _nothing = std::io::Read::read(stream, &mut [0]);
        stream.set_read_timeout(None).ok();
        stream.write_all(OK).ok();
        Then::Serve
    });
    let world = world(&origin, |settings| settings.times.client_idle = SHORT);
    assert_eq!(world.client().get("/1").status(), 200);
    world.stop();
}

#[test]
fn a_request_body_that_stops_coming_is_given_up() {
    let origin = Origin::plain();
    let world = world(&origin, |settings| settings.times.request_body_idle = SHORT);
    let mut client = world.client();
    client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello");
    assert_eq!(client.answer("POST").expect("an answer").status(), 408);
    assert!(client.rest().is_empty());
    world.stop();
    origin.wait_closed();
    assert!(origin.requests().is_empty());
}

#[test]
fn a_reply_body_that_stops_coming_is_cut() {
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").ok();
        Then::Hang
    });
    let world = world(&origin, |settings| settings.times.reply_body_idle = SHORT);
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(client.answer("GET").is_none());
    world.stop();
}

#[test]
fn a_client_that_takes_nothing_of_its_answer_is_given_up() {
    // More than all buffers on the way can hold.
    let origin = Origin::scripted(|_seen, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").ok();
        while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {}
        Then::Close
    });
    let world = world(&origin, |settings| settings.times.client_stall = SHORT);
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait("the end of its connection", |requests, connections| {
        requests.len() == 1 && connections.iter().all(|connection| connection.closed)
    });
    world.stop();
}

#[test]
fn an_unclaimed_request_has_a_time_limit_of_its_own() {
    let origin = Origin::scripted(|_seen, _stream| Then::Hang);
    let world = world(&origin, |settings| settings.times.unclaimed_reply = SHORT);
    assert_eq!(world.client().get("/1").status(), 504);
    world.stop();
}

#[test]
fn an_upstream_that_accepts_nobody_is_given_up_in_time() {
    // An address of the documentation range: nothing answers there.
    let upstream = ficus_model::boundary::Upstream { host: "192.0.2.1".to_owned(), port: 9 };
    let world = World::with(to_monolith(1, upstream), |settings| settings.times.connect = SHORT);
    let began = Instant::now();
    assert_eq!(world.client().get("/1").status(), 502);
    assert!(began.elapsed() < DEADLINE);
    world.stop();
}
