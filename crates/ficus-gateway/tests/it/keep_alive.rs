//! Connections: used again when that is safe, given up when it is not.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ficus_model::observation::Outcome;

use crate::origin::{OK, Origin, Then};
use crate::world::{World, to_monolith, with_boundary};

#[test]
fn one_upstream_connection_serves_request_after_request() {
    let origin = Origin::plain();
    let world = World::before(&origin);
    for _ in 0..3 {
        let mut client = world.client();
        for _ in 0..10 {
            assert_eq!(client.get("/1").status(), 200);
        }
    }
    world.stop();
    assert_eq!(origin.requests().len(), 30);
    assert_eq!(origin.connections().len(), 1);
}

#[test]
fn a_hundred_pipelined_requests_are_answered_in_order() {
    let origin = Origin::scripted(|seen, stream| {
        let path = seen.message.line().split(' ').nth(1).unwrap_or_default().to_owned();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}", path.len()).ok();
        Then::Serve
    });
    let world = World::before(&origin);
    let mut client = world.client();
    let all: String =
        (0..100).map(|number| format!("GET /{number} HTTP/1.1\r\nHost: h\r\n\r\n")).collect();
    client.send(all);
    for number in 0..100 {
        assert_eq!(client.answer("GET").expect("an answer").text(), format!("/{number}"));
    }
    world.stop();
}

#[test]
fn a_connection_the_upstream_gave_up_is_replaced_without_an_error() {
    // Every connection serves one request and is closed in silence when it is asked again: the race between an
    // upstream's idle timeout and the next request.
    let served = AtomicUsize::new(0);
    let origin = Origin::scripted(move |seen, stream| {
        let number = served.fetch_add(1, Ordering::Relaxed);
        if number > 0 && seen.connection == (number - 1) / 2 {
            return Then::Close;
        }
        stream.write_all(OK).ok();
        Then::Serve
    });
    let snapshot = with_boundary(1, origin.upstream(), origin.upstream(), Default::default());
    let world = World::with(snapshot, |_| {});
    let mut client = world.client();
    for _ in 0..5 {
        assert_eq!(client.get("/api/1").status(), 200);
    }
    assert_eq!(world.outcomes(), [Outcome::Answered(200); 5]);
    assert!(origin.connections().len() > 1, "the race never happened");
}

#[test]
fn a_request_with_a_body_is_never_sent_twice() {
    let origin = Origin::scripted(|seen, stream| {
        if seen.message.line().starts_with("POST") {
            return Then::Close;
        }
        stream.write_all(OK).ok();
        Then::Serve
    });
    let world = World::before(&origin);
    let mut client = world.client();
    assert_eq!(client.get("/1").status(), 200);
    client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
    assert_eq!(client.answer("POST").expect("an answer").status(), 502);
    world.stop();
    let posts =
        origin.requests().into_iter().filter(|seen| seen.message.line().starts_with("POST"));
    assert_eq!(posts.count(), 1);
}

#[test]
fn a_fresh_connection_that_fails_is_not_tried_again() {
    let origin = Origin::scripted(|_seen, _stream| Then::Close);
    let world = World::before(&origin);
    assert_eq!(world.client().get("/1").status(), 502);
    world.stop();
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn an_unused_upstream_connection_is_closed_before_the_upstream_does() {
    let origin = Origin::plain();
    let world = World::with(to_monolith(1, origin.upstream()), |settings| {
        settings.times.upstream_idle = Duration::from_millis(50);
    });
    let mut client = world.client();
    assert_eq!(client.get("/1").status(), 200);
    origin.wait_closed();
    assert_eq!(client.get("/2").status(), 200);
    world.stop();
    assert_eq!(origin.connections().len(), 2);
}

#[test]
fn an_upstream_that_says_close_is_not_used_again() {
    let origin =
        Origin::replying(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    let world = World::before(&origin);
    let mut client = world.client();
    for _ in 0..3 {
        let answer = client.get("/1");
        assert_eq!((answer.status(), answer.fields("connection").len()), (200, 0));
    }
    world.stop();
    assert_eq!(origin.connections().len(), 3);
}
