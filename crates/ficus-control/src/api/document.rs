//! The API's description, OpenAPI 3.1, generated from the handlers and views themselves.
//!
//! The committed `api/openapi.json` is this very text; a test fails when it is stale.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{acting, events, ledger, probes, reading};

#[derive(OpenApi)]
#[openapi(
    info(title = "ficus control", version = "1",
        description = "Where boundaries stand, on what evidence, and the decisions of operators.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")),
    paths(reading::status, reading::boundary, reading::mismatches, reading::readings,
        acting::promote, acting::hold, acting::rollback, acting::kill, acting::apply,
        ledger::entries, ledger::entry, ledger::checkpoint, ledger::evidence, events::events,
        probes::live, probes::startup, probes::ready, probes::metrics_text),
    tags((name = "reading", description = "Needs a viewer, or nobody where anonymous visitors may read."),
        (name = "acting", description = "Needs an operator's bearer token."),
        (name = "ledger", description = "Everything decided, with its evidence."),
        (name = "probes", description = "For whoever watches the process.")),
    modifiers(&Bearer))]
struct Description;

/// How operators say who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of the identity file whose role is operator."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("operator", SecurityScheme::Http(bearer));
    }
}

/// The description.
pub fn document() -> Document {
    Description::openapi()
}

/// The description as JSON, with a line feed at the end.
///
/// # Errors
/// When the description can not be written as JSON, which its types rule out.
pub fn document_text() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| text + "\n")
}

/// Serves the description.
pub(crate) async fn serve() -> Result<impl IntoResponse, super::Problem> {
    let text = document_text().map_err(|error| {
        let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        let help = "This is a defect: please report it.";
        super::Problem::new(status, "control/document", error.to_string(), help)
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], text))
}

#[cfg(test)]
mod tests;
