use axum::http::StatusCode;

use super::stand::Stand;
use crate::identity::Anonymous;

#[tokio::test]
async fn probes_answer_everybody_with_the_detail_of_each_dependency() {
    let stand = Stand::up(Anonymous::Nothing);
    assert_eq!(stand.get("/live").await.status, StatusCode::OK);
    let ready = stand.get("/ready").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.text);
    let names: Vec<String> = ready.json()["dependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(names, ["ledger", "table", "gateway", "exporter"]);
    assert_eq!(stand.get("/startup").await.status, StatusCode::OK);
    stand.down().await;
}

#[tokio::test]
async fn trouble_of_the_data_plane_makes_it_unready_and_is_said() {
    let stand = Stand::up(Anonymous::Reads);
    stand.plane.troubles.lock().expect("not poisoned").push("monolith refuses".to_owned());
    let ready = stand.get("/ready").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["dependencies"][2]["detail"], "monolith refuses");
    assert_eq!(stand.get("/live").await.status, StatusCode::OK, "it lives nevertheless");
    stand.down().await;
}

#[tokio::test]
async fn metrics_of_all_parts_are_one_text_for_those_who_may_read() {
    let stand = Stand::up(Anonymous::Reads);
    let text = stand.get("/metrics").await.text;
    assert!(text.starts_with("ficus_gateway_up 1\n"));
    assert!(
        text.contains("ficus_control_boundary_weight_ratio{boundary=\"quotes\"} 0\n"),
        "{text}"
    );
    assert!(
        text.contains("ficus_control_boundary_stage{boundary=\"quotes\",stage=\"Contract\"} 1\n")
    );
    assert!(text.contains("# TYPE ficus_control_stalled gauge\nficus_control_stalled 0\n"));
    stand.down().await;
    let stand = Stand::up(Anonymous::Nothing);
    assert_eq!(stand.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    stand.down().await;
}
