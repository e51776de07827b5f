use expect_test::expect;
use ficus_model::finding::Place;

use super::*;

fn finding(severity: Severity, place: Option<Place>) -> Finding {
    Finding {
        code: "config/unknown-key",
        severity,
        message: "unknown key `wieght`".to_owned(),
        place,
        help: Some("Did you mean `weight`?".to_owned()),
    }
}

fn source() -> Source {
    Source { name: "a.toml".to_owned(), text: "name = \"ü\"\nwieght = \"5%\"\n".to_owned() }
}

#[test]
fn a_finding_is_shown_under_its_line() {
    let source = source();
    let place = source.place(12..18);
    let found = [finding(Severity::Error, Some(place))];
    expect![[r#"
        config/unknown-key

          × unknown key `wieght`
           ╭─[a.toml:2:1]
         1 │ name = "ü"
         2 │ wieght = "5%"
           · ───┬──
           ·    ╰── here
           ╰────
          help: Did you mean `weight`?

        1 error"#]]
    .assert_eq(&render(&found, &[source], 80, false));
}

#[test]
fn a_finding_without_a_file_is_shown_alone() {
    let found = [finding(Severity::Warning, None)];
    expect![[r#"
        config/unknown-key

          ⚠ unknown key `wieght`
          help: Did you mean `weight`?

        1 warning"#]]
    .assert_eq(&render(&found, &[], 80, false));
}

#[test]
fn a_place_in_a_file_that_is_gone_loses_nothing() {
    let place = source().place(0..4);
    let text = render(&[finding(Severity::Error, Some(place))], &[], 80, false);
    assert!(text.contains("unknown key `wieght`") && text.contains("Did you mean"), "{text}");
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let found = [finding(Severity::Error, None)];
    assert!(!render(&found, &[], 80, false).contains('\u{1b}'));
    assert!(render(&found, &[], 80, true).contains('\u{1b}'));
}

#[test]
fn findings_are_counted_by_weight() {
    let one = |severity| finding(severity, None);
    let found = [one(Severity::Warning), one(Severity::Error), one(Severity::Warning)];
    assert_eq!(count(&found), "1 error, 2 warnings");
    assert_eq!(count(&[]), "no findings");
}

#[test]
fn machines_get_the_place_in_parts() {
    let place = source().place(12..18);
    let view = views(&[finding(Severity::Error, Some(place))]).remove(0);
    assert_eq!((view.file.as_deref(), view.line, view.column), (Some("a.toml"), Some(2), Some(1)));
}
