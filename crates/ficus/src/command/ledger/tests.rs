use expect_test::expect;

use super::super::sample;
use super::*;

fn report(faults: &[&str], anchored: u64) -> Report {
    let part = |name, faults: &[&str]| ReportPart {
        name,
        examined: "12 entries".to_owned(),
        faults: faults.iter().map(|&fault| fault.to_owned()).collect(),
    };
    let parts = vec![part("signature", &[]), part("root", faults)];
    Report { origin: "ficus.local/migration".to_owned(), size: 12, parts, anchored }
}

#[test]
fn a_whole_log_says_what_nobody_outside_vouches_for() {
    expect![[r#"
        ficus.local/migration, 12 entries
        PROPERTY   OUTCOME  EXAMINED
        signature  holds    12 entries
        root       holds    12 entries
        warning: no checkpoint from outside was given, so whoever can rewrite the state directory could have rewritten all of it; keep heads elsewhere (`ledger.anchors`, `ficus ledger checkpoint`)
        the log is whole"#]].assert_eq(&report_text(&report(&[], 0), false, sample::paper(80)));
}

#[test]
fn a_broken_log_names_each_fault() {
    let faults = ["entry 4 is not the one that was hashed"];
    expect![[r#"
        ficus.local/migration, 12 entries
        PROPERTY   OUTCOME  EXAMINED
        signature  holds    12 entries
        root       BROKEN   12 entries
        root: entry 4 is not the one that was hashed
        entries from 3 on are not covered by a checkpoint kept elsewhere
        the log is NOT whole"#]]
    .assert_eq(&report_text(&report(&faults, 3), true, sample::paper(80)));
}

#[test]
fn an_anchored_log_says_so() {
    let text = report_text(&report(&[], 12), true, sample::paper(80));
    assert!(text.contains("every entry is covered by a checkpoint kept elsewhere"), "{text}");
}

#[test]
fn a_directory_without_a_ledger_is_a_usage_error() {
    let scratch = crate::scratch::Scratch::new("ledger-none");
    let failure = offline::open(&scratch.path("")).expect_err("nothing there");
    assert_eq!(failure.exit_code(), 2);
}

#[test]
fn what_is_no_database_is_no_ledger() {
    let scratch = crate::scratch::Scratch::new("ledger-noise");
    scratch.write("ledger.db", "this is no database, and long enough to be taken for one by size");
    let failure = offline::open(&scratch.path("")).expect_err("noise");
    assert_eq!(failure.exit_code(), 1);
}
