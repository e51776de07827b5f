use crate::pages::{BoundaryParts, seed};

fn html() -> String {
    let (view, mismatches, mut entries) = (seed::boundary(), seed::mismatches(), seed::entries());
    entries.reverse();
    entries[1].change = "judged".to_owned();
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    super::report(parts, &seed::head()).expect("the report renders")
}

#[test]
fn it_needs_nothing_from_anywhere() {
    let html = html();
    for banned in ["<script", "<link", "@import", "url(", "http://", "https://", "href="] {
        assert!(!html.contains(banned), "{banned}");
    }
    assert_eq!(html.matches("<style>").count(), 1);
}

#[test]
fn it_tells_decisions_in_order_and_leaves_out_what_moved_nothing() {
    let html = html();
    let place = |words: &str| html.find(words).unwrap_or_else(|| panic!("{words} is missing"));
    assert!(place("Held on evidence.") < place("Entered Canary on evidence."));
    assert!(place("Entered Canary on evidence.") < place("Went up to step 2 on evidence."));
    assert!(html.contains("1 recorded verdicts that moved nothing are left out"));
    assert!(!html.contains("Entered Shadow."), "it was made a verdict above");
}

#[test]
fn it_compares_before_and_after_at_every_weight() {
    let html = html();
    for line in ["Monolith (before)", "Service (after)", "0.00%", "1.00%", "10.00%"] {
        assert!(html.contains(line), "{line}");
    }
    assert!(html.contains("182,400"), "requests add up");
}

#[test]
fn it_names_evidence_rules_and_the_ledger_it_came_from() {
    let html = html();
    assert!(html.contains(seed::DIGEST) && html.contains("example.com/migration"));
    assert!(html.contains("Each side stamps its own clock."));
    assert!(html.contains("body.items[].unit_price_cents"));
}
