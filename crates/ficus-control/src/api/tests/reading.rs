use axum::http::{Method, StatusCode};

use super::stand::{OPERATOR, Stand, VIEWER};
use crate::identity::Anonymous;

#[tokio::test]
async fn the_status_names_boundaries_head_and_configuration() {
    let stand = Stand::up(Anonymous::Reads);
    let status = stand.get("/api/v1/status").await.json();
    assert_eq!(status["boundaries"][0]["name"], "quotes");
    assert_eq!(status["boundaries"][0]["stage"], "Contract");
    assert_eq!(status["monolith"], "127.0.0.1:8000");
    assert_eq!(status["configuration"], stand.desk.state().configuration.to_string());
    assert_eq!(status["head"]["size"], stand.desk.state().head.size);
    stand.down().await;
}

#[tokio::test]
async fn a_boundary_is_read_whole_and_by_its_parts() {
    let stand = Stand::up(Anonymous::Reads);
    let whole = stand.get("/api/v1/boundaries/quotes").await.json();
    assert_eq!(whole["routes"]["surface"][0], "GET /api/rates");
    assert_eq!(whole["steps"][1]["text"], "2 of 2");
    assert_eq!(whole["coverage"]["text"], "none yet");
    let mismatches = stand.get("/api/v1/boundaries/quotes/mismatches").await.json();
    assert_eq!(mismatches["classes"], serde_json::json!([]));
    let readings = stand.get("/api/v1/boundaries/quotes/readings").await.json();
    assert_eq!(readings["boundary"], "quotes");
    stand.down().await;
}

#[tokio::test]
async fn an_unknown_boundary_is_said_to_be_unknown() {
    let stand = Stand::up(Anonymous::Reads);
    for path in ["", "/mismatches", "/readings"] {
        let answer = stand.get(&format!("/api/v1/boundaries/nothing{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.problem(), "unknown/boundary");
    }
    stand.down().await;
}

#[tokio::test]
async fn reading_needs_a_viewer_where_anonymous_visitors_may_not_read() {
    let stand = Stand::up(Anonymous::Nothing);
    for path in ["status", "boundaries/quotes", "ledger", "ledger/checkpoint", "events"] {
        let path = format!("/api/v1/{path}");
        let answer = stand.get(&path).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.problem(), "identity/anonymous");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    for token in [VIEWER, OPERATOR] {
        let headers = [("authorization", token)];
        let answer = stand.send(Method::GET, "/api/v1/status", &headers, "").await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let headers = [("authorization", "Bearer ficus_guessed")];
    let answer = stand.send(Method::GET, "/api/v1/status", &headers, "").await;
    assert_eq!(answer.problem(), "identity/unknown");
    stand.down().await;
}

#[tokio::test]
async fn whatever_is_not_there_is_a_problem_too() {
    let stand = Stand::up(Anonymous::Reads);
    let answer = stand.get("/api/v1/nothing").await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "unknown/path"));
    let answer = stand.send(Method::DELETE, "/api/v1/status", &[], "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.problem(), "unknown/method");
    let answer = stand.get("/api/v1/ledger?from=minus").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.problem(), "unknown/request");
    stand.down().await;
}

#[tokio::test]
async fn the_description_is_served() {
    let stand = Stand::up(Anonymous::Nothing);
    let description = stand.get("/openapi.json").await.json();
    assert!(description["paths"]["/api/v1/status"].is_object());
    stand.down().await;
}
