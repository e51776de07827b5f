use axum::http::{Method, StatusCode};
use ficus_model::Finding;
use ficus_model::digest::Digest;
use ficus_model::finding::{Place, Severity};
use tokio::time::Instant;

use super::stand::{Answer, OPERATOR, Stand, VIEWER, configuration};
use crate::identity::Anonymous;

const REASON: &str = r#"{"reason": "contract agreed"}"#;

#[tokio::test]
async fn a_promotion_is_recorded_with_who_and_why_before_it_is_answered() {
    let stand = Stand::up(Anonymous::Reads);
    let answer = stand.act("promote", OPERATOR, REASON).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["stage"], "Shadow");
    let ledger = stand.get("/api/v1/ledger").await.json();
    let last = ledger["entries"].as_array().and_then(|entries| entries.last()).expect("entries");
    assert_eq!((&last["change"], &last["reason"]), (&"entered".into(), &"contract agreed".into()));
    assert_eq!(last["actor"], serde_json::json!({"kind": "operator", "name": "ada"}));
    stand.down().await;
}

#[tokio::test]
async fn a_refusal_is_a_conflict_with_the_gates_that_are_why() {
    let stand = Stand::up(Anonymous::Reads);
    stand.act("promote", OPERATOR, REASON).await;
    let size = stand.desk.state().head.size;
    let answer = stand.act("promote", OPERATOR, REASON).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    assert_eq!(answer.problem(), "refused/not-proven");
    assert!(answer.json()["readings"].as_array().is_some_and(|readings| !readings.is_empty()));
    assert_eq!(stand.desk.state().head.size, size, "a refusal changes nothing");
    stand.down().await;
}

#[tokio::test]
async fn each_decision_does_what_it_says() {
    let stand = Stand::up(Anonymous::Reads);
    stand.act("promote", OPERATOR, REASON).await;
    let held = stand.act("hold", OPERATOR, REASON).await.json();
    assert_eq!(held["stage"], "Shadow", "{held}");
    let killed = stand.act("kill", OPERATOR, REASON).await.json();
    assert_eq!(killed["weight"]["ppm"], 0);
    let status = stand.get("/api/v1/boundaries/quotes").await.json();
    assert_eq!(status["summary"]["phase"]["kind"], "killed");
    assert_eq!(status["summary"]["phase"]["reason"], "contract agreed");
    let back = stand.act("promote", OPERATOR, REASON).await;
    assert_eq!(back.status, StatusCode::OK, "promote lifts a kill: {}", back.text);
    let rolled_back = stand.act("rollback", OPERATOR, REASON).await.json();
    assert_eq!(rolled_back["stage"], "Contract", "{rolled_back}");
    stand.down().await;
}

#[tokio::test]
async fn only_operators_act_whatever_anonymous_visitors_may_read() {
    let stand = Stand::up(Anonymous::Reads);
    let size = stand.desk.state().head.size;
    for decision in ["promote", "hold", "rollback", "kill"] {
        let path = format!("/api/v1/boundaries/quotes/{decision}");
        let nobody = stand.send(Method::POST, &path, &[], REASON).await;
        assert_eq!(
            (nobody.status, nobody.problem().as_str()),
            (StatusCode::UNAUTHORIZED, "identity/anonymous")
        );
        let viewer = stand.act(decision, VIEWER, REASON).await;
        assert_eq!(
            (viewer.status, viewer.problem().as_str()),
            (StatusCode::FORBIDDEN, "identity/viewer")
        );
        let guess = stand.act(decision, "Bearer ficus_x", REASON).await;
        assert_eq!(guess.problem(), "identity/unknown");
    }
    assert_eq!(stand.desk.state().head.size, size);
    stand.down().await;
}

#[tokio::test]
async fn a_session_cookie_is_not_enough_to_act() {
    let stand = Stand::up(Anonymous::Reads);
    let id = stand.access.sign_in("ficus_operator", Instant::now()).expect("known");
    let cookie = format!("ficus_session={id}");
    let path = "/api/v1/boundaries/quotes/kill";
    let answer = stand.send(Method::POST, path, &[("cookie", &cookie)], REASON).await;
    assert_eq!(answer.problem(), "identity/anonymous");
    stand.down().await;
}

#[tokio::test]
async fn an_action_needs_its_reason() {
    let stand = Stand::up(Anonymous::Reads);
    let long = format!("{{\"reason\": \"{}\"}}", "a".repeat(1001));
    for (body, status, code) in [
        ("", 422, "refused/no-reason"),
        (r#"{"reason": " \n "}"#, 422, "refused/no-reason"),
        (&long, 422, "refused/long-reason"),
        ("{}", 400, "unknown/body"),
        ("reason", 400, "unknown/body"),
        (r#"{"reason": "a", "force": true}"#, 400, "unknown/body"),
    ] {
        let answer = stand.act("promote", OPERATOR, body).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, code), "{body}");
    }
    stand.down().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_as_a_problem() {
    let stand = Stand::up(Anonymous::Reads);
    let answer =
        stand.act("promote", OPERATOR, &"a".repeat(super::super::BODY_BYTES_MAX + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.problem(), "unknown/request");
    stand.down().await;
}

async fn apply(stand: &Stand, if_match: Option<&str>) -> Answer {
    let mut headers = vec![("authorization", OPERATOR)];
    headers.extend(if_match.map(|digest| ("if-match", digest)));
    stand.send(Method::POST, "/api/v1/config/apply", &headers, "").await
}

#[tokio::test]
async fn a_configuration_is_applied_over_the_one_its_sender_knew() {
    let stand = Stand::up(Anonymous::Reads);
    let known = format!("\"{}\"", stand.desk.state().configuration);
    let next = configuration(&["orders", "quotes"]);
    *stand.around.0.lock().expect("not poisoned") = Ok(next.clone());
    let applied = apply(&stand, Some(&known)).await;
    assert_eq!(applied.json()["configuration"], next.digest.to_string(), "{}", applied.text);
    assert_eq!(stand.desk.state().boundaries.len(), 2);
    let outdated = apply(&stand, Some(&known)).await;
    assert_eq!(outdated.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(outdated.problem(), "config/outdated");
    assert_eq!(apply(&stand, Some("*")).await.status, StatusCode::OK);
    assert_eq!(apply(&stand, Some("yesterday")).await.problem(), "unknown/if-match");
    stand.down().await;
}

#[tokio::test]
async fn every_finding_of_a_bad_configuration_is_answered_with_its_place() {
    let stand = Stand::up(Anonymous::Reads);
    let before: Digest = stand.desk.state().configuration;
    let finding = |line| Finding {
        code: "config/unknown-key",
        severity: Severity::Error,
        message: "unknown key `wieght`".to_owned(),
        place: Some(Place {
            file: "migration/quotes.toml".into(),
            line,
            column: 1,
            offset: 0,
            length: 6,
        }),
        help: None,
    };
    *stand.around.0.lock().expect("not poisoned") = Err(vec![finding(3), finding(9)]);
    let answer = apply(&stand, None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.problem(), "config/findings");
    let findings = &answer.json()["findings"];
    assert_eq!((&findings[0]["line"], &findings[1]["line"]), (&3.into(), &9.into()));
    assert_eq!(findings[0]["file"], "migration/quotes.toml");
    assert_eq!(stand.desk.state().configuration, before, "nothing was applied");
    stand.down().await;
}
