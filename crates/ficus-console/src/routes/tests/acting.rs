use axum::http::StatusCode;
use ficus_control::identity::Anonymous;
use ficus_control::wire::DecisionView;

use super::stand::{OPERATOR, Stand, VIEWER};

#[tokio::test]
async fn an_operator_promotes_with_a_reason_and_sees_it_in_the_ledger() {
    let stand = Stand::up(Anonymous::Reads);
    let browser = stand.browser(OPERATOR).await;
    let secret = stand.secret(&browser).await;
    let fields =
        format!("form_token={secret}&generation={}&reason=contract+agreed", stand.generation());
    let answer = stand.form(&browser, "/boundaries/quotes/promote", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.headers["location"], "/boundaries/quotes?done=promote");
    let page = stand.page(&browser, "/boundaries/quotes?done=promote").await.text;
    assert!(page.contains("Promoted."));
    assert!(page.contains("Entered Shadow.") && page.contains("by ada"), "{page}");
    assert!(page.contains("contract agreed"));
    stand.down().await;
}

#[tokio::test]
async fn a_form_without_the_sessions_own_secret_changes_nothing() {
    let stand = Stand::up(Anonymous::Reads);
    let (ada, other) = (stand.browser(OPERATOR).await, stand.browser(OPERATOR).await);
    let (stolen, generation) = (stand.secret(&other).await, stand.generation());
    for secret in ["", "guess", &stolen] {
        let fields = format!("form_token={secret}&generation={generation}&reason=a");
        let answer = stand.form(&ada, "/boundaries/quotes/promote", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text.contains("does not belong to this session"));
    }
    assert_eq!(stand.generation(), generation);
    stand.down().await;
}

#[tokio::test]
async fn another_sites_form_changes_nothing_even_with_the_secret() {
    let stand = Stand::up(Anonymous::Reads);
    let browser = stand.browser(OPERATOR).await;
    let (secret, generation) = (stand.secret(&browser).await, stand.generation());
    let fields = format!("form_token={secret}&generation={generation}&reason=a");
    let headers = [
        ("cookie", browser.cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-site"),
    ];
    let path = "/boundaries/quotes/promote";
    let answer = stand.send(axum::http::Method::POST, path, &headers, &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(stand.generation(), generation);
    stand.down().await;
}

#[tokio::test]
async fn viewers_and_strangers_do_not_act() {
    let stand = Stand::up(Anonymous::Reads);
    let generation = stand.generation();
    let viewer = stand.browser(VIEWER).await;
    let fields = "form_token=any&generation=1&reason=a&name=quotes";
    let answer = stand.form(&viewer, "/boundaries/quotes/kill", fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("Only an operator may do this."));
    let stranger = super::stand::Browser { cookie: "ficus_session=guess".to_owned() };
    let answer = stand.form(&stranger, "/boundaries/quotes/kill", fields).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stand.generation(), generation);
    stand.down().await;
}

#[tokio::test]
async fn a_refused_decision_shows_why_and_keeps_the_reason() {
    let stand = Stand::up(Anonymous::Reads);
    stand.decide(DecisionView::Promote, "begin").await;
    let browser = stand.browser(OPERATOR).await;
    let secret = stand.secret(&browser).await;
    let generation = stand.generation();
    let fields = format!("form_token={secret}&generation={generation}&reason=looks+good");
    let answer = stand.form(&browser, "/boundaries/quotes/promote", &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("The gates have not passed"), "{}", answer.text);
    assert!(answer.text.contains("value=\"looks good\""));
    let fields = format!("form_token={secret}&generation={generation}&reason=");
    let answer = stand.form(&browser, "/boundaries/quotes/hold", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("A reason is needed."));
    stand.down().await;
}

#[tokio::test]
async fn going_on_needs_the_newest_page_but_killing_never_does() {
    let stand = Stand::up(Anonymous::Reads);
    let browser = stand.browser(OPERATOR).await;
    let (secret, seen) = (stand.secret(&browser).await, stand.generation());
    stand.decide(DecisionView::Promote, "begin").await;
    stand.decide(DecisionView::Hold, "wait").await;
    let fields = format!("form_token={secret}&generation={seen}&reason=a");
    let late = stand.form(&browser, "/boundaries/quotes/promote", &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("has changed since the page was made"));
    let killed =
        stand.form(&browser, "/boundaries/quotes/kill", &format!("{fields}&name=quotes")).await;
    assert_eq!(killed.status, StatusCode::SEE_OTHER, "{}", killed.text);
    stand.down().await;
}

#[tokio::test]
async fn what_takes_traffic_away_asks_for_the_name_again() {
    let stand = Stand::up(Anonymous::Reads);
    stand.decide(DecisionView::Promote, "begin").await;
    let browser = stand.browser(OPERATOR).await;
    let secret = stand.secret(&browser).await;
    for decision in ["rollback", "kill"] {
        let path = format!("/boundaries/quotes/{decision}");
        let before = stand.generation();
        let fields = format!("form_token={secret}&generation={before}&reason=a&name=");
        let answer = stand.form(&browser, &path, &format!("{fields}orders")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("<details id=\"undo\" open>"));
        assert_eq!(stand.generation(), before);
        let answer = stand.form(&browser, &path, &format!("{fields}quotes")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{decision}: {}", answer.text);
    }
    stand.down().await;
}

#[tokio::test]
async fn there_are_four_decisions_and_no_more() {
    let stand = Stand::up(Anonymous::Reads);
    let browser = stand.browser(OPERATOR).await;
    let answer = stand.form(&browser, "/boundaries/quotes/delete", "reason=a").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = stand.form(&browser, "/boundaries/nothing/hold", "reason=a").await;
    assert!(answer.status.is_client_error());
    stand.down().await;
}

#[tokio::test]
async fn what_is_no_form_is_refused_on_a_page() {
    let stand = Stand::up(Anonymous::Reads);
    let browser = stand.browser(OPERATOR).await;
    let generation = stand.generation();
    for path in ["/boundaries/quotes/kill", "/login", "/logout"] {
        let headers = [("cookie", browser.cookie.as_str()), ("content-type", "application/json")];
        let answer = stand.send(axum::http::Method::POST, path, &headers, "{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
        assert!(answer.text.contains("Send the form of the page."), "{path}: {}", answer.text);
    }
    let long = format!("reason={}", "a".repeat(64 * 1024));
    let answer = stand.form(&browser, "/boundaries/quotes/kill", &long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(stand.generation(), generation);
    stand.down().await;
}
