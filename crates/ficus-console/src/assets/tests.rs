use axum::extract::Path;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};

use super::{Assets, serve};

/// Lines of the live module at most.
const MODULE_LINES_MAX: usize = 150;

fn text(name: &str) -> String {
    let asset = Assets::get(name).expect("embedded");
    String::from_utf8(asset.data.into_owned()).expect("text")
}

#[test]
fn the_only_script_is_one_short_module() {
    let scripts: Vec<_> = Assets::iter().filter(|name| name.ends_with(".js")).collect();
    assert_eq!(scripts, ["live.js"]);
    let lines = text("live.js").lines().count();
    assert!(lines <= MODULE_LINES_MAX, "{lines} lines");
}

#[test]
fn assets_load_nothing_from_elsewhere() {
    for name in ["live.js", "ficus.css"] {
        let text = text(name);
        for banned in ["http://", "https://", "@import", "url(", "import ", "eval("] {
            assert!(!text.contains(banned), "{banned} in {name}");
        }
    }
}

#[tokio::test]
async fn an_unchanged_asset_is_not_sent_twice() {
    let get = |headers| serve(Path("ficus.css".to_owned()), headers);
    let first = get(HeaderMap::new()).await;
    assert_eq!(first.status(), StatusCode::OK);
    let mut headers = HeaderMap::new();
    headers.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
    assert_eq!(get(headers).await.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn what_is_no_asset_is_not_found() {
    for name in ["nothing.css", "../Cargo.toml", "..%2fCargo.toml"] {
        let answer = serve(Path(name.to_owned()), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
    }
}
