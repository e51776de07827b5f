//! Where everything stands, and why.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;

use super::{Api, Problem, boundary as find};
use crate::wire::{BoundaryView, ErrorView, MismatchesView, ReadingsView, StatusView};

/// Where every boundary stands.
#[utoipa::path(get, path = "/api/v1/status", tag = "reading",
    responses((status = 200, body = StatusView), (status = 401, body = ErrorView)))]
pub(crate) async fn status(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Json<StatusView>, Problem> {
    Ok(Json(StatusView::from(&*api.read(&headers)?)))
}

/// One boundary, whole: stage, gates, coverage, both arms.
#[utoipa::path(get, path = "/api/v1/boundaries/{name}", tag = "reading",
    params(("name" = String, Path, description = "The boundary's name")),
    responses((status = 200, body = BoundaryView), (status = 401, body = ErrorView),
        (status = 404, body = ErrorView)))]
pub(crate) async fn boundary(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Json<BoundaryView>, Problem> {
    let state = api.read(&headers)?;
    Ok(Json(BoundaryView::new(state.at, find(&state, &name)?)))
}

/// What differs, each class with its smallest example and the rule that would accept it.
#[utoipa::path(get, path = "/api/v1/boundaries/{name}/mismatches", tag = "reading",
    params(("name" = String, Path, description = "The boundary's name")),
    responses((status = 200, body = MismatchesView), (status = 401, body = ErrorView),
        (status = 404, body = ErrorView)))]
pub(crate) async fn mismatches(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Json<MismatchesView>, Problem> {
    let state = api.read(&headers)?;
    Ok(Json(MismatchesView::new(state.at, find(&state, &name)?)))
}

/// The gates of the present step: measured beside the bound, and what is missing.
#[utoipa::path(get, path = "/api/v1/boundaries/{name}/readings", tag = "reading",
    params(("name" = String, Path, description = "The boundary's name")),
    responses((status = 200, body = ReadingsView), (status = 401, body = ErrorView),
        (status = 404, body = ErrorView)))]
pub(crate) async fn readings(
    State(api): State<Arc<Api>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Json<ReadingsView>, Problem> {
    let state = api.read(&headers)?;
    Ok(Json(ReadingsView::new(state.at, find(&state, &name)?)))
}
