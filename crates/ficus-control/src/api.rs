//! The JSON API: everything the command line and the pages can do, complete and first.
//!
//! Reading needs a viewer, or nobody where anonymous visitors may read. Acting needs an operator's bearer token: a
//! cookie is never enough here, so no page of another site can act through a visitor's browser. Each action carries
//! a reason and is answered only after it is in the ledger.
//!
//! Every answer that is no success is an [`ErrorView`](crate::wire::ErrorView): what is wrong and what to do.
//!
//! Code map: [`router`] puts together `reading`, `acting`, `ledger`, `events` (server-sent events) and `probes`;
//! `guard` stands before all of it; `problem` turns errors into answers; `document` is the OpenAPI description.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use axum::middleware::map_response;
use axum::routing::{get, post};
use ficus_model::{BoundaryName, Finding, Principal};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::configuration::Configuration;
use crate::desk::Desk;
use crate::identity::Access;
use crate::plane::DataPlane;
use crate::state::{BoundaryState, State};
use crate::wire::DependencyView;

mod acting;
mod document;
mod events;
mod guard;
mod ledger;
mod metrics;
mod probes;
mod problem;
mod reading;

pub use acting::decide;
pub use document::{document, document_text};
pub use events::STREAMS_MAX;
pub use guard::guarded;
pub use problem::Problem;

/// Largest request body, in bytes: a reason, never a file.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Longest time until the head of an answer.
pub const ANSWER_TIME_MAX: Duration = Duration::from_secs(15);

/// What the API asks of the process it runs in.
pub trait Surroundings: Send + Sync {
    /// Reads the configuration files again. May block: it is called where that is allowed.
    ///
    /// # Errors
    /// Every finding at once when one of them is an error; nothing is applied then.
    fn configuration(&self) -> Result<Configuration, Vec<Finding>>;

    /// Metrics of the other parts, in Prometheus' text format.
    fn metrics(&self) -> String;

    /// How other parts are, besides ledger and data plane.
    fn dependencies(&self) -> Vec<DependencyView>;
}

/// What the API is made of.
#[derive(Clone)]
pub struct ApiParts {
    /// Where commands are handed in and the picture is read.
    pub desk: Desk,
    /// Who may do what.
    pub access: Arc<Access>,
    /// The data plane, for its health.
    pub plane: Arc<dyn DataPlane>,
    /// The process around.
    pub surroundings: Arc<dyn Surroundings>,
    /// Ends event streams, which would otherwise never end.
    pub shutdown: CancellationToken,
}

/// The parts as handlers see them.
pub(crate) struct Api {
    parts: ApiParts,
    streams: Arc<Semaphore>,
}

/// The API's routes. Put [`guarded`] around them, and around the console's beside them.
pub fn router(parts: ApiParts) -> Router {
    let api = Arc::new(Api { parts, streams: Arc::new(Semaphore::new(STREAMS_MAX)) });
    let version_1 = Router::new()
        .route("/status", get(reading::status))
        .route("/boundaries/{name}", get(reading::boundary))
        .route("/boundaries/{name}/mismatches", get(reading::mismatches))
        .route("/boundaries/{name}/readings", get(reading::readings))
        .route("/boundaries/{name}/promote", post(acting::promote))
        .route("/boundaries/{name}/hold", post(acting::hold))
        .route("/boundaries/{name}/rollback", post(acting::rollback))
        .route("/boundaries/{name}/kill", post(acting::kill))
        .route("/ledger", get(ledger::entries))
        .route("/ledger/checkpoint", get(ledger::checkpoint))
        .route("/ledger/entries/{index}", get(ledger::entry))
        .route("/evidence/{digest}", get(ledger::evidence))
        .route("/config/apply", post(acting::apply))
        .route("/events", get(events::events))
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method);
    Router::new()
        .nest("/api/v1", version_1)
        .route("/openapi.json", get(document::serve))
        .route("/live", get(probes::live))
        .route("/ready", get(probes::ready))
        .route("/startup", get(probes::startup))
        .route("/metrics", get(probes::metrics_text))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(map_response(problem::always_a_problem))
        .with_state(api)
}

impl Api {
    /// The picture, for somebody who may read.
    fn read(&self, headers: &HeaderMap) -> Result<Arc<State>, Problem> {
        let access = &self.parts.access;
        access.reads(&access.caller(headers, Instant::now())?)?;
        Ok(self.parts.desk.state())
    }

    /// The name of an operator who sent a bearer token.
    fn operator(&self, headers: &HeaderMap) -> Result<Principal, Problem> {
        let caller = self.parts.access.bearer(headers)?;
        Ok(caller.operator()?.clone())
    }
}

/// The boundary of this name in the picture.
fn boundary<'s>(state: &'s State, name: &str) -> Result<&'s BoundaryState, Problem> {
    let found = state.boundaries.iter().find(|boundary| boundary.boundary.name.as_str() == name);
    found.ok_or_else(|| Problem::unknown_boundary(name))
}

/// A name from a path.
fn boundary_name(name: &str) -> Result<BoundaryName, Problem> {
    name.parse().map_err(|_| Problem::unknown_boundary(name))
}

#[cfg(test)]
mod tests;
