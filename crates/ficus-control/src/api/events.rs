//! What happens, as it happens: server-sent events that miss nothing.
//!
//! Two kinds: `entry`, one per ledger entry, whose id is the entry's position; and `status`, the whole picture,
//! whenever it has changed. After a lost connection the client names the last position it saw (`Last-Event-ID`, as
//! browsers do by themselves) and gets every entry after it. `status` has no id: only the newest matters.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{Api, Problem};
use crate::desk::Desk;
use crate::wire::{EntryView, ErrorView, StatusView};

/// Event streams at once.
pub const STREAMS_MAX: usize = 64;
/// Entries read at once for one stream.
const ENTRIES_READ_MAX: u64 = 64;

/// Ledger entries and the picture, live.
#[utoipa::path(get, path = "/api/v1/events", tag = "reading",
    params(("Last-Event-ID" = Option<u64>, Header,
        description = "Position of the last entry seen; those after it are sent")),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "Events `entry` (an EntryView, its id the position) and `status` (a StatusView)"),
        (status = 401, body = ErrorView), (status = 503, body = ErrorView)))]
pub(crate) async fn events(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let state = api.read(&headers)?;
    let permit = Arc::clone(&api.streams).try_acquire_owned().map_err(|_| too_many())?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let next = last.map_or(state.head.size, |last: u64| last.saturating_add(1));
    let feed = Feed {
        desk: api.parts.desk.clone(),
        changes: api.parts.desk.changed(),
        next,
        waiting: VecDeque::new(),
        current: false,
        _permit: permit,
    };
    let shutdown = api.parts.shutdown.clone();
    let stream = unfold((feed, shutdown), |(mut feed, shutdown)| async move {
        // Both arms may be dropped at any await: what was read already waits in the feed.
        tokio::select! {
            () = shutdown.cancelled() => None,
            event = feed.event() => event.map(|event| (Ok(event), (feed, shutdown))),
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

fn too_many() -> Problem {
    let title = format!("{STREAMS_MAX} event streams are open already");
    let help = "Close one of them, or ask again for /api/v1/status every few seconds.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "control/busy", title, help)
}

/// One client's way through the ledger.
struct Feed {
    desk: Desk,
    changes: watch::Receiver<u64>,
    /// Position of the next entry to send.
    next: u64,
    /// Read and not yet sent.
    waiting: VecDeque<Event>,
    /// Whether the newest picture was sent.
    current: bool,
    /// Held as long as the stream lasts.
    _permit: OwnedSemaphorePermit,
}

impl Feed {
    /// The next event; `None` when control has ended or can not be read.
    async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.current {
                self.changes.changed().await.ok()?;
            }
            self.read().await?;
        }
    }

    /// Reads the next entries, and the picture once there are no more.
    async fn read(&mut self) -> Option<()> {
        self.changes.mark_unchanged();
        let state = self.desk.state();
        let end = state.head.size.min(self.next.saturating_add(ENTRIES_READ_MAX));
        if self.next < end {
            let entries = self.desk.entries(self.next..end).await.ok()?;
            for entry in &entries {
                let event = Event::default().event("entry").id(entry.index.to_string());
                self.waiting.push_back(event.json_data(EntryView::from(entry)).ok()?);
                self.next = entry.index.saturating_add(1);
            }
            self.current = false;
            return (!entries.is_empty()).then_some(());
        }
        let event = Event::default().event("status").json_data(StatusView::from(&*state)).ok()?;
        self.waiting.push_back(event);
        self.current = true;
        Some(())
    }
}
