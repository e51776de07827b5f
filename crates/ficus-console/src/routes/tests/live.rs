use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::{Method, StatusCode};
use ficus_control::identity::Anonymous;
use ficus_control::wire::DecisionView;
use futures_util::StreamExt;

use super::stand::Stand;

/// How long a section may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

struct Sections {
    body: BodyDataStream,
    text: String,
}

impl Sections {
    async fn open(stand: &Stand, path: &str) -> Self {
        let response = stand.open(Method::GET, path, &[], "").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next section as its id and its HTML; `None` at the end of the stream.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
                let html = lines.map(str::trim_start).collect::<Vec<_>>().join("\n");
                self.text = rest.to_owned();
                let id = html.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
                if let Some(id) = id {
                    return Some((id.to_owned(), html));
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("in time")?;
            let bytes = chunk.expect("a whole chunk");
            self.text.push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }
}

#[tokio::test]
async fn a_page_gets_every_section_once_and_then_those_that_change() {
    let stand = Stand::up(Anonymous::Reads);
    let mut sections = Sections::open(&stand, "/boundaries/quotes/live").await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(sections.next().await.expect("a section").0);
    }
    assert_eq!(ids, ["standing", "gates", "charts", "differences", "coverage", "trail"]);
    stand.decide(DecisionView::Promote, "contract agreed").await;
    loop {
        let (id, html) = sections.next().await.expect("a section");
        if id == "trail" {
            assert!(html.contains("contract agreed"), "{html}");
            break;
        }
    }
    drop(sections);
    stand.down().await;
}

#[tokio::test]
async fn sections_are_those_of_the_page() {
    let stand = Stand::up(Anonymous::Reads);
    let page = stand.get("/").await.text;
    let mut sections = Sections::open(&stand, "/live-boundaries").await;
    let (id, html) = sections.next().await.expect("a section");
    assert_eq!(id, "boundaries");
    assert!(page.contains(html.trim()), "{html}");
    drop(sections);
    stand.down().await;
}

#[tokio::test]
async fn a_live_page_ends_with_the_process() {
    let stand = Stand::up(Anonymous::Reads);
    let mut sections = Sections::open(&stand, "/live-boundaries").await;
    sections.next().await.expect("a section");
    stand.shutdown.cancel();
    while sections.next().await.is_some() {}
    stand.down().await;
}
