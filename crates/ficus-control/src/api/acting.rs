//! What operators decide: promote, hold, rollback, kill, and applying a configuration.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, StatusCode};
use ficus_model::digest::Digest;
use ficus_model::{BoundaryName, Command, Principal};

use super::{Api, Problem, boundary, boundary_name};
use crate::desk::Desk;
use crate::wire::{ActionRequest, ActionView, AppliedView, DecisionView, ErrorView};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 1000;

/// Hands an operator's decision to a boundary and answers what it led to; the API and the console both come here.
///
/// # Errors
/// A [`Problem`]: no reason, no such boundary, a refusal with the gates that are why, or a ledger that can not record.
pub async fn decide(
    desk: &Desk,
    name: &BoundaryName,
    decision: DecisionView,
    by: Principal,
    reason: &str,
) -> Result<ActionView, Problem> {
    let reason = checked_reason(reason)?;
    let command = match decision {
        DecisionView::Promote => Command::Promote { by, reason, fresh: fresh_rollout()? },
        DecisionView::Hold => Command::Hold { by, reason },
        DecisionView::Rollback => Command::Rollback { by, reason },
        DecisionView::Kill => Command::Kill { by, reason },
    };
    let outcome = desk.command(name, command).await;
    let state = desk.state();
    let events =
        outcome.map_err(|error| Problem::command(&error, boundary(&state, name.as_str()).ok()))?;
    Ok(ActionView::new(&events, boundary(&state, name.as_str())?))
}

/// A name for the rollout a promotion may start.
fn fresh_rollout() -> Result<ficus_model::rollout::RolloutId, Problem> {
    Desk::fresh_rollout().map_err(|error| {
        let title = format!("the system gives no randomness: {error}");
        let help = "A rollout needs a fresh secret; see the log of the machine.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "control/no-randomness", title, help)
    })
}

/// A reason worth recording: some words, not a book, on one line.
fn checked_reason(reason: &str) -> Result<String, Problem> {
    let words: Vec<&str> = reason.split_whitespace().collect();
    let reason = words.join(" ");
    if reason.is_empty() {
        return Err(Problem::no_reason());
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        let title = format!("the reason is longer than {REASON_CHARS_MAX} characters");
        let help = "Say it shorter, and link to what is longer.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "refused/long-reason", title, help));
    }
    Ok(reason)
}

/// Goes on: to the next stage, or on from a hold, a rollback or a kill.
#[utoipa::path(post, path = "/api/v1/boundaries/{name}/promote", tag = "acting",
    params(("name" = String, Path, description = "The boundary's name")),
    request_body = ActionRequest, security(("operator" = [])),
    responses((status = 200, body = ActionView), (status = 400, body = ErrorView),
        (status = 401, body = ErrorView), (status = 403, body = ErrorView),
        (status = 404, body = ErrorView), (status = 409, body = ErrorView),
        (status = 422, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn promote(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ActionView>, Problem> {
    act(&api, &name, DecisionView::Promote, &headers, &body).await
}

/// Stands still: weights stay, nothing advances.
#[utoipa::path(post, path = "/api/v1/boundaries/{name}/hold", tag = "acting",
    params(("name" = String, Path, description = "The boundary's name")),
    request_body = ActionRequest, security(("operator" = [])),
    responses((status = 200, body = ActionView), (status = 400, body = ErrorView),
        (status = 401, body = ErrorView), (status = 403, body = ErrorView),
        (status = 404, body = ErrorView), (status = 409, body = ErrorView),
        (status = 422, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn hold(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ActionView>, Problem> {
    act(&api, &name, DecisionView::Hold, &headers, &body).await
}

/// Goes back to the stage before live traffic; copies go on.
#[utoipa::path(post, path = "/api/v1/boundaries/{name}/rollback", tag = "acting",
    params(("name" = String, Path, description = "The boundary's name")),
    request_body = ActionRequest, security(("operator" = [])),
    responses((status = 200, body = ActionView), (status = 400, body = ErrorView),
        (status = 401, body = ErrorView), (status = 403, body = ErrorView),
        (status = 404, body = ErrorView), (status = 409, body = ErrorView),
        (status = 422, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn rollback(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ActionView>, Problem> {
    act(&api, &name, DecisionView::Rollback, &headers, &body).await
}

/// Nothing of any kind to the service, now.
#[utoipa::path(post, path = "/api/v1/boundaries/{name}/kill", tag = "acting",
    params(("name" = String, Path, description = "The boundary's name")),
    request_body = ActionRequest, security(("operator" = [])),
    responses((status = 200, body = ActionView), (status = 400, body = ErrorView),
        (status = 401, body = ErrorView), (status = 403, body = ErrorView),
        (status = 404, body = ErrorView), (status = 409, body = ErrorView),
        (status = 422, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn kill(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ActionView>, Problem> {
    act(&api, &name, DecisionView::Kill, &headers, &body).await
}

/// Who may is asked before anything is looked at.
async fn act(
    api: &Api,
    name: &str,
    decision: DecisionView,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Json<ActionView>, Problem> {
    let by = api.operator(headers)?;
    let request = action_request(body)?;
    let name = boundary_name(name)?;
    decide(&api.parts.desk, &name, decision, by, &request.reason).await.map(Json)
}

/// Reads the body of an action. An empty body is an action without a reason.
fn action_request(body: &[u8]) -> Result<ActionRequest, Problem> {
    if body.is_empty() {
        return Err(Problem::no_reason());
    }
    serde_json::from_slice(body).map_err(|error| {
        let title = format!("the body is not an action: {error}");
        let help = "Send JSON such as {\"reason\": \"parity shown for three days\"}.";
        Problem::new(StatusCode::BAD_REQUEST, "unknown/body", title, help)
    })
}

/// Reads the configuration files again and applies them, all or nothing.
#[utoipa::path(post, path = "/api/v1/config/apply", tag = "acting", security(("operator" = [])),
    params(("If-Match" = Option<String>, Header,
        description = "Digest of the configuration the sender takes for current")),
    responses((status = 200, body = AppliedView), (status = 400, body = ErrorView),
        (status = 401, body = ErrorView), (status = 403, body = ErrorView),
        (status = 409, body = ErrorView), (status = 412, body = ErrorView),
        (status = 422, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn apply(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<AppliedView>, Problem> {
    let by = api.operator(&headers)?;
    let if_match = if_match(&headers)?;
    let surroundings = Arc::clone(&api.parts.surroundings);
    let read = tokio::task::spawn_blocking(move || surroundings.configuration()).await;
    let configuration =
        read.map_err(|_| unreadable())?.map_err(|found| Problem::findings(&found))?;
    let configuration = api.parts.desk.apply(configuration, by, if_match).await?;
    Ok(Json(AppliedView { configuration: configuration.to_string() }))
}

/// The digest in `If-Match`, with or without quotes; `*` and no header stand for whatever is current.
fn if_match(headers: &HeaderMap) -> Result<Option<Digest>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    if text == "*" {
        return Ok(None);
    }
    Digest::parse(text).map(Some).ok_or_else(|| {
        let title = "`If-Match` is not a digest";
        let help = "Send the `configuration` of /api/v1/status.";
        Problem::new(StatusCode::BAD_REQUEST, "unknown/if-match", title, help)
    })
}

fn unreadable() -> Problem {
    let title = "reading the configuration has crashed";
    let help = "See the log of the process; nothing was changed.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "config/crashed", title, help)
}
