use expect_test::{Expect, expect};
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Found, path_of, reduce};

fn headers(script: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    headers
}

/// The fields that are left of those of the script.
fn check(script: &str, upgrade: bool, expected: &Expect) {
    let mut headers = headers(script);
    let found = Found::in_head(&headers);
    reduce(&mut headers, found, upgrade);
    let lines =
        headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn what_begins_anew_on_our_connection_is_put_back() {
    check(
        "
        TE: deflate, trailers
        Trailer: x-sum
        Transfer-Encoding: chunked
        Connection: TE, close
        Expect: 100-continue
        Accept: */*
        ",
        false,
        &expect![[r#"
            accept: */*
            trailer: x-sum
            transfer-encoding: chunked
            te: trailers
        "#]],
    );
}

#[test]
fn an_upgrade_goes_on_only_where_the_guard_has_seen_one() {
    let script = "
        Connection: keep-alive, Upgrade
        Upgrade: websocket
        Sec-WebSocket-Key: x
    ";
    check(
        script,
        true,
        &expect![[r#"
        sec-websocket-key: x
        upgrade: websocket
        connection: upgrade
    "#]],
    );
    check(
        script,
        false,
        &expect![[r#"
        sec-websocket-key: x
    "#]],
    );
}

#[test]
fn the_length_of_a_body_is_known_before_it_is_read() {
    let length = |script| {
        let headers = headers(script);
        Found::in_head(&headers).body_length(&headers)
    };
    assert_eq!(length(""), Some(0));
    assert_eq!(length("Content-Length: 12"), Some(12));
    assert_eq!(length("Transfer-Encoding: chunked"), None);
}

#[test]
fn an_absolute_target_becomes_its_path() {
    let path = |target: &str| path_of(&target.parse().unwrap()).map(|path| path.to_string());
    assert_eq!(path("http://a.test/x//y?z=%2F"), Ok("/x//y?z=%2F".to_owned()));
    assert_eq!(path("http://a.test"), Ok("/".to_owned()));
    assert_eq!(path("http://a.test?q"), Ok("/?q".to_owned()));
}
