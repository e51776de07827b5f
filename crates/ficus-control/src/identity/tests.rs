use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use ficus_model::Principal;
use tokio::time::Instant;

use super::{
    Access, Anonymous, Caller, Denied, Hosts, Identities, Identity, Role, SESSION_COOKIE,
    SESSION_SPAN, SESSIONS_MAX, TokenHash, fresh_token,
};

const OPERATOR: &str = "ficus_operator";
const VIEWER: &str = "ficus_viewer";

fn identity(name: &str, role: Role, token: &str) -> Identity {
    Identity { name: name.parse().expect("a principal"), role, token: TokenHash::of(token) }
}

fn access(anonymous: Anonymous) -> Access {
    let known =
        vec![identity("ada", Role::Operator, OPERATOR), identity("bob", Role::Viewer, VIEWER)];
    Access::new(Identities { known, anonymous })
}

fn headers(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
    headers
}

fn caller(access: &Access, headers: &HeaderMap) -> Result<Caller, Denied> {
    access.caller(headers, Instant::now())
}

#[test]
fn a_token_names_its_owner_and_role() {
    let access = access(Anonymous::Nothing);
    let ada = caller(&access, &headers("authorization", "Bearer ficus_operator"));
    assert_eq!(ada.expect("known").operator().map(Principal::as_str), Ok("ada"));
    let bob = caller(&access, &headers("authorization", "bearer ficus_viewer")).expect("known");
    assert_eq!(bob.operator(), Err(Denied::Viewer));
    assert_eq!(access.reads(&bob), Ok(()));
}

#[test]
fn what_nobody_knows_is_refused_even_where_anonymous_may_read() {
    let access = access(Anonymous::Reads);
    for value in ["Bearer ficus_other", "Bearer", "Basic ficus_operator", "Bearer "] {
        let refused = caller(&access, &headers("authorization", value));
        assert_eq!(refused, Err(Denied::Unknown), "{value}");
    }
}

#[test]
fn anonymous_visitors_read_only_where_they_may_and_never_act() {
    let nobody = caller(&access(Anonymous::Reads), &HeaderMap::new()).expect("anonymous");
    assert_eq!(access(Anonymous::Reads).reads(&nobody), Ok(()));
    assert_eq!(access(Anonymous::Nothing).reads(&nobody), Err(Denied::Anonymous));
    assert_eq!(nobody.operator(), Err(Denied::Anonymous));
}

#[test]
fn tokens_are_fresh_and_hashes_read_back() {
    let (first, second) = (fresh_token().expect("random"), fresh_token().expect("random"));
    assert_ne!(first, second);
    assert_eq!(first.len(), "ficus_".len() + 43, "256 bits in six-bit letters");
    let hash = TokenHash::of(&first);
    assert_eq!(TokenHash::parse(&hash.text()), Some(hash));
    assert_eq!(TokenHash::parse("abc"), None);
}

#[test]
fn a_session_ends_after_its_span_or_when_it_is_closed() {
    let access = access(Anonymous::Nothing);
    let now = Instant::now();
    let id = access.sign_in(OPERATOR, now).expect("known");
    let cookies = headers("cookie", &format!("theme=dark; {SESSION_COOKIE}={id}"));
    let session = access.session(&cookies, now).expect("signed in");
    assert_eq!((session.name.as_str(), session.role), ("ada", Role::Operator));
    assert_eq!(access.session(&cookies, now + SESSION_SPAN), None);
    access.sign_out(&session);
    assert_eq!(access.session(&cookies, now), None);
}

#[test]
fn a_form_is_accepted_from_its_own_session_only() {
    let access = access(Anonymous::Nothing);
    let now = Instant::now();
    let session = |token| {
        let id = access.sign_in(token, now).expect("known");
        access.session(&headers("cookie", &format!("{SESSION_COOKIE}={id}")), now).expect("open")
    };
    let (ada, bob) = (session(OPERATOR), session(VIEWER));
    assert!(ada.accepts(&ada.form_token));
    assert!(!ada.accepts(&bob.form_token));
    assert!(!ada.accepts(""));
}

#[test]
fn a_cookie_is_not_enough_where_a_bearer_is_asked() {
    let access = access(Anonymous::Nothing);
    let id = access.sign_in(OPERATOR, Instant::now()).expect("known");
    let cookies = headers("cookie", &format!("{SESSION_COOKIE}={id}"));
    assert_eq!(access.bearer(&cookies), Ok(Caller::Anonymous));
}

#[test]
fn the_oldest_session_makes_room() {
    let access = access(Anonymous::Nothing);
    let start = Instant::now();
    let cookie = |id: &str| headers("cookie", &format!("{SESSION_COOKIE}={id}"));
    let first = access.sign_in(OPERATOR, start).expect("known");
    let later = start + Duration::from_secs(1);
    let second = access.sign_in(OPERATOR, later).expect("known");
    for _ in 1..SESSIONS_MAX {
        access.sign_in(VIEWER, later).expect("known");
    }
    assert_eq!(access.session(&cookie(&first), later), None);
    assert!(access.session(&cookie(&second), later).is_some());
}

#[test]
fn a_local_listener_answers_to_this_machine_only() {
    let local = Hosts::Local(vec!["console.test".to_owned()]);
    for host in
        ["localhost", "localhost:8081", "127.0.0.1:8081", "[::1]:8081", "[::1]", "Console.Test:1"]
    {
        assert!(local.accept(host), "{host}");
    }
    for host in ["evil.example", "evil.example:8081", "127.0.0.1.evil.example", "", "10.0.0.1:80"] {
        assert!(!local.accept(host), "{host}");
    }
    assert!(Hosts::Any.accept("evil.example"));
}
