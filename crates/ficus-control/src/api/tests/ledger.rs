use axum::http::StatusCode;

use super::stand::{OPERATOR, Stand};
use crate::identity::Anonymous;

const REASON: &str = r#"{"reason": "because"}"#;

#[tokio::test]
async fn the_ledger_is_read_in_stretches_to_its_end() {
    let stand = Stand::up(Anonymous::Reads);
    stand.act("promote", OPERATOR, REASON).await;
    let (mut from, mut seen) = (Some(0), Vec::new());
    while let Some(start) = from {
        let page = stand.get(&format!("/api/v1/ledger?from={start}&limit=1")).await.json();
        let entries = page["entries"].as_array().expect("entries").clone();
        seen.extend(entries.iter().map(|entry| entry["index"].as_u64().expect("an index")));
        from = page["next"].as_u64();
    }
    let size = stand.desk.state().head.size;
    assert!(size >= 3, "configured, registered, entered: {size}");
    assert_eq!(seen, (0..size).collect::<Vec<_>>());
    let beyond = stand.get("/api/v1/ledger?from=1000000").await.json();
    assert_eq!(beyond["entries"], serde_json::json!([]));
    stand.down().await;
}

#[tokio::test]
async fn an_entry_is_what_the_stretch_shows_of_it() {
    let stand = Stand::up(Anonymous::Reads);
    let entry = stand.get("/api/v1/ledger/entries/0").await.json();
    let page = stand.get("/api/v1/ledger?limit=1").await.json();
    assert_eq!(entry, page["entries"][0]);
    assert_eq!(entry["change"], "configured");
    assert!(
        serde_json::from_str::<serde_json::Value>(entry["raw"].as_str().expect("text")).is_ok()
    );
    for index in ["999999", "first", "18446744073709551615"] {
        let answer = stand.get(&format!("/api/v1/ledger/entries/{index}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{index}");
        assert_eq!(answer.problem(), "unknown/entry");
    }
    stand.down().await;
}

#[tokio::test]
async fn the_checkpoint_is_a_signed_note_over_the_head() {
    let stand = Stand::up(Anonymous::Reads);
    let checkpoint = stand.get("/api/v1/ledger/checkpoint").await.json();
    let note = checkpoint["note"].as_str().expect("a note");
    let size = stand.desk.state().head.size.to_string();
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!((lines[0], lines[1]), ("example.com/api-test", size.as_str()));
    assert!(note.contains("\n\n— example.com/api-test "));
    stand.down().await;
}

#[tokio::test]
async fn what_stands_behind_a_digest_can_be_read() {
    let stand = Stand::up(Anonymous::Reads);
    let digest = stand.desk.state().configuration;
    let answer = stand.get(&format!("/api/v1/evidence/{digest}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let evidence = answer.json();
    let raw = evidence["raw"].as_str().expect("text");
    assert!(raw.contains("boundary quotes"), "{raw}");
    assert_eq!(crate::configuration::digest_of(raw.as_bytes()), digest);
    let absent = "0".repeat(64);
    for text in [absent.as_str(), "abc", "..%2f"] {
        let answer = stand.get(&format!("/api/v1/evidence/{text}")).await;
        assert_eq!(answer.problem(), "unknown/evidence", "{text}");
    }
    stand.down().await;
}
