//! A client against a server of three lines: what an answer means for whoever asked.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use ficus_control::wire::StatusView;

use super::*;

/// Answers one request with these bytes.
fn once(answer: String) -> (Upstream, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = [0; 4096];
        let length = stream.read(&mut head).expect("a request");
        stream.write_all(answer.as_bytes()).expect("written");
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    (Upstream { host: "127.0.0.1".to_owned(), port }, served)
}

fn problem(status: u16, code: &str) -> String {
    let body = format!(
        r#"{{"type":"{code}","status":{status},"title":"the gates have not passed","help":"Wait.",
        "readings":[{{"gate":"parity","subject":"all","verdict":"inconclusive",
        "measured":{{"value":null,"unit":"share","text":"none yet"}},
        "bound":{{"value":0.001,"unit":"share","text":"0.1%"}},
        "samples":3,"needed":null,"wait_seconds":null,"reason":"too few"}}],
        "findings":[{{"code":"config/syntax","severity":"error","message":"not TOML","file":"a.toml",
        "line":3,"column":1,"help":"Look there."}}]}}"#
    );
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_refusal_is_a_no_with_its_gates() {
    let (server, _served) = once(problem(409, "refused/not-proven"));
    let failure = Client::new(&server, None).read::<StatusView>("/x").expect_err("refused");
    assert_eq!(failure.exit_code(), 1);
    assert!(failure.message.contains("parity all: too few (3 samples)"), "{failure}");
    assert!(failure.message.contains("a.toml:3:1: error: not TOML [config/syntax] Look there."));
}

#[test]
fn each_status_has_its_exit_code() {
    for (status, code) in [(404, 2), (422, 2), (412, 1), (401, 3), (503, 3)] {
        let (server, _served) = once(problem(status, "x"));
        let failure = Client::new(&server, None).text("/x").expect_err("no success");
        assert_eq!(failure.exit_code(), code, "{status}");
    }
}

#[test]
fn without_a_token_the_help_says_where_one_is() {
    let (server, _served) = once(problem(401, "identity/anonymous"));
    let failure = Client::new(&server, None).text("/x").expect_err("denied");
    assert!(failure.help.contains("--token-file"), "{}", failure.help);
}

#[test]
fn the_token_and_the_digest_travel_in_headers() {
    let (server, served) = once(problem(409, "x"));
    let client = Client::new(&server, Some("ficus_secret".to_owned()));
    let sent: Result<StatusView, Failure> = client.send("/api/v1/config/apply", &(), Some("ab"));
    assert!(sent.is_err());
    let head = served.join().expect("served").to_lowercase();
    assert!(head.starts_with("post /api/v1/config/apply http/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: bearer ficus_secret\r\n"));
    assert!(head.contains("if-match: \"ab\"\r\n"));
}

#[test]
fn nobody_there_says_how_to_start_it() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let server = Upstream { host: "127.0.0.1".to_owned(), port };
    let failure = Client::new(&server, None).text("/live").expect_err("nobody");
    assert_eq!(failure.exit_code(), 3);
    assert_eq!(failure.message, format!("nothing listens at 127.0.0.1:{port}"));
    assert!(failure.help.contains("ficus up"));
}

#[test]
fn somebody_else_there_is_not_mistaken_for_ficus() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
    let (server, _served) = once(answer.to_owned());
    let failure = Client::new(&server, None).read::<StatusView>("/x").expect_err("no JSON");
    assert!(failure.message.contains("was not understood"));
    let (server, _served) = once(answer.replace("200", "500"));
    let failure = Client::new(&server, None).text("/x").expect_err("no problem document");
    assert!(failure.message.ends_with("answered with status 500"));
}

#[test]
fn a_wildcard_address_is_reached_by_loopback() {
    for (listen, host) in
        [("0.0.0.0:1", "127.0.0.1"), ("[::]:1", "::1"), ("10.0.0.7:1", "10.0.0.7")]
    {
        assert_eq!(reachable(listen.parse().expect("an address")).host, host);
    }
}
