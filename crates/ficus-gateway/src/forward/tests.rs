use http::{Method, Request};

use super::Spare;
use crate::request_body::RequestBody;

#[test]
fn only_repeatable_requests_are_kept() {
    let kept = |method: Method| {
        let request = Request::builder().method(method).uri("/x?y").header("a", "b");
        Spare::of(&request.body(RequestBody::Empty).unwrap())
    };
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let again = kept(method.clone()).and_then(Spare::into_request).expect("may be repeated");
        assert_eq!((again.method(), again.uri().path()), (&method, "/x"));
        assert_eq!(again.headers()["a"], "b");
    }
    assert!(kept(Method::POST).is_none());
    assert!(kept(Method::PATCH).is_none());
}
