//! What a form leads to: the decision, or the same page with what is in its way.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use ficus_control::api::{self, Problem};
use ficus_control::identity::Denied;
use ficus_control::wire::DecisionView;
use ficus_model::{BoundaryName, Principal};
use tokio::time::Instant;

use super::reading::boundary_page;
use super::session::{elsewhere, from_elsewhere};
use super::{Console, Look, unreadable};
use crate::pages::{DecisionForm, Kept};
use crate::wire::DecisionFields;

/// Takes a decision and shows the boundary again.
pub(crate) async fn decide(
    State(console): State<Arc<Console>>,
    Path((name, decision)): Path<(String, String)>,
    headers: HeaderMap,
    form: Result<Form<DecisionFields>, FormRejection>,
) -> Response {
    let path = format!("/boundaries/{name}");
    let look = match console.look(&headers, &path) {
        Ok(look) => look,
        Err(response) => return *response,
    };
    let fields = match form {
        Ok(Form(fields)) => fields,
        Err(rejection) => return console.failure(&unreadable(&rejection), Some(&look), &path),
    };
    let Some(decision) = DecisionView::parse(&decision) else {
        let help = "A boundary can be promoted, held, rolled back or killed.";
        let title = format!("there is no decision `{decision}`");
        let problem = Problem::new(StatusCode::NOT_FOUND, "unknown/decision", title, help);
        return console.failure(&problem, Some(&look), &path);
    };
    let outcome = match accepted(&console, &look, &headers, &name, decision, &fields) {
        Ok((boundary, by)) => {
            api::decide(&console.parts.desk, &boundary, decision, by, &fields.reason).await
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(_) => Redirect::to(&format!("{path}?done={}", decision.as_str())).into_response(),
        Err(problem) => {
            let kept = Kept { typed: Some((decision, fields.reason)) };
            boundary_page(&console, &look, &name, Some(&problem), None, &kept).await
        }
    }
}

/// Whether the form may act at all: an operator's own session, the page as it is now, the right name.
fn accepted(
    console: &Console,
    look: &Look,
    headers: &HeaderMap,
    name: &str,
    decision: DecisionView,
    fields: &DecisionFields,
) -> Result<(BoundaryName, Principal), Problem> {
    if from_elsewhere(headers) {
        return Err(elsewhere());
    }
    let by = look.caller.operator()?.clone();
    let session = console.parts.access.session(headers, Instant::now());
    let session = session.ok_or(Denied::Anonymous)?;
    if !session.accepts(&fields.form_token) {
        let title = "the form does not belong to this session";
        let help = "Load the page again and send its form.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "identity/form", title, help));
    }
    let boundary: BoundaryName = name.parse().map_err(|_| Problem::unknown_boundary(name))?;
    if DecisionForm::repeats_name(decision) && fields.name.trim() != name {
        let title = format!("the name repeated is not `{name}`");
        let help = "Repeat the boundary's name, so that the decision hits the right one.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "refused/name", title, help));
    }
    current(look, name, decision, fields.generation)?;
    Ok((boundary, by))
}

/// Going on needs the page as it is now; what only takes traffic away is never refused as late.
fn current(look: &Look, name: &str, decision: DecisionView, seen: u64) -> Result<(), Problem> {
    let now = look.status.boundaries.iter().find(|boundary| boundary.name == name);
    let late = now.is_some_and(|boundary| boundary.generation != seen);
    if late && decision == DecisionView::Promote {
        let title = "the boundary has changed since the page was made";
        let help = "This is the page as it is now: look again, then decide.";
        return Err(Problem::new(StatusCode::CONFLICT, "refused/stale", title, help));
    }
    Ok(())
}
