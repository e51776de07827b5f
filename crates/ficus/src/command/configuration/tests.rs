use std::net::TcpListener;

use super::*;
use crate::scratch::Scratch;

const FILE: &str = r#"monolith = "http://127.0.0.1:9000"
[[boundary]]
name = "feed"
surface.routes = ["GET /feed"]
service.url = "http://127.0.0.1:9101"
shadow.safe = ["GET *"]
"#;

fn loaded(name: &str, text: &str) -> Loaded {
    let scratch = Scratch::new(&format!("configuration-{name}"));
    let path = scratch.write("ficus.toml", text);
    load(Some(&path), &Overrides::default(), moment::now())
}

#[test]
fn who_does_not_answer_is_a_warning() {
    let there = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = there.local_addr().expect("bound").port();
    let gone = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let gone_port = gone.local_addr().expect("bound").port();
    drop(gone);
    let text = FILE.replace("9000", &port.to_string()).replace("9101", &gone_port.to_string());
    let Loaded { settings, mut notes, .. } = loaded("probe", &text);
    probe(&settings.expect("applicable"), &mut notes);
    let messages: Vec<&str> = notes.findings.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].starts_with("the service of boundary `feed` at 127.0.0.1:"));
    assert!(notes.applicable());
}

#[test]
fn the_schema_knows_every_key_and_no_other() {
    let schema = schema::schema(Document::Process);
    let steps = "/properties/boundary/items/properties/canary/properties/steps/items";
    let steps = schema.pointer(steps).expect("steps of inline boundaries");
    assert_eq!(steps["required"], serde_json::json!(["weight"]));
    assert_eq!(steps["additionalProperties"], false);
    let listen = schema.pointer("/properties/gateway/properties/listen/type").expect("listen");
    assert_eq!(listen, "string");
    let boundary = schema::schema(Document::Boundary);
    let rules = boundary.pointer("/properties/shadow/properties/rules/type").expect("rules");
    assert_eq!(rules, "array");
}

#[test]
fn a_key_may_be_asked_for_by_its_short_name() {
    let Loaded { notes, .. } = loaded("why", FILE);
    let paper = crate::command::sample::paper(80);
    assert!(why(&notes.known, "limits.timeout", false, paper).is_ok());
    let failure = why(&notes.known, "limits.timout", false, paper).expect_err("no such key");
    assert_eq!(failure.exit_code(), 2);
}
