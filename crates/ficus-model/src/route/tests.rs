use proptest::prelude::*;

use super::*;

fn route(text: &str) -> RoutePattern {
    text.parse().unwrap()
}

#[test]
fn matches_templates_byte_for_byte() {
    let quote = route("GET /api/quotes/{id}");
    assert!(quote.matches("GET", "/api/quotes/7"));
    assert!(quote.matches("GET", "/api/quotes/%2e%2e"));
    for (method, path) in [
        ("POST", "/api/quotes/7"),
        ("GET", "/api/quotes"),
        ("GET", "/api/quotes/"),
        ("GET", "/api/quotes/7/lines"),
        ("GET", "/api//quotes/7"),
        ("GET", "/API/quotes/7"),
        ("get", "/api/quotes/7"),
        ("GET", "api/quotes/7"),
    ] {
        assert!(!quote.matches(method, path), "{method} {path}");
    }
    assert!(route("* /files/{path...}").matches("PUT", "/files/a/b"));
    assert!(route("GET *").matches("GET", "/"));
    assert!(route("GET /").matches("GET", "/"));
}

#[test]
fn says_why_a_text_is_no_route() {
    for (text, message) in [
        (
            "/api",
            "`/api` is not a route: write a method and a path, as in \"GET /api/quotes/{id}\"",
        ),
        ("get /api", "`get` is not a method: capital letters, or * for any"),
        (
            "GET api",
            "`api` is not a path: it starts with a slash and has no spaces, query or fragment",
        ),
        (
            "GET /a?b=c",
            "`/a?b=c` is not a path: it starts with a slash and has no spaces, query or fragment",
        ),
        ("GET /a/{}", "`{}` is not a path segment: text, {name}, or {name...} at the end"),
        ("GET /a/x{id}", "`x{id}` is not a path segment: text, {name}, or {name...} at the end"),
        (
            "GET /{rest...}/a",
            "`{...}` is not a path segment: text, {name}, or {name...} at the end",
        ),
    ] {
        assert_eq!(text.parse::<RoutePattern>().unwrap_err().to_string(), message);
    }
}

#[test]
fn finds_overlaps_and_covers() {
    assert!(route("GET /a/{id}").overlaps(&route("GET /a/b")));
    assert!(route("GET *").overlaps(&route("* /a")));
    assert!(!route("GET /a/{id}").overlaps(&route("GET /a")));
    assert!(!route("GET /a").overlaps(&route("POST /a")));
    assert!(!route("GET /a/{id}").overlaps(&route("GET /a/")));
    assert!(route("GET *").covers(&route("GET /a/{id}")));
    assert!(route("GET /a/{id}").covers(&route("GET /a/b")));
    assert!(!route("GET /a/b").covers(&route("GET /a/{id}")));
    assert!(!route("GET *").covers(&route("* /a")));
    assert!(!route("GET /{id}").covers(&route("GET *")));
}

#[test]
fn hosts_and_headers_keep_routes_apart() {
    let (mut left, mut right) = (route("GET /a"), route("GET /a"));
    left.headers = vec![("x-tenant".to_owned(), "1".to_owned())];
    assert!(left.overlaps(&right));
    right.headers = vec![("x-tenant".to_owned(), "2".to_owned())];
    assert!(!left.overlaps(&right));
    right.headers.clear();
    left.host = Some("a.test".to_owned());
    assert!(left.overlaps(&right));
    right.host = Some("b.test".to_owned());
    assert!(!left.overlaps(&right));
}

fn pattern() -> impl Strategy<Value = RoutePattern> {
    let methods = prop::sample::select(vec!["GET", "POST", "*"]);
    let segment = prop::sample::select(vec!["a", "b", "{x}", ""]);
    (methods, prop::collection::vec(segment, 1..4), any::<bool>()).prop_map(
        |(method, segments, rest)| {
            let tail = if rest { "/{rest...}" } else { "" };
            format!("{method} /{}{tail}", segments.join("/")).parse().unwrap()
        },
    )
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c", ""]), 1..5)
        .prop_map(|parts| format!("/{}", parts.join("/")))
}

proptest! {
    #[test]
    fn what_matches_both_overlaps(left in pattern(), right in pattern(), path in path()) {
        for method in ["GET", "POST"] {
            if left.matches(method, &path) && right.matches(method, &path) {
                prop_assert!(left.overlaps(&right) && right.overlaps(&left));
            }
        }
    }

    #[test]
    fn what_is_covered_matches_the_cover(wide in pattern(), narrow in pattern(), path in path()) {
        if wide.covers(&narrow) && narrow.matches("GET", &path) {
            prop_assert!(wide.matches("GET", &path));
        }
    }

    #[test]
    fn reading_never_panics(text in ".{0,40}") {
        let _outcome = text.parse::<RoutePattern>();
    }
}
