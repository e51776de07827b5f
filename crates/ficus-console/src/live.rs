//! Fragments as they change: the sections of a page, rendered again and sent when they read differently.
//!
//! The state is absolute, so a lost connection loses nothing: the next one begins with every section. The event's id
//! is the ledger's size, for whoever reads along.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use ficus_control::desk::Desk;
use ficus_control::wire::{BoundaryView, EntryView, MismatchesView, StatusView};
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::pages::{Charts, CoverageTable, Differences, Gates, OverviewTable, Standing, Trail};
use crate::routes::{Console, find, trail};

/// Least time between two rounds of sections.
const ROUND_TIME_MIN: Duration = Duration::from_secs(1);
/// Entries of the trail, and how far back they are searched.
const TRAIL_MAX: usize = 12;
const TRAIL_SEARCH_MAX: u64 = 2_048;

/// The overview's section.
pub(crate) async fn overview(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    stream(&console, &headers, None)
}

/// A boundary's sections.
pub(crate) async fn boundary(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    stream(&console, &headers, Some(name))
}

fn stream(console: &Console, headers: &HeaderMap, boundary: Option<String>) -> Response {
    // A stream is not a page: whoever may not look is told so, not sent to sign in.
    if console.look(headers, "/").is_err() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(permit) = Arc::clone(&console.streams).try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let desk = console.parts.desk.clone();
    let sections = Sections {
        changes: desk.changed(),
        desk,
        boundary,
        sent: BTreeMap::new(),
        waiting: Vec::new(),
        trail: (0, Vec::new()),
        begun: false,
        _permit: permit,
    };
    let shutdown = console.parts.shutdown.clone();
    let events = unfold((sections, shutdown), |(mut sections, shutdown)| async move {
        // Both arms may be dropped at any await: what was rendered already waits in `sections`.
        tokio::select! {
            () = shutdown.cancelled() => None,
            event = sections.event() => {
                event.map(|event| (Ok::<_, Infallible>(event), (sections, shutdown)))
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// The sections of one open page.
struct Sections {
    desk: Desk,
    changes: watch::Receiver<u64>,
    /// The boundary; none for the overview.
    boundary: Option<String>,
    /// What each section read like when it was last sent.
    sent: BTreeMap<&'static str, String>,
    /// Rendered and not yet sent.
    waiting: Vec<Event>,
    /// The trail, and the ledger's size when it was read.
    trail: (u64, Vec<EntryView>),
    begun: bool,
    /// Held as long as the stream lasts.
    _permit: OwnedSemaphorePermit,
}

impl Sections {
    /// The next section that reads differently; `None` when control has ended.
    async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Some(event);
            }
            if self.begun {
                tokio::time::sleep(ROUND_TIME_MIN).await;
                self.changes.changed().await.ok()?;
            }
            self.begun = true;
            self.render().await?;
        }
    }

    async fn render(&mut self) -> Option<()> {
        self.changes.mark_unchanged();
        let state = self.desk.state();
        let Some(name) = self.boundary.clone() else {
            let status = StatusView::from(&*state);
            self.keep("boundaries", &OverviewTable::new(&status.boundaries), state.head.size);
            return Some(());
        };
        let boundary = find(&state.boundaries, &name)?;
        let size = state.head.size;
        if self.trail.0 != size || !self.sent.contains_key("trail") {
            let entries = trail(&self.desk, &name, TRAIL_MAX, TRAIL_SEARCH_MAX).await.ok()?;
            self.keep("trail", &Trail::new(&entries), size);
            self.trail = (size, entries);
        }
        let view = BoundaryView::new(state.at, boundary);
        let mismatches = MismatchesView::new(state.at, boundary);
        self.keep("coverage", &CoverageTable::new(&view.coverage), size);
        self.keep("differences", &Differences::new(&view, &mismatches), size);
        self.keep("charts", &Charts::new(&view.samples), size);
        self.keep("gates", &Gates::new(&view), size);
        self.keep("standing", &Standing::new(&view.summary), size);
        Some(())
    }

    /// Keeps a section for sending when it reads differently than before.
    fn keep(&mut self, id: &'static str, section: &impl Template, size: u64) {
        let Ok(html) = section.render() else { return };
        if self.sent.get(id) == Some(&html) {
            return;
        }
        let event = Event::default().event("section").id(size.to_string()).data(&html);
        self.waiting.push(event);
        self.sent.insert(id, html);
    }
}
