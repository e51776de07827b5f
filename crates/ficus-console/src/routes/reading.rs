//! The pages to look at.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ficus_control::api::Problem;
use ficus_control::desk::Desk;
use ficus_control::ledger::{ReadError, StoredEntry};
use ficus_control::state::BoundaryState;
use ficus_control::wire::{BoundaryView, EntryView, EvidenceView, MismatchesView};
use ficus_model::digest::Digest;

use super::{Console, Look, page};
use crate::pages::{
    BoundaryPage, BoundaryParts, ENTRIES_PER_PAGE, EvidencePage, Kept, LedgerPage, OverviewPage,
    Place,
};
use crate::wire::{DoneQuery, LedgerQuery};

/// Entries on a boundary's page.
const TRAIL_MAX: usize = 12;
/// Entries in a report.
const REPORT_ENTRIES_MAX: usize = 2_000;
/// How far back the ledger is searched for a page.
const TRAIL_SEARCH_MAX: u64 = 2_048;
/// How far back the ledger is searched for a report.
const REPORT_SEARCH_MAX: u64 = 200_000;
/// Entries read at once.
const ENTRIES_READ_MAX: u64 = 256;

/// All boundaries.
pub(crate) async fn overview(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    match console.look(&headers, "/") {
        Ok(look) => {
            let frame = look.frame(Place::Boundaries, "/").live("/live-boundaries".to_owned());
            page(StatusCode::OK, &OverviewPage::new(&frame, &look.status))
        }
        Err(response) => *response,
    }
}

/// One boundary.
pub(crate) async fn boundary(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    Query(query): Query<DoneQuery>,
    headers: HeaderMap,
) -> Response {
    let note = match query.done.as_deref() {
        Some("promote") => Some("Promoted. The decision and its reason are in the ledger."),
        Some("hold") => Some("Held. The decision and its reason are in the ledger."),
        Some("rollback") => Some("Rolled back. The decision and its reason are in the ledger."),
        Some("kill") => Some("Killed. The decision and its reason are in the ledger."),
        Some(_) | None => None,
    };
    match console.look(&headers, &format!("/boundaries/{name}")) {
        Ok(look) => boundary_page(&console, &look, &name, None, note, &Kept::default()).await,
        Err(response) => *response,
    }
}

/// A boundary's page, with what came of the visitor's form.
pub(crate) async fn boundary_page(
    console: &Console,
    look: &Look,
    name: &str,
    problem: Option<&Problem>,
    note: Option<&str>,
    kept: &Kept,
) -> Response {
    let path = format!("/boundaries/{name}");
    // After a form the picture may be newer than the one it was judged by.
    let state = console.parts.desk.state();
    let Some(boundary) = find(&state.boundaries, name) else {
        return console.failure(&Problem::unknown_boundary(name), Some(look), &path);
    };
    let entries = match trail(&console.parts.desk, name, TRAIL_MAX, TRAIL_SEARCH_MAX).await {
        Ok(entries) => entries,
        Err(error) => return console.failure(&Problem::from(error), Some(look), &path),
    };
    let view = BoundaryView::new(state.at, boundary);
    let mismatches = MismatchesView::new(state.at, boundary);
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    let frame = look.frame(Place::Boundaries, &path).live(format!("{path}/live"));
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let problem = problem.map(|problem| &*problem.0);
    page(status, &BoundaryPage::new(&frame, parts, problem, note, kept))
}

/// A boundary's outcome report, as a file.
pub(crate) async fn report(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let path = format!("/boundaries/{name}/report");
    let look = match console.look(&headers, &path) {
        Ok(look) => look,
        Err(response) => return *response,
    };
    match written(&console, &look, &name).await {
        Ok(html) => {
            let file = format!("attachment; filename=\"{name}-report.html\"");
            let kind = "text/html; charset=utf-8".to_owned();
            ([(CONTENT_DISPOSITION, file), (CONTENT_TYPE, kind)], html).into_response()
        }
        Err(problem) => console.failure(&problem, Some(&look), &path),
    }
}

async fn written(console: &Console, look: &Look, name: &str) -> Result<String, Problem> {
    let state = &look.state;
    let boundary = find(&state.boundaries, name).ok_or_else(|| Problem::unknown_boundary(name))?;
    let desk = &console.parts.desk;
    let mut entries = trail(desk, name, REPORT_ENTRIES_MAX, REPORT_SEARCH_MAX).await?;
    entries.reverse();
    let view = BoundaryView::new(state.at, boundary);
    let mismatches = MismatchesView::new(state.at, boundary);
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    crate::report(parts, &look.status.head).map_err(|error| {
        let help = "This is a defect: please report it.";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "console/report", error.to_string(), help)
    })
}

/// The ledger, page by page.
pub(crate) async fn ledger(
    State(console): State<Arc<Console>>,
    Query(query): Query<LedgerQuery>,
    headers: HeaderMap,
) -> Response {
    let look = match console.look(&headers, "/ledger") {
        Ok(look) => look,
        Err(response) => return *response,
    };
    let desk = &console.parts.desk;
    let head = &look.status.head;
    let before = query.before.unwrap_or(head.size).min(head.size);
    let read = desk.entries(before.saturating_sub(ENTRIES_PER_PAGE)..before).await;
    let (stored, note) = match (read, desk.checkpoint().await) {
        (Ok(stored), Ok(note)) => (stored, note),
        (Err(error), _) | (_, Err(error)) => {
            return console.failure(&Problem::from(error), Some(&look), "/ledger");
        }
    };
    let entries: Vec<EntryView> = stored.iter().rev().map(EntryView::from).collect();
    let frame = look.frame(Place::Ledger, "/ledger");
    page(StatusCode::OK, &LedgerPage::new(&frame, head, Some(&note), &entries, before))
}

/// The evidence behind a digest.
pub(crate) async fn evidence(
    State(console): State<Arc<Console>>,
    Path(text): Path<String>,
    headers: HeaderMap,
) -> Response {
    let path = format!("/evidence/{text}");
    let look = match console.look(&headers, &path) {
        Ok(look) => look,
        Err(response) => return *response,
    };
    let found = match Digest::parse(&text) {
        Some(digest) => console
            .parts
            .desk
            .evidence(digest)
            .await
            .map(|bytes| bytes.map(|bytes| EvidenceView::new(digest, &bytes))),
        None => Ok(None),
    };
    match found {
        Ok(Some(evidence)) => {
            let frame = look.frame(Place::Ledger, &path);
            page(StatusCode::OK, &EvidencePage::new(&frame, &evidence))
        }
        Ok(None) => {
            let help = "Follow the link of a ledger entry; a digest has 64 hexadecimal digits.";
            let title = "there is no evidence under this digest";
            let problem = Problem::new(StatusCode::NOT_FOUND, "unknown/evidence", title, help);
            console.failure(&problem, Some(&look), &path)
        }
        Err(error) => console.failure(&Problem::from(error), Some(&look), &path),
    }
}

/// The newest entries about a boundary, the newest first: at most `count`, no further back than `search`.
pub(crate) async fn trail(
    desk: &Desk,
    name: &str,
    count: usize,
    search: u64,
) -> Result<Vec<EntryView>, ReadError> {
    let size = desk.state().head.size;
    let mut end = size;
    let mut found = Vec::new();
    while end > size.saturating_sub(search) && found.len() < count {
        let start = end.saturating_sub(ENTRIES_READ_MAX);
        let stored: Vec<StoredEntry> = desk.entries(start..end).await?;
        let views = stored.iter().rev().map(EntryView::from);
        found.extend(views.filter(|entry| entry.boundary.as_deref() == Some(name)));
        end = start;
    }
    found.truncate(count);
    Ok(found)
}

/// A boundary by name.
pub(crate) fn find<'s>(boundaries: &'s [BoundaryState], name: &str) -> Option<&'s BoundaryState> {
    boundaries.iter().find(|boundary| boundary.boundary.name.as_str() == name)
}
