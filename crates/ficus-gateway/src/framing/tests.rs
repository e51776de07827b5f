use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Chunked, HEAD_BYTES_MAX, read_head};
use crate::refusal::Refusal;

/// Reads each head of a script, one per line with `|` for CRLF, and says what came of it.
fn check(script: &str, expected: &Expect) {
    let read = |line: &str| {
        let bytes = line.replace('|', "\r\n").replace("\\t", "\t");
        match read_head(bytes.as_bytes()) {
            Ok(Some(head)) => format!("{:?} after {} bytes", head.framing, head.length),
            Ok(None) => "more".to_owned(),
            Err(refusal) => format!("{refusal:?}"),
        }
    };
    let told: String = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| format!("{line} => {}\n", read(line)))
        .collect();
    expected.assert_eq(&told);
}

#[test]
fn tells_what_follows_a_head() {
    check(
        "
        GET / HTTP/1.1|Host: h||
        GET / HTTP/1.1|Host: h||GET
        GET / HTTP/1.1|Host: h|
        POST / HTTP/1.1|Host: h|Content-Length: 0||
        POST / HTTP/1.1|Host: h|Content-Length: 12||
        POST / HTTP/1.1|Host: h|content-length: 007|CONTENT-LENGTH: 7||
        POST / HTTP/1.1|Host: h|Transfer-Encoding: CHUNKED||
        GET / HTTP/1.0||
        ",
        &expect![[r#"
            GET / HTTP/1.1|Host: h|| => Empty after 27 bytes
            GET / HTTP/1.1|Host: h||GET => Empty after 27 bytes
            GET / HTTP/1.1|Host: h| => more
            POST / HTTP/1.1|Host: h|Content-Length: 0|| => Empty after 47 bytes
            POST / HTTP/1.1|Host: h|Content-Length: 12|| => Length(12) after 48 bytes
            POST / HTTP/1.1|Host: h|content-length: 007|CONTENT-LENGTH: 7|| => Length(7) after 68 bytes
            POST / HTTP/1.1|Host: h|Transfer-Encoding: CHUNKED|| => Chunked after 56 bytes
            GET / HTTP/1.0|| => Empty after 18 bytes
        "#]],
    );
}

#[test]
fn refuses_in_the_order_of_the_guard() {
    check(
        "
        CONNECT h:1 HTTP/1.1|Transfer-Encoding: x|Host: a|Host: b||
        POST / HTTP/1.1|Transfer-Encoding: gzip, chunked|Host: a|Host: b||
        POST / HTTP/1.1|Transfer-Encoding: chunked|Content-Length: 1|Host: a|Host: b||
        GET http://c/ HTTP/1.1|Host: a|Host: b||
        GET http://c/ HTTP/1.1|Host: a|Connection: host||
        GET / HTTP/1.1|Host: a|Connection: x, HOST||
        ",
        &expect![[r#"
            CONNECT h:1 HTTP/1.1|Transfer-Encoding: x|Host: a|Host: b|| => Method
            POST / HTTP/1.1|Transfer-Encoding: gzip, chunked|Host: a|Host: b|| => Coding
            POST / HTTP/1.1|Transfer-Encoding: chunked|Content-Length: 1|Host: a|Host: b|| => Framing
            GET http://c/ HTTP/1.1|Host: a|Host: b|| => Host
            GET http://c/ HTTP/1.1|Host: a|Connection: host|| => Host
            GET / HTTP/1.1|Host: a|Connection: x, HOST|| => Nominated
        "#]],
    );
}

#[test]
fn knows_an_upgrade_that_can_be_granted() {
    check(
        "
        GET / HTTP/1.1|Host: h|Connection: keep-alive, Upgrade|Upgrade: websocket||
        GET / HTTP/1.0|Host: h|Connection: upgrade|Upgrade: websocket||
        GET / HTTP/1.1|Host: h|Upgrade: websocket||
        GET / HTTP/1.1|Host: h|Connection: upgrade||
        GET / HTTP/1.1|Host: h|Connection: upgrade|Upgrade: websocket, H2C||
        POST / HTTP/1.1|Host: h|Connection: upgrade|Upgrade: websocket|Content-Length: 2||
        ",
        &expect![[r#"
            GET / HTTP/1.1|Host: h|Connection: keep-alive, Upgrade|Upgrade: websocket|| => Upgrade after 80 bytes
            GET / HTTP/1.0|Host: h|Connection: upgrade|Upgrade: websocket|| => Empty after 68 bytes
            GET / HTTP/1.1|Host: h|Upgrade: websocket|| => Empty after 47 bytes
            GET / HTTP/1.1|Host: h|Connection: upgrade|| => Empty after 48 bytes
            GET / HTTP/1.1|Host: h|Connection: upgrade|Upgrade: websocket, H2C|| => Empty after 73 bytes
            POST / HTTP/1.1|Host: h|Connection: upgrade|Upgrade: websocket|Content-Length: 2|| => Length(2) after 88 bytes
        "#]],
    );
}

#[test]
fn a_host_is_a_host_and_nothing_more() {
    check(
        "
        GET / HTTP/1.1|Host: a.test:8080||
        GET / HTTP/1.1|Host: [::1]:80||
        GET / HTTP/1.1|Host: a b||
        GET / HTTP/1.1|Host: a,b||
        GET / HTTP/1.1|Host: u@a||
        GET / HTTP/1.1|Host: a/b||
        GET https://A.test HTTP/1.1|Host: a.TEST||
        GET http://a.test?q HTTP/1.1|Host: a.test||
        GET ftp://a.test/ HTTP/1.1|Host: a.test||
        GET a.test HTTP/1.1|Host: a.test||
        GET * HTTP/1.1|Host: a.test||
        OPTIONS * HTTP/1.1|Host: a.test||
        ",
        &expect![[r#"
            GET / HTTP/1.1|Host: a.test:8080|| => Empty after 37 bytes
            GET / HTTP/1.1|Host: [::1]:80|| => Empty after 34 bytes
            GET / HTTP/1.1|Host: a b|| => Host
            GET / HTTP/1.1|Host: a,b|| => Host
            GET / HTTP/1.1|Host: u@a|| => Host
            GET / HTTP/1.1|Host: a/b|| => Host
            GET https://A.test HTTP/1.1|Host: a.TEST|| => Empty after 45 bytes
            GET http://a.test?q HTTP/1.1|Host: a.test|| => Empty after 46 bytes
            GET ftp://a.test/ HTTP/1.1|Host: a.test|| => Malformed
            GET a.test HTTP/1.1|Host: a.test|| => Malformed
            GET * HTTP/1.1|Host: a.test|| => Malformed
            OPTIONS * HTTP/1.1|Host: a.test|| => Empty after 36 bytes
        "#]],
    );
}

#[test]
fn a_head_that_never_ends_is_refused_at_its_limit() {
    let mut head = b"GET / HTTP/1.1\r\nHost: h\r\nX: ".to_vec();
    head.resize(HEAD_BYTES_MAX - 1, b'a');
    assert_eq!(read_head(&head), Ok(None));
    head.push(b'a');
    assert_eq!(read_head(&head), Err(Refusal::HeadLimit));
    let target = [b"GET /", [b'a'; 9000].as_slice()].concat();
    assert_eq!(read_head(&target), Err(Refusal::TargetLimit));
}

/// What is left of a chunked body read in one piece: nothing, or what follows it.
fn chunks(body: &str) -> Result<String, Refusal> {
    let bytes = body.replace('|', "\r\n");
    let (mut chunked, mut read) = (Chunked::START, 0);
    while !chunked.done() && read < bytes.len() {
        read += chunked.advance(&bytes.as_bytes()[read..])?;
    }
    let state = if chunked.done() { "done, then " } else { "goes on, " };
    Ok(format!("{state}{:?}", &bytes[read..]))
}

#[test]
fn a_chunked_body_ends_where_it_says() {
    assert_eq!(chunks("0||GET").unwrap(), "done, then \"GET\"");
    assert_eq!(chunks("3|abc|0|x: 1|y: 2||GET").unwrap(), "done, then \"GET\"");
    assert_eq!(chunks("A;q=\"1\"|0123456789|00||").unwrap(), "done, then \"\"");
    assert_eq!(chunks("3|ab").unwrap(), "goes on, \"\"");
    assert_eq!(chunks("3 |abc|0|").unwrap(), "goes on, \"\"");
}

#[test]
fn a_chunked_body_with_two_readings_is_refused() {
    for body in [
        "|",
        ";|",
        "g|",
        "-1|",
        "+1|",
        "0x1|",
        " 1|",
        "1\n",
        "1|a\n",
        "1|ab",
        "1\r\r",
        "1;a\nb|",
        "1 x|",
        "0|: 1|",
        "0| x: 1|",
        "0|x: 1\n",
        "0|\r|",
        "1000000000000000|",
    ] {
        assert_eq!(chunks(body), Err(Refusal::Framing), "{body:?}");
    }
}

#[test]
fn extensions_and_trailers_are_bounded() {
    let extension = format!("1;{}|a|", "x".repeat(5000));
    assert_eq!(chunks(&extension), Err(Refusal::Framing));
    let many_short = "1;xxxxxxxxx|a|".repeat(500);
    assert_eq!(chunks(&many_short), Err(Refusal::Framing));
    let trailers = format!("0|{}", "x: y|".repeat(5000));
    assert_eq!(chunks(&trailers), Err(Refusal::Framing));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _read = read_head(&bytes);
        let mut chunked = Chunked::START;
        let _advanced = chunked.advance(&bytes);
    }

    /// What the framing says of a head's length does not depend on what follows it.
    #[test]
    fn a_head_ends_where_it_ends(tail in proptest::collection::vec(any::<u8>(), 0..80)) {
        let head = b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";
        let alone = read_head(head);
        let followed = read_head(&[&head[..], &tail].concat());
        prop_assert_eq!(alone, followed);
    }

    #[test]
    fn a_chunked_body_is_read_the_same_in_pieces(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..5),
        cut in 0_usize..200,
    ) {
        let mut body = Vec::new();
        for piece in &pieces {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        let cut = cut.min(body.len());
        let mut chunked = Chunked::START;
        prop_assert_eq!(chunked.advance(&body[..cut]), Ok(cut));
        prop_assert_eq!(chunked.done(), cut == body.len());
        prop_assert_eq!(chunked.advance(&body[cut..]), Ok(body.len() - cut));
        prop_assert!(chunked.done());
        prop_assert_eq!(chunked.advance(b"GET"), Ok(0));
    }
}
