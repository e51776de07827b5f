//! Signing in and out.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use ficus_control::api::Problem;
use ficus_control::identity::{SESSION_COOKIE, SESSION_SPAN};
use tokio::time::Instant;

use super::{Console, bare_frame, page, unreadable};
use crate::pages::LoginPage;
use crate::wire::{LoginFields, LoginQuery, LogoutFields};

/// The form. It says nothing about the process: whoever sees it may not be known yet.
pub(crate) async fn login_page(Query(query): Query<LoginQuery>) -> Response {
    let next = local(query.next.as_deref().unwrap_or("/"));
    page(StatusCode::OK, &LoginPage::new(&bare_frame("/login"), next, None))
}

/// Trades a token for a session.
pub(crate) async fn login(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    form: Result<Form<LoginFields>, FormRejection>,
) -> Response {
    let fields = match form {
        Ok(Form(fields)) => fields,
        Err(rejection) => return console.failure(&unreadable(&rejection), None, "/login"),
    };
    let next = local(&fields.next);
    if from_elsewhere(&headers) {
        return console.failure(&elsewhere(), None, "/login");
    }
    match console.parts.access.sign_in(&fields.token, Instant::now()) {
        Ok(id) => {
            let seconds = SESSION_SPAN.as_secs();
            (cookie(&id, seconds), Redirect::to(next)).into_response()
        }
        Err(denied) => {
            let mut problem = Problem::from(denied);
            "Check that it was copied whole, and that it was not replaced."
                .clone_into(&mut problem.0.help);
            let frame = bare_frame("/login");
            page(problem.status(), &LoginPage::new(&frame, next, Some(&problem.0)))
        }
    }
}

/// Ends the session.
pub(crate) async fn logout(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    form: Result<Form<LogoutFields>, FormRejection>,
) -> Response {
    let fields = match form {
        Ok(Form(fields)) => fields,
        Err(rejection) => return console.failure(&unreadable(&rejection), None, "/"),
    };
    let session = console.parts.access.session(&headers, Instant::now());
    if let Some(session) = session.filter(|session| session.accepts(&fields.form_token)) {
        console.parts.access.sign_out(&session);
    }
    (cookie("", 0), Redirect::to("/")).into_response()
}

/// A cookie no script reads and no other site sends.
fn cookie(value: &str, seconds: u64) -> [(axum::http::HeaderName, String); 1] {
    let attributes = "Path=/; HttpOnly; SameSite=Strict";
    [(SET_COOKIE, format!("{SESSION_COOKIE}={value}; {attributes}; Max-Age={seconds}"))]
}

/// A path on this console, or the first page: nobody is sent to another site.
fn local(next: &str) -> &str {
    let second = next.as_bytes().get(1);
    let local = next.starts_with('/') && !matches!(second, Some(b'/' | b'\\'));
    if local && next.bytes().all(|byte| byte.is_ascii_graphic()) { next } else { "/" }
}

/// Whether a browser says that another site sent the form.
pub(crate) fn from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    !matches!(site, None | Some(b"same-origin" | b"none"))
}

/// The answer to a form of another site.
pub(crate) fn elsewhere() -> Problem {
    let title = "the form was sent by another site";
    let help = "Open the console's own page and send its form.";
    Problem::new(StatusCode::FORBIDDEN, "identity/elsewhere", title, help)
}

/// A path as a query's value.
pub(crate) fn encoded(path: &str) -> String {
    path.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}
