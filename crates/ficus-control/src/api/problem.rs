//! Errors as answers: an honest status, what is wrong, and what to do about it.

use axum::Json;
use axum::body::to_bytes;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use ficus_model::{Finding, Refusal};

use crate::desk::{ApplyError, CommandError};
use crate::identity::Denied;
use crate::ledger::ReadError;
use crate::state::BoundaryState;
use crate::wire::{ErrorView, FindingView, ReadingView, time_text};

/// How much of an extractor's refusal is repeated, in bytes.
const REFUSAL_BYTES_MAX: usize = 4096;

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(pub Box<ErrorView>);

impl Problem {
    /// A problem in words.
    pub fn new(
        status: StatusCode,
        code: &str,
        title: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self(Box::new(ErrorView {
            code: code.to_owned(),
            status: status.as_u16(),
            title: title.into(),
            help: help.into(),
            readings: Vec::new(),
            findings: Vec::new(),
        }))
    }

    /// No boundary has this name.
    pub fn unknown_boundary(name: &str) -> Self {
        let title = format!("there is no boundary `{name}`");
        let help = "See `ficus status` for the boundaries of the applied configuration.";
        Self::new(StatusCode::NOT_FOUND, "unknown/boundary", title, help)
    }

    /// A configuration with errors.
    pub fn findings(findings: &[Finding]) -> Self {
        let help = "Correct every finding and apply again; nothing was changed.";
        let title = "the configuration can not be applied";
        let mut problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "config/findings", title, help);
        problem.0.findings = findings.iter().map(FindingView::from).collect();
        problem
    }

    /// A command of an operator that had no effect; `boundary` as it is now, for the gates that are why.
    pub fn command(error: &CommandError, boundary: Option<&BoundaryState>) -> Self {
        match error {
            CommandError::UnknownBoundary(name) => Self::unknown_boundary(name.as_str()),
            CommandError::Refused(refusal) => Self::refusal(refusal, boundary),
            CommandError::Stalled(_) => Self::stalled("ledger/stalled", error),
            CommandError::Unrecorded(_) => Self::stalled("ledger/unrecorded", error),
            CommandError::Busy => Self::busy(error),
            CommandError::Closed => Self::closed(error),
        }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn refusal(refusal: &Refusal, boundary: Option<&BoundaryState>) -> Self {
        let (code, help) = match refusal {
            Refusal::NotProven(_) => (
                "refused/not-proven",
                "The readings say what is missing; it goes on by itself once they pass.",
            ),
            Refusal::Baking(_) => ("refused/baking", "Wait until then; hold or kill work at once."),
            Refusal::Stale { .. } => ("refused/stale", "Look at the boundary again and repeat."),
            Refusal::PlanNotCurrent => {
                ("refused/plan-not-current", "Apply the configuration again from the newest files.")
            }
            Refusal::Illegal(_) => {
                ("refused/illegal", "See `ficus status` for where the boundary stands.")
            }
            Refusal::NoReason => return Self::no_reason(),
        };
        let title = if let Refusal::Baking(until) = refusal {
            format!("the step is still baking until {}", time_text(*until))
        } else {
            refusal.to_string()
        };
        let mut problem = Self::new(StatusCode::CONFLICT, code, title, help);
        if let (Refusal::NotProven(_), Some(boundary)) = (refusal, boundary) {
            problem.0.readings = boundary.readings.iter().map(ReadingView::from).collect();
        }
        problem
    }

    /// An action without its reason.
    pub fn no_reason() -> Self {
        let help =
            "Say why in a sentence: it is written to the ledger, for whoever reads it later.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "refused/no-reason", "a reason is needed", help)
    }

    fn stalled(code: &str, error: &impl ToString) -> Self {
        let help = "See /ready for what keeps the ledger from recording, such as a full disk.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, error.to_string(), help)
    }

    fn busy(error: &impl ToString) -> Self {
        let help = "Try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "control/busy", error.to_string(), help)
    }

    fn closed(error: &impl ToString) -> Self {
        let help = "The process is ending or has lost its control loop; start it again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "control/closed", error.to_string(), help)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let (status, code, help) = match denied {
            Denied::Unknown => (
                StatusCode::UNAUTHORIZED,
                "identity/unknown",
                "Send `Authorization: Bearer` with a token of the identity file.",
            ),
            Denied::Anonymous => (
                StatusCode::UNAUTHORIZED,
                "identity/anonymous",
                "Send `Authorization: Bearer` with a token of the identity file.",
            ),
            Denied::Viewer => (
                StatusCode::FORBIDDEN,
                "identity/viewer",
                "Ask somebody whose identity has the role operator.",
            ),
        };
        Self::new(status, code, denied.to_string(), help)
    }
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Self {
        let conflict =
            |code, help: &str| Self::new(StatusCode::CONFLICT, code, error.to_string(), help);
        match &error {
            ApplyError::Outdated { .. } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "config/outdated",
                error.to_string(),
                "Look at what was applied in between, then apply again with the new digest.",
            ),
            ApplyError::Live { .. } => {
                conflict("config/live", "Roll the boundary back, or keep its file.")
            }
            ApplyError::Refused { refusal, .. } => {
                let mut problem = conflict("config/refused", "Nothing was changed.");
                problem.0.title = format!("{error}: {refusal}");
                problem
            }
            ApplyError::Stalled(_) => Self::stalled("ledger/stalled", &error),
            ApplyError::Busy => Self::busy(&error),
            ApplyError::Closed => Self::closed(&error),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        let help =
            "See /ready and the log of the process; `ficus ledger verify` says what is damaged.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "ledger/unreadable", error.to_string(), help)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(&*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.0.code == "control/busy" {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// Extractors refuse in plain text; here that becomes a problem like every other.
pub(crate) async fn always_a_problem(response: Response) -> Response {
    let status = response.status();
    let plain = response
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !plain || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let text = to_bytes(response.into_body(), REFUSAL_BYTES_MAX).await.unwrap_or_default();
    let title = match String::from_utf8_lossy(&text).trim() {
        "" => status.canonical_reason().unwrap_or("the request was refused").to_lowercase(),
        said => said.to_owned(),
    };
    let help = "See /openapi.json for what each path takes.";
    Problem::new(status, "unknown/request", title, help).into_response()
}

/// The answer for a path the API does not have.
pub(crate) async fn no_such_path(uri: Uri) -> Problem {
    let title = format!("there is nothing at `{}`", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "unknown/path", title, "See /openapi.json for every path.")
}

/// The answer for a method a path does not have.
pub(crate) async fn no_such_method() -> Problem {
    let title = "the path does not have this method";
    let help = "See /openapi.json for the methods of every path.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "unknown/method", title, help)
}
