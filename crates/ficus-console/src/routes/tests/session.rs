use axum::http::{Method, StatusCode};
use ficus_control::identity::Anonymous;

use super::stand::{OPERATOR, Stand, VIEWER};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn who_may_not_look_is_sent_to_sign_in_and_back() {
    let stand = Stand::up(Anonymous::Nothing);
    let answer = stand.get("/boundaries/quotes").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers["location"], "/login?next=/boundaries/quotes");
    let form = stand.get("/login?next=/boundaries/quotes").await;
    assert!(form.text.contains("name=\"next\" value=\"/boundaries/quotes\""));
    let body = format!("token={VIEWER}&next=/boundaries/quotes");
    let signed_in = stand.send(Method::POST, "/login", &[FORM], &body).await;
    assert_eq!(signed_in.headers["location"], "/boundaries/quotes");
    let browser = stand.browser(VIEWER).await;
    let page = stand.page(&browser, "/boundaries/quotes").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<b>bob</b>"));
    stand.down().await;
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let stand = Stand::up(Anonymous::Nothing);
    let body = format!("token={OPERATOR}");
    let answer = stand.send(Method::POST, "/login", &[FORM], &body).await;
    let cookie = answer.headers["set-cookie"].to_str().expect("text");
    for attribute in ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=43200"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains(OPERATOR), "the token itself is not in it");
    stand.down().await;
}

#[tokio::test]
async fn a_wrong_token_opens_nothing() {
    let stand = Stand::up(Anonymous::Nothing);
    for token in ["ficus_guess", "", "%00"] {
        let body = format!("token={token}&next=/ledger");
        let answer = stand.send(Method::POST, "/login", &[FORM], &body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.headers.contains_key("set-cookie"));
        assert!(answer.text.contains("The token is not known."));
        assert!(answer.text.contains("value=\"/ledger\""), "where they wanted to go is kept");
    }
    stand.down().await;
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let stand = Stand::up(Anonymous::Reads);
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "/%0d%0aset-cookie:a=b",
    ] {
        let body = format!("token={VIEWER}&next={next}");
        let answer = stand.send(Method::POST, "/login", &[FORM], &body).await;
        assert_eq!(answer.headers["location"], "/", "{next}");
    }
    stand.down().await;
}

#[tokio::test]
async fn another_site_can_not_sign_a_visitor_in() {
    let stand = Stand::up(Anonymous::Reads);
    let body = format!("token={VIEWER}");
    let headers = [FORM, ("sec-fetch-site", "cross-site")];
    let answer = stand.send(Method::POST, "/login", &headers, &body).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!answer.headers.contains_key("set-cookie"));
    stand.down().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_of_the_form_only() {
    let stand = Stand::up(Anonymous::Nothing);
    let browser = stand.browser(OPERATOR).await;
    let secret = stand.secret(&browser).await;
    stand.form(&browser, "/logout", "form_token=guess").await;
    assert_eq!(stand.page(&browser, "/").await.status, StatusCode::OK, "a guess ends nothing");
    let answer = stand.form(&browser, "/logout", &format!("form_token={secret}")).await;
    assert!(answer.headers["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
    assert_eq!(stand.page(&browser, "/").await.status, StatusCode::SEE_OTHER);
    stand.down().await;
}
