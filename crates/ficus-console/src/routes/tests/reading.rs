use axum::http::StatusCode;
use ficus_control::identity::Anonymous;
use ficus_control::wire::DecisionView;

use super::stand::{Stand, VIEWER};

#[tokio::test]
async fn every_page_opens_for_whoever_may_look() {
    let stand = Stand::up(Anonymous::Reads);
    let configuration = stand.desk.state().configuration;
    let evidence = format!("/evidence/{configuration}");
    for (path, words) in [
        ("/", "team-pricing"),
        ("/boundaries/quotes", "Both arms"),
        ("/ledger", "example.com/console-test"),
        ("/ledger?before=1", "configuration"),
        (evidence.as_str(), "boundary quotes"),
        ("/login", "Token"),
    ] {
        let page = stand.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert!(page.text.contains(words), "{path}: {}", page.text);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    }
    stand.down().await;
}

#[tokio::test]
async fn what_is_not_there_says_so_on_a_page() {
    let stand = Stand::up(Anonymous::Reads);
    for path in [
        "/nothing",
        "/boundaries/nothing",
        "/boundaries/nothing/report",
        "/evidence/abc",
        "/assets",
    ] {
        let page = stand.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text.contains("All boundaries"), "{path}");
    }
    stand.down().await;
}

#[tokio::test]
async fn pages_say_nothing_to_those_who_may_not_look() {
    let stand = Stand::up(Anonymous::Nothing);
    for path in [
        "/",
        "/boundaries/quotes",
        "/boundaries/quotes/report",
        "/ledger",
        "/evidence/abc",
        "/nothing",
    ] {
        let page = stand.get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(!page.text.contains("quotes"), "{path}");
    }
    for path in ["/live-boundaries", "/boundaries/quotes/live"] {
        assert_eq!(stand.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let headers = [("authorization", "Bearer ficus_guess")];
    let page = stand.send(axum::http::Method::GET, "/", &headers, "").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    stand.down().await;
}

#[tokio::test]
async fn the_policy_stands_on_every_answer() {
    let stand = Stand::up(Anonymous::Reads);
    for path in ["/", "/nothing", "/assets/ficus.css", "/login"] {
        let page = stand.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'self'; "), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers["x-frame-options"], "DENY");
    }
    stand.down().await;
}

#[tokio::test]
async fn the_report_is_a_file_of_its_own_and_scripts_may_fetch_it_by_token() {
    let stand = Stand::up(Anonymous::Nothing);
    stand.decide(DecisionView::Promote, "contract agreed").await;
    let token = format!("Bearer {VIEWER}");
    let headers = [("authorization", token.as_str())];
    let path = "/boundaries/quotes/report";
    let report = stand.send(axum::http::Method::GET, path, &headers, "").await;
    assert_eq!(report.status, StatusCode::OK);
    assert_eq!(
        report.headers["content-disposition"],
        "attachment; filename=\"quotes-report.html\""
    );
    assert!(report.text.contains("contract agreed") && report.text.contains("<style>"));
    stand.down().await;
}

#[tokio::test]
async fn a_program_is_answered_in_its_own_form() {
    let stand = Stand::up(Anonymous::Reads);
    let headers = [("accept", "application/json")];
    let answer = stand.send(axum::http::Method::GET, "/nothing", &headers, "").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    stand.down().await;
}
