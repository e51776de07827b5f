use super::*;
use crate::scratch::Scratch;

const PROCESS: &str = "monolith = \"http://127.0.0.1:9000\"\n";

fn paper() -> Terminal {
    Terminal { width: 80, colour: false, talk_colour: false, live: false }
}

#[test]
fn reading_again_gives_all_or_the_findings() {
    let scratch = Scratch::new("files-again");
    let path = scratch.write("ficus.toml", PROCESS);
    let files = Files::new(Some(path), Overrides::default());
    let first = configuration(&files.first(paper()).expect("applicable"));
    assert_eq!(files.again().expect("applicable").digest, first.digest);
    scratch.write("migration/a.toml", "name = 3");
    let findings = files.again().expect_err("a bad file");
    assert!(findings.len() >= 2, "all of them: {findings:?}");
    scratch.write("ficus.toml", &PROCESS.replace("9000", "9001"));
    std::fs::remove_file(scratch.path("migration/a.toml")).expect("removed");
    assert_ne!(files.again().expect("applicable").digest, first.digest);
}

#[test]
fn a_start_with_errors_is_a_usage_failure() {
    let scratch = Scratch::new("files-first");
    let path = scratch.write("ficus.toml", "monolith = 9000");
    let files = Files::new(Some(path), Overrides::default());
    assert_eq!(files.first(paper()).expect_err("an error").exit_code(), 2);
}

#[test]
fn only_what_a_new_start_changes_asks_for_one() {
    let scratch = Scratch::new("files-start");
    let path = scratch.write("ficus.toml", PROCESS);
    let load = || load(Some(&path), &Overrides::default(), moment::now()).process.expect("read");
    let started = load();
    scratch.write("ficus.toml", &PROCESS.replace("9000", "9001"));
    assert!(!needs_start(&started, &load()), "the monolith is applied");
    scratch.write("ficus.toml", &format!("{PROCESS}[control]\nlisten = \"127.0.0.1:9\"\n"));
    assert!(needs_start(&started, &load()));
}

#[test]
fn the_ledger_keeps_the_text_of_each_boundary() {
    let scratch = Scratch::new("files-texts");
    let boundary = "name = \"a\"\n# why\nsurface.routes = [\"GET /a\"]\nservice.url = \"http://127.0.0.1:1\"\nshadow.safe = []\n";
    scratch.write("migration/a.toml", boundary);
    let path = scratch.write("ficus.toml", PROCESS);
    let files = Files::new(Some(path), Overrides::default());
    let configuration = configuration(&files.first(paper()).expect("applicable"));
    let texts: Vec<&str> = configuration.texts.values().map(|text| text.text.as_str()).collect();
    assert_eq!(texts, [boundary], "as written, comments and all");
}
