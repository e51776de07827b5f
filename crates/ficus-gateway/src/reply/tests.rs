use http::{Response, Version, response};

use super::{Cleaned, clean};
use crate::refusal::Refusal;

fn head(status: u16, lines: &[(&str, &str)]) -> response::Parts {
    let mut response = Response::builder().status(status).version(Version::HTTP_10);
    for (name, value) in lines {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap().into_parts().0
}

fn cleaned(status: u16, lines: &[(&str, &str)]) -> Result<(Cleaned, Vec<String>), Refusal> {
    let mut head = head(status, lines);
    let cleaned = clean(&mut head, false)?;
    assert_eq!(head.version, Version::HTTP_11);
    Ok((cleaned, head.headers.keys().map(ToString::to_string).collect()))
}

#[test]
fn a_length_beside_a_coding_goes_and_poisons_the_connection() {
    let lines = [("content-length", "10"), ("transfer-encoding", "chunked"), ("x", "1")];
    let (cleaned, names) = cleaned(200, &lines).unwrap();
    assert!(cleaned.poisoned);
    assert_eq!(names, ["x"]);
}

#[test]
fn an_ordinary_reply_keeps_its_length_and_its_connection() {
    let (cleaned, names) = cleaned(200, &[("content-length", "10")]).unwrap();
    assert!(!cleaned.poisoned && !cleaned.stream);
    assert_eq!(names, ["content-length"]);
}

#[test]
fn a_coding_that_would_lose_its_name_is_a_bad_reply() {
    for coding in ["gzip", "gzip, chunked", "identity", "chunked, chunked"] {
        assert_eq!(cleaned(200, &[("transfer-encoding", coding)]), Err(Refusal::BadReply));
    }
    let twice = [("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")];
    assert_eq!(cleaned(200, &twice), Err(Refusal::BadReply));
}

#[test]
fn an_event_stream_is_known_by_its_media_type() {
    let stream = |media_type| cleaned(200, &[("content-type", media_type)]).unwrap().0.stream;
    assert!(stream("text/event-stream"));
    assert!(stream("Text/Event-Stream; charset=utf-8"));
    assert!(!stream("text/html"));
    assert!(!stream("text"));
}

#[test]
fn a_switch_of_protocols_must_have_been_asked_for_and_name_one() {
    let lines = [("connection", "Upgrade, X-One"), ("upgrade", "websocket"), ("x-one", "1")];
    assert_eq!(cleaned(101, &lines), Err(Refusal::BadReply));
    assert_eq!(clean(&mut head(101, &[("connection", "upgrade")]), true), Err(Refusal::BadReply));
    let mut asked = head(101, &lines);
    assert!(clean(&mut asked, true).is_ok());
    assert_eq!(asked.headers["upgrade"], "websocket");
    assert_eq!(asked.headers["connection"], "upgrade");
    assert!(!asked.headers.contains_key("x-one"));
}
