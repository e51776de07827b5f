use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use axum::routing::get;
use tower::ServiceExt;

use super::stand::Stand;
use crate::api::guarded;
use crate::identity::{Anonymous, Hosts};

#[tokio::test]
async fn a_name_of_somebody_else_is_not_answered() {
    let stand = Stand::up(Anonymous::Reads);
    for host in ["evil.example", "rebound.evil.example:8081", "10.1.2.3"] {
        let request = Request::builder().uri("http://localhost/api/v1/status").header("host", host);
        let answer = stand.open_request(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    stand.down().await;
}

#[tokio::test]
async fn every_answer_forbids_guessing_and_keeping() {
    let stand = Stand::up(Anonymous::Reads);
    let answer = stand.send(Method::GET, "/api/v1/status", &[], "").await;
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cache-control"], "no-store");
    stand.down().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_too_long_is_given_up() {
    let never = get(|| async {
        tokio::time::sleep(Duration::from_hours(1)).await;
        "late"
    });
    let routes = guarded(Router::new().route("/", never), Hosts::Any);
    let request = Request::builder().uri("/").body(Body::empty()).expect("a request");
    let answer = routes.oneshot(request).await.expect("infallible");
    assert_eq!(answer.status(), StatusCode::GATEWAY_TIMEOUT);
    let body = to_bytes(answer.into_body(), 4096).await.expect("a body");
    assert!(String::from_utf8_lossy(&body).contains("control/timeout"));
}
