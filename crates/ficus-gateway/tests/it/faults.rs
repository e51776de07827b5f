//! Upstreams that refuse, reset, hang or talk nonsense, and arms that are full or ejected.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use ficus_model::boundary::{Limits, Upstream};
use ficus_model::observation::Outcome;

use crate::origin::{OK, Origin, Then};
use crate::world::{DEADLINE, World, with_boundary};

fn limits() -> Limits {
    Limits { timeout: Duration::from_millis(80), ..Limits::default() }
}

fn world(service: &Origin, limits: Limits) -> World {
    World::with(with_boundary(1, service.upstream(), service.upstream(), limits), |_| {})
}

/// One request to a service that does this: the status, whether the connection stays usable, and the outcome.
fn check(script: fn(&mut std::net::TcpStream) -> Then, status: u16, kind: &str, outcome: Outcome) {
    let origin = Origin::scripted(move |seen, stream| {
        if seen.message.line().contains("/after") {
            stream.write_all(OK).ok();
            return Then::Serve;
        }
        script(stream)
    });
    let world = world(&origin, limits());
    let mut client = world.client();
    let answer = client.get("/api/1");
    assert_eq!(answer.status(), status);
    assert_eq!(answer.fields("content-type"), ["application/problem+json"]);
    assert!(answer.text().contains(&format!("\"urn:ficus:{kind}\"")), "{}", answer.text());
    assert!(answer.text().contains("\"trace\":\""), "{}", answer.text());
    assert_eq!(client.get("/after").status(), 200);
    assert_eq!(world.outcomes(), [outcome]);
}

#[test]
fn a_hang_is_a_timeout() {
    check(|_stream| Then::Hang, 504, "timeout", Outcome::Timeout);
}

#[test]
fn a_reset_before_the_head_is_a_bad_gateway() {
    check(|_stream| Then::Reset, 502, "reset", Outcome::Reset);
}

#[test]
fn a_close_before_the_head_is_a_bad_gateway() {
    check(|_stream| Then::Close, 502, "reset", Outcome::Reset);
}

#[test]
fn garbage_is_a_bad_gateway() {
    let garbage = |stream: &mut std::net::TcpStream| {
        stream.write_all(b"\x00\x01 not http\r\n\r\n").ok();
        Then::Serve
    };
    check(garbage, 502, "bad_reply", Outcome::Reset);
}

#[test]
fn an_endless_head_is_a_bad_gateway() {
    let endless = |stream: &mut std::net::TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").ok();
        while stream.write_all(b"X-More: and more and more and more\r\n").is_ok() {}
        Then::Close
    };
    check(endless, 502, "bad_reply", Outcome::Reset);
}

/// A port nobody listens on.
fn closed_port() -> Upstream {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Upstream { host: "127.0.0.1".to_owned(), port }
}

#[test]
fn a_refused_connection_is_a_bad_gateway() {
    let monolith = Origin::plain();
    let snapshot = with_boundary(1, monolith.upstream(), closed_port(), limits());
    let world = World::with(snapshot, |_| {});
    let mut client = world.client();
    let answer = client.get("/api/1");
    assert_eq!(answer.status(), 502);
    assert!(answer.text().contains("urn:ficus:connect"), "{}", answer.text());
    assert_eq!(client.get("/unclaimed").status(), 200);
    assert_eq!(world.outcomes(), [Outcome::ConnectFailed]);
    assert_eq!(monolith.requests().len(), 1, "a failed request never goes to the other side");
}

#[test]
fn a_host_name_is_looked_up() {
    let origin = Origin::plain();
    let upstream = Upstream { host: "localhost".to_owned(), ..origin.upstream() };
    let world = World::with(crate::world::to_monolith(1, upstream), |_| {});
    assert_eq!(world.client().get("/1").status(), 200);
    world.stop();
}

#[test]
fn an_arm_that_keeps_failing_is_ejected_and_comes_back() {
    let healthy = std::sync::Arc::new(AtomicBool::new(false));
    let answers = std::sync::Arc::clone(&healthy);
    let origin = Origin::scripted(move |_seen, stream| {
        if !answers.load(Ordering::Relaxed) {
            return Then::Close;
        }
        stream.write_all(OK).ok();
        Then::Serve
    });
    let time = Duration::from_millis(100);
    let world = world(&origin, Limits { ejection_failures: 3, ejection_time: time, ..limits() });
    let mut client = world.client();
    for _ in 0..3 {
        assert_eq!(client.get("/api/1").status(), 502);
    }
    let ejected = client.get("/api/1");
    assert_eq!((ejected.status(), ejected.fields("retry-after")), (503, vec!["1"]));
    assert_eq!(origin.requests().len(), 3, "an ejected arm is left alone");
    healthy.store(true, Ordering::Relaxed);
    let until = std::time::Instant::now() + DEADLINE;
    while client.get("/api/1").status() != 200 {
        assert!(std::time::Instant::now() < until, "the arm never came back");
    }
    assert_eq!(client.get("/api/1").status(), 200);
    world.stop();
}

#[test]
fn nonsense_ejects_like_silence() {
    let origin = Origin::replying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n");
    let world = world(&origin, Limits { ejection_failures: 3, ..limits() });
    let mut client = world.client();
    let statuses: Vec<u16> = (0..5).map(|_| client.get("/api/1").status()).collect();
    assert_eq!(statuses, [502, 502, 502, 503, 503]);
    world.stop();
}

#[test]
fn the_monolith_is_never_ejected_for_unclaimed_requests() {
    let origin = Origin::scripted(|_seen, _stream| Then::Close);
    let world = World::before(&origin);
    let mut client = world.client();
    for _ in 0..20 {
        assert_eq!(client.get("/1").status(), 502);
    }
    world.stop();
    assert_eq!(origin.requests().len(), 20);
}

#[test]
fn requests_over_the_limit_in_flight_are_shed_before_their_body() {
    let (go, wait) = sync_channel::<()>(2);
    let wait = Mutex::new(wait);
    let origin = Origin::scripted(move |_seen, stream| {
        wait.lock().unwrap().recv_timeout(DEADLINE).ok();
        stream.write_all(OK).ok();
        Then::Serve
    });
    let world = world(&origin, Limits { in_flight: 1, ..Limits::default() });
    let (mut first, mut second) = (world.client(), world.client());
    first.send("GET /api/1 HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait("the first request", |requests, _| requests.len() == 1);
    // Its body is never sent, and need not be.
    second.send("POST /api/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    let shed = second.answer("POST").expect("an answer");
    assert_eq!((shed.status(), shed.fields("retry-after")), (503, vec!["1"]));
    assert_eq!(shed.fields("connection"), ["close"]);
    go.send(()).unwrap();
    assert_eq!(first.answer("GET").expect("an answer").status(), 200);
    go.send(()).unwrap();
    assert_eq!(first.get("/api/3").status(), 200);
    let mut outcomes = world.outcomes();
    outcomes.sort_by_key(|outcome| !matches!(outcome, Outcome::Shed));
    assert_eq!(outcomes, [Outcome::Shed, Outcome::Answered(200), Outcome::Answered(200)]);
}

#[test]
fn connections_over_the_limit_are_closed() {
    let origin = Origin::plain();
    let world = World::with(crate::world::to_monolith(1, origin.upstream()), |settings| {
        settings.connections_max = 1;
    });
    let mut first = world.client();
    assert_eq!(first.get("/1").status(), 200);
    let mut second = world.client();
    second.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(second.rest().is_empty());
    drop(first);
    let until = std::time::Instant::now() + DEADLINE;
    loop {
        let mut third = world.client();
        third.send("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
        if third.answer("GET").is_some_and(|answer| answer.status() == 200) {
            break;
        }
        assert!(std::time::Instant::now() < until, "the place was never given back");
    }
    world.stop();
}

#[test]
fn a_head_of_ten_megabytes_is_refused_and_not_kept() {
    let origin = Origin::plain();
    let world = World::before(&origin);
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\nX-Long: ");
    for _ in 0..160 {
        client.send([b'a'; 64 * 1024]);
    }
    assert_eq!(client.answer("GET").map(|answer| answer.status()), Some(431));
    assert_eq!(world.client().get("/2").status(), 200);
    world.stop();
    assert_eq!(origin.requests().len(), 1);
}
