//! The ledger as it is: entries, the signed head, and the evidence behind a digest.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use ficus_model::digest::Digest;

use super::{Api, Problem};
use crate::wire::{
    CheckpointView, EntryView, ErrorView, EvidenceView, HeadView, LedgerPageRequest, LedgerView,
};

/// Entries of an answer at most.
const ENTRIES_MAX: u64 = 500;
/// Entries of an answer when nobody says how many.
const ENTRIES_DEFAULT: u64 = 100;

/// A stretch of the ledger, by position.
#[utoipa::path(get, path = "/api/v1/ledger", tag = "ledger", params(LedgerPageRequest),
    responses((status = 200, body = LedgerView), (status = 400, body = ErrorView),
        (status = 401, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn entries(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Query(page): Query<LedgerPageRequest>,
) -> Result<Json<LedgerView>, Problem> {
    let state = api.read(&headers)?;
    let from = page.from.unwrap_or(0);
    let limit = page.limit.unwrap_or(ENTRIES_DEFAULT).clamp(1, ENTRIES_MAX);
    let end = from.saturating_add(limit).min(state.head.size);
    let entries = api.parts.desk.entries(from.min(end)..end).await?;
    Ok(Json(LedgerView {
        head: HeadView::from(&state.head),
        entries: entries.iter().map(EntryView::from).collect(),
        next: (end < state.head.size).then_some(end),
    }))
}

/// One entry.
#[utoipa::path(get, path = "/api/v1/ledger/entries/{index}", tag = "ledger",
    params(("index" = u64, Path, description = "The entry's position, from 0")),
    responses((status = 200, body = EntryView), (status = 401, body = ErrorView),
        (status = 404, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn entry(
    State(api): State<Arc<Api>>,
    Path(index): Path<String>,
    headers: HeaderMap,
) -> Result<Json<EntryView>, Problem> {
    api.read(&headers)?;
    let position: u64 = index.parse().map_err(|_| no_entry(&index))?;
    let entries = api.parts.desk.entries(position..position.saturating_add(1)).await?;
    entries.first().map(|entry| Json(EntryView::from(entry))).ok_or_else(|| no_entry(&index))
}

/// The signed head, as third-party verifiers read it.
#[utoipa::path(get, path = "/api/v1/ledger/checkpoint", tag = "ledger",
    responses((status = 200, body = CheckpointView), (status = 401, body = ErrorView),
        (status = 503, body = ErrorView)))]
pub(crate) async fn checkpoint(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<CheckpointView>, Problem> {
    api.read(&headers)?;
    let note = api.parts.desk.checkpoint().await?;
    let head = HeadView::from(&api.parts.desk.state().head);
    Ok(Json(CheckpointView { head, note }))
}

/// Evidence as it was stored under its digest.
#[utoipa::path(get, path = "/api/v1/evidence/{digest}", tag = "ledger",
    params(("digest" = String, Path, description = "SHA-256 in hexadecimal")),
    responses((status = 200, body = EvidenceView), (status = 401, body = ErrorView),
        (status = 404, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn evidence(
    State(api): State<Arc<Api>>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Result<Json<EvidenceView>, Problem> {
    api.read(&headers)?;
    let digest = Digest::parse(&text).ok_or_else(|| no_evidence(&text))?;
    let bytes = api.parts.desk.evidence(digest).await?.ok_or_else(|| no_evidence(&text))?;
    Ok(Json(EvidenceView::new(digest, &bytes)))
}

fn no_entry(index: &str) -> Problem {
    let title = format!("there is no ledger entry `{index}`");
    let help = "See /api/v1/ledger for the positions there are.";
    Problem::new(StatusCode::NOT_FOUND, "unknown/entry", title, help)
}

fn no_evidence(digest: &str) -> Problem {
    let title = format!("there is no evidence `{digest}`");
    let help = "Take the digest from a ledger entry: 64 lower-case hexadecimal digits.";
    Problem::new(StatusCode::NOT_FOUND, "unknown/evidence", title, help)
}
