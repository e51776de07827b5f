//! Who may see what, and what a form leads to.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::FormRejection;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use ficus_control::api::{BODY_BYTES_MAX, Problem};
use ficus_control::desk::Desk;
use ficus_control::identity::{Access, Caller, Denied};
use ficus_control::state::State;
use ficus_control::wire::StatusView;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::pages::{FailurePage, Frame, Place, Visitor};
use crate::{assets, live};

mod acting;
mod reading;
mod session;

pub(crate) use reading::{find, trail};

/// Nothing but what this origin serves: no inline script, no inline style, no frame around it.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'; object-src 'none'";
/// Live pages at once.
const LIVE_MAX: usize = 64;

/// What the console is made of.
#[derive(Debug, Clone)]
pub struct ConsoleParts {
    /// Where commands are handed in and the picture is read.
    pub desk: Desk,
    /// Who may do what; the same as the API's.
    pub access: Arc<Access>,
    /// Ends live streams, which would otherwise never end.
    pub shutdown: CancellationToken,
}

/// The parts as handlers see them.
#[derive(Debug)]
pub(crate) struct Console {
    pub(crate) parts: ConsoleParts,
    pub(crate) streams: Arc<Semaphore>,
}

/// The console's routes, to be merged with the API's, and guarded as they are.
pub fn router(parts: ConsoleParts) -> Router {
    let console = Arc::new(Console { parts, streams: Arc::new(Semaphore::new(LIVE_MAX)) });
    Router::new()
        .route("/", get(reading::overview))
        .route("/live-boundaries", get(live::overview))
        .route("/boundaries/{name}", get(reading::boundary))
        .route("/boundaries/{name}/live", get(live::boundary))
        .route("/boundaries/{name}/report", get(reading::report))
        .route("/boundaries/{name}/{decision}", post(acting::decide))
        .route("/ledger", get(reading::ledger))
        .route("/evidence/{digest}", get(reading::evidence))
        .route("/login", get(session::login_page).post(session::login))
        .route("/logout", post(session::logout))
        .route("/assets/{name}", get(assets::serve))
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(map_response(with_policy))
        .with_state(console)
}

async fn with_policy(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(POLICY);
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    let frames = HeaderName::from_static("x-frame-options");
    headers.entry(frames).or_insert(HeaderValue::from_static("DENY"));
    response
}

/// Somebody who may look, and what they see.
pub(crate) struct Look {
    pub(crate) state: Arc<State>,
    pub(crate) status: StatusView,
    pub(crate) caller: Caller,
    pub(crate) visitor: Option<Visitor>,
}

impl Console {
    /// Lets a visitor in who may read; sends others to sign in.
    pub(crate) fn look(&self, headers: &HeaderMap, path: &str) -> Result<Look, Box<Response>> {
        let now = Instant::now();
        let access = &self.parts.access;
        let caller = access.caller(headers, now).map_err(|denied| self.refused(denied, path))?;
        access.reads(&caller).map_err(|denied| self.refused(denied, path))?;
        let session = access.session(headers, now);
        let visitor = match &caller {
            Caller::Anonymous => None,
            Caller::Known { name, role } => Some(Visitor {
                name: name.to_string(),
                role: role.as_str(),
                form_token: session.map(|session| session.form_token),
            }),
        };
        let state = self.parts.desk.state();
        let status = StatusView::from(&*state);
        Ok(Look { state, status, caller, visitor })
    }

    fn refused(&self, denied: Denied, path: &str) -> Box<Response> {
        Box::new(match denied {
            Denied::Anonymous => {
                Redirect::to(&format!("/login?next={}", session::encoded(path))).into_response()
            }
            Denied::Unknown | Denied::Viewer => self.failure(&Problem::from(denied), None, path),
        })
    }

    /// A page that says what is wrong. Without a visitor it says nothing about the process.
    pub(crate) fn failure(&self, problem: &Problem, look: Option<&Look>, path: &str) -> Response {
        let frame = match look {
            Some(look) => look.frame(Place::Elsewhere, path),
            None => bare_frame(path),
        };
        page(problem.status(), &FailurePage::new(&frame, &problem.0))
    }
}

impl Look {
    /// The frame of a page for this visitor.
    pub(crate) fn frame(&self, place: Place, path: &str) -> Frame {
        Frame::new(place, path, self.visitor.clone(), &self.status)
    }
}

/// A frame for those who may not look.
pub(crate) fn bare_frame(path: &str) -> Frame {
    Frame {
        place: Place::Elsewhere,
        path: path.to_owned(),
        visitor: None,
        stalled: None,
        entries: 0,
        live: None,
    }
}

/// A rendered page. Rendering to a string fails only when a filter does, and none of ours do.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn nothing_here(
    axum::extract::State(console): axum::extract::State<Arc<Console>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let path = uri.path();
    let look = match console.look(&headers, path) {
        Ok(look) => look,
        Err(response) => return *response,
    };
    let title = format!("there is nothing at {path}");
    let help = "The boundaries and the ledger are linked above.";
    let problem = Problem::new(StatusCode::NOT_FOUND, "unknown/path", title, help);
    if asks_for_json(&headers) {
        return problem.into_response();
    }
    console.failure(&problem, Some(&look), path)
}

/// Whether whoever asks is a program rather than a browser.
fn asks_for_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("json") && !accepted.contains("html")
}

/// A form that can not be read, such as one without its content type, is a problem like every other.
pub(crate) fn unreadable(rejection: &FormRejection) -> Problem {
    let help = "Send the form of the page.";
    Problem::new(rejection.status(), "unknown/form", rejection.body_text(), help)
}

#[cfg(test)]
mod tests;
