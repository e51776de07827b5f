use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use serde_json::Value;

use super::stand::{OPERATOR, Stand};
use crate::api::STREAMS_MAX;
use crate::identity::Anonymous;

const REASON: &str = r#"{"reason": "because"}"#;
/// How long an event may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// One event of a stream.
#[derive(Debug)]
struct Event {
    kind: String,
    id: Option<u64>,
    json: Value,
}

struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(stand: &Stand, last: Option<u64>) -> Self {
        let last = last.map(|last| last.to_string());
        let headers: Vec<_> = last.iter().map(|last| ("last-event-id", last.as_str())).collect();
        let response = stand.open(Method::GET, "/api/v1/events", &headers, "").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = parsed(event);
                self.text = rest.to_owned();
                return Some(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("in time")?;
            let bytes = chunk.expect("a whole chunk");
            self.text.push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }

    /// The next event of this kind.
    async fn next_of(&mut self, kind: &str) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.kind == kind {
                return event;
            }
        }
    }
}

fn parsed(event: &str) -> Event {
    let field = |name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    };
    Event {
        kind: field("event").unwrap_or_default().to_owned(),
        id: field("id").and_then(|id| id.parse().ok()),
        json: field("data").map_or(Value::Null, |data| serde_json::from_str(data).expect("JSON")),
    }
}

#[tokio::test]
async fn a_new_stream_begins_with_the_picture_and_then_tells_each_entry() {
    let stand = Stand::up(Anonymous::Reads);
    let mut events = Events::open(&stand, None).await;
    let first = events.next().await.expect("an event");
    assert_eq!((first.kind.as_str(), first.id), ("status", None));
    assert_eq!(first.json["boundaries"][0]["stage"], "Contract");
    let position = stand.desk.state().head.size;
    stand.act("promote", OPERATOR, REASON).await;
    let entry = events.next_of("entry").await;
    assert_eq!(entry.id, Some(position));
    assert_eq!(entry.json["change"], "entered");
    let after = events.next_of("status").await;
    assert_eq!(after.json["boundaries"][0]["stage"], "Shadow");
    drop(events);
    stand.down().await;
}

#[tokio::test]
async fn a_stream_resumed_by_position_misses_nothing_and_repeats_nothing() {
    let stand = Stand::up(Anonymous::Reads);
    for decision in ["promote", "hold", "kill"] {
        assert_eq!(stand.act(decision, OPERATOR, REASON).await.status, StatusCode::OK);
    }
    let size = stand.desk.state().head.size;
    let mut events = Events::open(&stand, Some(0)).await;
    for position in 1..size {
        let event = events.next().await.expect("an entry");
        assert_eq!((event.kind.as_str(), event.id), ("entry", Some(position)));
    }
    assert_eq!(events.next().await.expect("the picture").kind, "status");
    drop(events);
    stand.down().await;
}

#[tokio::test]
async fn a_stream_ends_when_the_process_does() {
    let stand = Stand::up(Anonymous::Reads);
    let mut events = Events::open(&stand, None).await;
    events.next_of("status").await;
    stand.shutdown.cancel();
    while events.next().await.is_some() {}
    stand.down().await;
}

#[tokio::test]
async fn streams_are_bounded() {
    let stand = Stand::up(Anonymous::Reads);
    let mut open = Vec::new();
    for _ in 0..STREAMS_MAX {
        open.push(Events::open(&stand, None).await);
    }
    let answer = stand.get("/api/v1/events").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.problem(), "control/busy");
    open.pop();
    drop(Events::open(&stand, None).await);
    drop(open);
    stand.down().await;
}
