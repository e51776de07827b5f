//! Whether the process lives, has started, and can work; and its metrics.
//!
//! Probes are open to everybody: they say that something is wrong, never what was measured. A lost control plane
//! does not make a gateway unready; this is control's own readiness.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use super::{Api, Problem};
use crate::state::State as Picture;
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
#[utoipa::path(get, path = "/metrics", tag = "probes",
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = 401, body = ErrorView)))]
pub(crate) async fn metrics(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let state = api.read(&headers)?;
    let text = api.parts.surroundings.metrics() + &control_metrics(&state);
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

/// What control itself can say. Names are text of our own and need no escaping.
fn control_metrics(state: &Picture) -> String {
    let mut text = String::new();
    let mut family = |name: &str, help: &str, lines: &mut dyn Iterator<Item = String>| {
        // Writing to a string can not fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        lines.for_each(|line| {
            let _ = writeln!(text, "{name}{line}");
        });
    };
    let one = |value: String| std::iter::once(format!(" {value}"));
    let stalled = u8::from(state.stalled.is_some()).to_string();
    family(
        "ficus_control_ledger_entries",
        "Entries in the ledger.",
        &mut one(state.head.size.to_string()),
    );
    family("ficus_control_stalled", "1 while the ledger can not record.", &mut one(stalled));
    family(
        "ficus_control_boundary_weight_ratio",
        "Share of live traffic control wants on the service.",
        &mut state.boundaries.iter().map(|boundary| {
            let name = &boundary.boundary.name;
            format!("{{boundary=\"{name}\"}} {}", boundary.desired.weight.fraction())
        }),
    );
    family(
        "ficus_control_boundary_stage",
        "1 for the stage a boundary stands at.",
        &mut state.boundaries.iter().map(|boundary| {
            let (name, stage) = (&boundary.boundary.name, boundary.rollout.stage());
            format!("{{boundary=\"{name}\",stage=\"{stage}\"}} 1")
        }),
    );
    text
}
