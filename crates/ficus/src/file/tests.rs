use proptest::prelude::*;
use toml::de::DeTable;

use super::*;

fn source(text: &str) -> Source {
    Source { name: "f.toml".to_owned(), text: text.to_owned() }
}

/// Reads `text` with one section of two keys.
fn findings(text: &str) -> Vec<String> {
    let source = source(text);
    let mut notes = Notes::default();
    source.read(&mut notes, |table: &DeTable<'_>, notes: &mut Notes| {
        let mut root = Section::root(&source, Document::Process, table);
        let mut gateway = root.section(notes, "gateway");
        gateway.value(notes, "workers", 0_u64);
        gateway.finish(notes);
        root.finish(notes);
        Some(())
    });
    notes.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn places_count_characters_from_one() {
    let source = source("a = 1\nüü = 2\n");
    let place = source.place(9..10);
    assert_eq!((place.line, place.column), (2, 2), "{place:?}");
    let end = source.place(999..1200);
    assert_eq!((end.line, end.column, end.length), (3, 1, 0));
}

#[test]
fn every_syntax_error_is_said() {
    let found = findings("a = \nb = 2 3\n");
    assert!(found.len() >= 2, "{found:?}");
    assert!(found.iter().all(|one| one.contains("config/syntax")));
}

#[test]
fn a_section_that_is_no_table_is_said_once() {
    assert_eq!(
        findings("gateway = 3"),
        ["f.toml:1:11: error: key `gateway`: expected a table [config/bad-value]"]
    );
}

#[test]
fn unknown_sections_are_unknown_keys() {
    assert_eq!(
        findings("[gatway]\nworkers = 2"),
        ["f.toml:1:2: error: unknown key `gatway` [config/unknown-key]"]
    );
}

proptest! {
    #[test]
    fn reading_never_panics(text in "(\\PC|[\\[\\]={}\"#\n.]){0,80}") {
        findings(&text);
    }

    #[test]
    fn no_cut_through_a_good_file_panics(cut in 0_usize..200) {
        let text = "monolith = \"http://ü:1\"\n[gateway]\nworkers = 2\n[[boundary]]\nname = \"a\"\n";
        let end = text.floor_char_boundary(cut.min(text.len()));
        findings(&text[..end]);
    }
}
