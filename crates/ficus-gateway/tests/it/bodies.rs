//! Bodies: large ones both ways, limits, and early answers.

use std::io::Write;

use ficus_model::boundary::Limits;
use ficus_model::observation::Outcome;

use crate::origin::{OK, Origin, Then};
use crate::world::{World, with_boundary};

const LARGE: usize = 8 << 20;

/// Bytes in which no part looks like another.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in body.chunks(10_007) {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// Sends back what it was sent, in the same framing.
fn echo() -> Origin {
    Origin::scripted(|seen, stream| {
        let body = &seen.message.body;
        let framed = if seen.message.fields("content-length").is_empty() {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").ok();
            chunked(body)
        } else {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).ok();
            body.clone()
        };
        stream.write_all(&framed).ok();
        Then::Serve
    })
}

/// Sends `bytes` from a thread of its own, as a client does that does not read while it sends.
fn exchange(world: &World, head: &str, body: &[u8]) -> Vec<u8> {
    let mut client = world.client();
    client.send(head);
    client.send(body);
    client.answer("POST").expect("an answer").body
}

#[test]
fn eight_mebibytes_with_a_length_arrive_whole_both_ways() {
    let (origin, body) = (echo(), noise(LARGE));
    let world = World::before(&origin);
    let head = format!("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: {LARGE}\r\n\r\n");
    assert!(exchange(&world, &head, &body) == body, "the body changed on its way");
    world.stop();
}

#[test]
fn eight_mebibytes_in_chunks_arrive_whole_both_ways() {
    let (origin, body) = (echo(), noise(LARGE));
    let world = World::before(&origin);
    let head = "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert!(exchange(&world, head, &chunked(&body)) == body, "the body changed on its way");
    world.stop();
}

#[test]
fn a_body_in_tiny_pieces_arrives_whole() {
    let origin = echo();
    let world = World::before(&origin);
    let mut client = world.client();
    let request = b"POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
    for byte in request {
        client.send([*byte]);
    }
    assert_eq!(client.answer("POST").expect("an answer").text(), "hello!");
    assert_eq!(client.get("/after").status(), 200);
    world.stop();
}

fn limited(service: &Origin) -> World {
    let limits = Limits { request_bytes_max: 10, ..Limits::default() };
    World::with(with_boundary(1, service.upstream(), service.upstream(), limits), |_| {})
}

#[test]
fn a_declared_body_over_the_limit_is_refused_unread() {
    let origin = Origin::plain();
    let world = limited(&origin);
    let mut client = world.client();
    client.send("POST /api/e HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
    assert_eq!(client.answer("POST").expect("an answer").status(), 413);
    assert!(client.rest().is_empty());
    world.stop();
    assert!(origin.bytes().is_empty());
}

#[test]
fn a_chunked_body_over_the_limit_is_cut_and_refused() {
    let origin = Origin::plain();
    let world = limited(&origin);
    let mut client = world.client();
    client.send("POST /api/e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(chunked(&[b'a'; 11]));
    assert_eq!(client.answer("POST").expect("an answer").status(), 413);
    assert!(client.rest().is_empty());
    assert_eq!(world.outcomes(), [Outcome::ClientGone]);
    assert!(origin.requests().is_empty(), "the service must not see a complete request");
}

#[test]
fn a_body_that_just_fits_is_passed() {
    let origin = Origin::plain();
    let world = limited(&origin);
    let mut client = world.client();
    client.send("POST /api/e HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
    assert_eq!(client.answer("POST").expect("an answer").status(), 200);
    world.stop();
}

#[test]
fn an_answer_before_the_body_reaches_the_client() {
    // The origin answers at the head and never reads the body.
    let origin = Origin::on_head(|stream| {
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").ok();
    });
    let world = World::before(&origin);
    let mut client = world.client();
    client.send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
    let answer = client.answer("POST").expect("an answer");
    assert_eq!((answer.status(), answer.text().as_str()), (403, "no"));
    world.stop();
}

#[test]
fn an_empty_body_leaves_the_connection_usable() {
    let origin = Origin::replying(OK);
    let world = World::before(&origin);
    let mut client = world.client();
    client.send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(client.answer("POST").expect("an answer").status(), 200);
    assert_eq!(client.get("/after").status(), 200);
    world.stop();
    assert_eq!(origin.requests()[0].message.fields("content-length"), ["0"]);
}
