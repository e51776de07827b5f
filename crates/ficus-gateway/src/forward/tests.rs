use http::{Method, Request};

use super::{RETRY_COST, RETRY_SAVINGS_MAX, RetryBudget, Spare};
use crate::body::RequestBody;

#[test]
fn no_more_than_a_tenth_is_retried() {
    let budget = RetryBudget::default();
    let at_once = (0..).take_while(|_| budget.spend()).count();
    assert_eq!(at_once, 100);
    for _ in 0..RETRY_COST - 1 {
        budget.earn();
    }
    assert!(!budget.spend());
    budget.earn();
    assert!(budget.spend());
    for _ in 0..RETRY_SAVINGS_MAX * 2 {
        budget.earn();
    }
    assert_eq!((0..).take_while(|_| budget.spend()).count(), 100);
}

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
