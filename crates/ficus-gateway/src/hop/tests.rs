use http::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue};

use super::{lists, strip};

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let line = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.iter().map(line) {
        headers.append(name, value);
    }
    headers
}

fn names_left(lines: &[(&'static str, &'static str)]) -> Vec<String> {
    let mut headers = headers(lines);
    strip(&mut headers);
    headers.keys().map(ToString::to_string).collect()
}

#[test]
fn strips_what_belongs_to_one_connection() {
    let left = names_left(&[
        ("host", "h"),
        ("connection", "keep-alive"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "keep-alive"),
        ("proxy-authorization", "Basic x"),
        ("te", "trailers"),
        ("trailer", "x-sum"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("http2-settings", "x"),
        ("accept", "*/*"),
    ]);
    assert_eq!(left, ["host", "accept", "trailer"]);
}

#[test]
fn strips_what_any_connection_line_nominates() {
    let left = names_left(&[
        ("connection", "close, X-One"),
        ("connection", "x-two,,not a name"),
        ("x-one", "1"),
        ("x-two", "2"),
        ("x-three", "3"),
        ("close", "a field that happens to be called so"),
    ]);
    assert_eq!(left, ["x-three", "close"]);
}

#[test]
fn says_whether_anything_was_nominated() {
    assert!(!strip(&mut headers(&[("host", "h")])));
    assert!(!strip(&mut headers(&[("connection", "keep-alive")])));
    assert!(strip(&mut headers(&[("connection", "x-one")])));
}

#[test]
fn finds_a_member_of_a_list() {
    let headers = headers(&[("connection", "keep-alive ,UPGRADE"), ("connection", "x")]);
    assert!(lists(&headers, &CONNECTION, "upgrade"));
    assert!(lists(&headers, &CONNECTION, "x"));
    assert!(!lists(&headers, &CONNECTION, "keep"));
}
