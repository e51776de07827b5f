//! What stands before every route: the name the visitor used, how long an answer may take, and headers that hold for
//! all of them.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, HOST, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::{ANSWER_TIME_MAX, Problem};
use crate::identity::Hosts;

/// Headers every answer has unless its route said otherwise.
const HEADERS: [(HeaderName, &str); 3] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

/// `routes`, answered only under the names of `hosts`, in time.
pub fn guarded(routes: Router, hosts: Hosts) -> Router {
    routes
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(hosts, known_host))
        .layer(from_fn(headers))
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn known_host(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| request.uri().authority().map(Authority::as_str));
    if hosts.accept(host.unwrap_or_default()) {
        return next.run(request).await;
    }
    let title = "this listener does not answer under this name";
    let help = "Use localhost or 127.0.0.1, or add the name to the control listener's hosts.";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "identity/host", title, help).into_response()
}

/// Bounds the time to the head of an answer; an event stream's head comes at once.
async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_TIME_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let title = "the answer took too long";
            let help = "Ask /api/v1/status whether the request had an effect before repeating it.";
            Problem::new(StatusCode::GATEWAY_TIMEOUT, "control/timeout", title, help)
                .into_response()
        }
    }
}
