//! Whether the process lives, has started, and can work; and its metrics.
//!
//! Probes are open to everybody: they say that something is wrong, never what was measured. A lost control plane
//! does not make a gateway unready; this is control's own readiness.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use super::events::STREAMS_MAX;
use super::{Api, Problem, metrics};
use crate::wire::{DependencyView, ErrorView, HealthView};

/// Whether the process answers at all.
#[utoipa::path(get, path = "/live", tag = "probes", responses((status = 200, body = HealthView)))]
pub(crate) async fn live() -> Json<HealthView> {
    Json(HealthView::new(Vec::new()))
}

/// Whether the first table has reached the data plane.
#[utoipa::path(get, path = "/startup", tag = "probes",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub(crate) async fn startup(State(api): State<Arc<Api>>) -> (StatusCode, Json<HealthView>) {
    answer(HealthView::new(vec![api.plane_started()]))
}

/// Whether control can do its work, dependency by dependency.
#[utoipa::path(get, path = "/ready", tag = "probes",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub(crate) async fn ready(State(api): State<Arc<Api>>) -> (StatusCode, Json<HealthView>) {
    let mut dependencies = vec![api.ledger(), api.plane_started(), api.plane_well()];
    dependencies.extend(api.parts.surroundings.dependencies());
    answer(HealthView::new(dependencies))
}

/// Metrics of all parts in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "probes",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 401, body = ErrorView)))]
pub(crate) async fn metrics_text(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let state = api.read(&headers)?;
    let open = STREAMS_MAX.saturating_sub(api.streams.available_permits());
    let text = api.parts.surroundings.metrics() + &metrics::text(&state, open);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

fn answer(health: HealthView) -> (StatusCode, Json<HealthView>) {
    let status = if health.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

impl Api {
    fn ledger(&self) -> DependencyView {
        let state = self.parts.desk.state();
        match &state.stalled {
            Some(why) => DependencyView::new("ledger", false, why.clone()),
            None => DependencyView::new("ledger", true, format!("{} entries", state.head.size)),
        }
    }

    fn plane_started(&self) -> DependencyView {
        let generation = self.parts.plane.health().generation;
        let detail = match generation {
            0 => "no table is in use yet".to_owned(),
            generation => format!("table {generation} is in use"),
        };
        DependencyView::new("table", generation > 0, detail)
    }

    fn plane_well(&self) -> DependencyView {
        let troubles = self.parts.plane.health().troubles;
        let detail = if troubles.is_empty() { "no troubles".into() } else { troubles.join("; ") };
        DependencyView::new("gateway", troubles.is_empty(), detail)
    }
}
