use askama::Template;
use ficus_control::wire::{
    DecisionView, ErrorView, HeadView, MismatchesView, PhaseView, StageView, StatusView,
};

use super::{
    BoundaryPage, BoundaryParts, CoverageTable, Differences, EvidencePage, FailurePage, Frame,
    Gates, Kept, LedgerPage, LoginPage, OverviewPage, Place, Standing, Trail, Visitor, seed,
};

const HOSTILE: &str = r#"</title><script>alert("1")</script><img src=x onerror='alert(2)'>"#;

fn visitor(role: &'static str) -> Option<Visitor> {
    let form_token = Some("form-secret".to_owned());
    Some(Visitor { name: "ada".to_owned(), role, form_token })
}

fn frame(role: Option<&'static str>) -> Frame {
    Frame::new(Place::Boundaries, "/", role.and_then(visitor), &seed::status())
}

fn rendered(template: &impl Template) -> String {
    template.render().expect("the template renders")
}

fn boundary_page(frame: &Frame, problem: Option<&ErrorView>, kept: &Kept) -> String {
    let (view, mismatches, entries) = (seed::boundary(), seed::mismatches(), seed::entries());
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    rendered(&BoundaryPage::new(frame, parts, problem, None, kept))
}

fn problem() -> ErrorView {
    ErrorView {
        code: "refused/illegal".to_owned(),
        status: 409,
        title: "the boundary is held".to_owned(),
        help: "Promote it first.".to_owned(),
        readings: Vec::new(),
        findings: Vec::new(),
    }
}

#[test]
fn the_standing_says_stage_step_weight_and_what_it_waits_for() {
    let view = seed::boundary();
    expect_test::expect_file!["testdata/standing.html"]
        .assert_eq(&rendered(&Standing::new(&view.summary)));
}

#[test]
fn gates_show_measured_beside_bound_and_what_is_missing() {
    let mut view = seed::boundary();
    view.readings.truncate(2);
    expect_test::expect_file!["testdata/gates.html"].assert_eq(&rendered(&Gates::new(&view)));
}

#[test]
fn differences_show_both_answers_and_the_rule() {
    let view = seed::boundary();
    let mut mismatches = seed::mismatches();
    mismatches.classes.truncate(1);
    let html = rendered(&Differences::new(&view, &mismatches));
    expect_test::expect_file!["testdata/differences.html"].assert_eq(&html);
}

#[test]
fn coverage_and_trail_read_as_before() {
    let view = seed::boundary();
    expect_test::expect_file!["testdata/coverage.html"]
        .assert_eq(&rendered(&CoverageTable::new(&view.coverage)));
    expect_test::expect_file!["testdata/trail.html"]
        .assert_eq(&rendered(&Trail::new(&seed::entries()[..2])));
}

#[test]
fn the_overview_counts_and_names_every_boundary() {
    let (frame, status) = (frame(None), seed::status());
    let html = rendered(&OverviewPage::new(&frame, &status));
    for boundary in &status.boundaries {
        assert!(html.contains(&format!("href=\"/boundaries/{}\"", boundary.name)));
    }
    assert!(html.contains("<dt>Wait for a person</dt><dd>3</dd>"), "{html}");
    assert!(html.contains("2 classes of differences"));
}

#[test]
fn an_empty_console_says_what_to_do() {
    let (frame, status) = (frame(None), StatusView { boundaries: Vec::new(), ..seed::status() });
    assert!(rendered(&OverviewPage::new(&frame, &status)).contains("ficus config apply"));
    let mut view = seed::boundary();
    view.readings.clear();
    view.evidence = None;
    assert!(rendered(&Gates::new(&view)).contains("Promote the boundary"));
    view.coverage.compared = 0;
    let nothing = MismatchesView { classes: Vec::new(), ..seed::mismatches() };
    assert!(rendered(&Differences::new(&view, &nothing)).contains("Nothing was compared yet"));
    assert!(rendered(&Trail::new(&[])).contains("no recent entry"));
    let head = HeadView { size: 0, at: None, ..seed::head() };
    assert!(
        rendered(&LedgerPage::new(&frame, &head, None, &[], 0))
            .contains("Nothing was recorded yet")
    );
}

#[test]
fn a_ledger_that_can_not_record_is_said_on_every_page() {
    let status = StatusView { stalled: Some("The disk is full.".to_owned()), ..seed::status() };
    let frame = Frame::new(Place::Boundaries, "/", None, &status);
    let html = rendered(&OverviewPage::new(&frame, &status));
    assert!(html.contains("role=\"alert\"") && html.contains("The disk is full."));
}

#[test]
fn only_operators_get_forms_and_each_carries_the_session_secret() {
    let html = boundary_page(&frame(Some("operator")), None, &Kept::default());
    assert_eq!(html.matches("class=\"decision\"").count(), 4);
    let secrets = html.matches("name=\"form_token\" value=\"form-secret\"").count();
    assert_eq!(secrets, 5, "four decisions and signing out");
    assert_eq!(html.matches("name=\"reason\" required").count(), 4);
    assert_eq!(html.matches("name=\"name\" required").count(), 2, "rollback and kill");
    for role in [None, Some("viewer")] {
        let html = boundary_page(&frame(role), None, &Kept::default());
        assert!(!html.contains("class=\"decision\""), "{role:?}");
        assert!(html.contains("Sign in as an operator"));
    }
}

#[test]
fn what_was_typed_stays_when_a_decision_is_refused() {
    let kept = Kept { typed: Some((DecisionView::Kill, "pager \"7\"".to_owned())) };
    let html = boundary_page(&frame(Some("operator")), Some(&problem()), &kept);
    assert!(html.contains("The boundary is held."));
    assert!(html.contains("value=\"pager &#34;7&#34;\""), "{html}");
    assert!(html.contains("<details id=\"undo\" open>"));
}

#[test]
fn every_word_of_others_is_escaped() {
    let mut view = seed::boundary();
    HOSTILE.clone_into(&mut view.summary.name);
    HOSTILE.clone_into(&mut view.summary.owner);
    HOSTILE.clone_into(&mut view.summary.waiting_for);
    HOSTILE.clone_into(&mut view.routes.service);
    view.routes.surface = vec![HOSTILE.to_owned()];
    HOSTILE.clone_into(&mut view.readings[0].reason);
    HOSTILE.clone_into(&mut view.readings[0].subject);
    HOSTILE.clone_into(&mut view.rules[0].reason);
    HOSTILE.clone_into(&mut view.coverage.uncompared[0].meaning);
    HOSTILE.clone_into(&mut view.samples[0].at);
    let mut mismatches = seed::mismatches();
    let class = &mut mismatches.classes[0];
    class.example.baseline = Some(HOSTILE.to_owned());
    class.example.candidate = Some(HOSTILE.to_owned());
    for text in [
        &mut class.path,
        &mut class.route,
        &mut class.rule,
        &mut class.accept,
        &mut class.example.request,
    ] {
        HOSTILE.clone_into(text);
    }
    let mut entries = seed::entries();
    HOSTILE.clone_into(&mut entries[0].reason);
    HOSTILE.clone_into(&mut entries[0].raw);
    entries[0].actor.name = Some(HOSTILE.to_owned());
    entries[0].boundary = Some(HOSTILE.to_owned());
    let mut frame = frame(Some("operator"));
    HOSTILE.clone_into(&mut frame.path);
    frame.stalled = Some(HOSTILE.to_owned());
    let mut refused = problem();
    HOSTILE.clone_into(&mut refused.title);
    let kept = Kept { typed: Some((DecisionView::Hold, HOSTILE.to_owned())) };
    let parts = BoundaryParts { view: &view, mismatches: &mismatches, entries: &entries };
    let mut evidence = seed::evidence();
    HOSTILE.clone_into(&mut evidence.raw);
    let pages = [
        rendered(&BoundaryPage::new(&frame, parts, Some(&refused), Some(HOSTILE), &kept)),
        rendered(&LedgerPage::new(&frame, &seed::head(), Some(HOSTILE), &entries, 128)),
        rendered(&EvidencePage::new(&frame, &evidence)),
        rendered(&LoginPage::new(&frame, HOSTILE, Some(&refused))),
        rendered(&FailurePage::new(&frame, &refused)),
        crate::report(parts, &seed::head()).expect("the report renders"),
    ];
    for html in pages {
        assert!(html.contains("&#60;script&#62;"), "the words are there");
        assert!(!html.contains("<script>alert"), "{html}");
        assert!(!html.contains("onerror='"), "{html}");
    }
}

#[test]
fn pages_obey_their_own_content_policy() {
    let (frame, status) = (frame(Some("operator")), seed::status());
    let pages = [
        boundary_page(&frame, Some(&problem()), &Kept::default()),
        rendered(&OverviewPage::new(&frame, &status)),
        rendered(&LedgerPage::new(&frame, &seed::head(), Some(seed::NOTE), &seed::entries(), 100)),
        rendered(&LoginPage::new(&frame, "/", None)),
    ];
    for html in pages {
        for banned in
            [" style=", "<style", "<script>", " onclick=", "javascript:", "http://", "https://"]
        {
            assert!(!html.contains(banned), "{banned}");
        }
        assert_eq!(html.matches("<script").count(), 1, "one module of our own");
    }
}

#[test]
fn every_field_has_a_label_and_every_id_is_unique() {
    let html = boundary_page(&frame(Some("operator")), None, &Kept::default());
    let ids: Vec<&str> = attributes(&html, "id");
    for (index, id) in ids.iter().enumerate() {
        assert!(!ids[..index].contains(id), "{id} twice");
    }
    for label in attributes(&html, "for").into_iter().chain(attributes(&html, "aria-labelledby")) {
        assert!(ids.contains(&label), "{label} labels nothing");
    }
}

fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_ledger_turns_its_pages() {
    let frame = frame(None);
    let page =
        |before| rendered(&LedgerPage::new(&frame, &seed::head(), None, &seed::entries(), before));
    assert!(page(128).contains("before=78") && !page(128).contains("Newer"));
    assert!(page(78).contains("before=128") && page(78).contains("before=28"));
    assert!(!page(28).contains("Older"));
}

#[test]
fn stages_before_are_said_to_be_done() {
    let mut view = seed::boundary();
    view.summary.stage = StageView::Retired;
    view.summary.step = None;
    let html = rendered(&Standing::new(&view.summary));
    assert_eq!(html.matches(", done").count(), 5);
    assert!(html.contains("✓ done"));
}

#[test]
fn the_button_of_a_promotion_names_where_it_leads() {
    let mut view = seed::boundary();
    for (stage, words) in [
        (StageView::Contract, "Promote to Shadow"),
        (StageView::Shadow, "Promote to Canary"),
        (StageView::Primary, "Promote to Retired"),
    ] {
        view.summary.stage = stage;
        let html = rendered(&Standing::new(&view.summary));
        assert!(html.contains(&format!("data-promote=\"{words}\"")), "{html}");
    }
    let since = "2026-11-23T14:00:00Z".to_owned();
    view.summary.phase = PhaseView::Killed { since, reason: "pager".to_owned() };
    assert!(rendered(&Standing::new(&view.summary)).contains("data-promote=\"Promote to resume\""));
}

#[test]
fn evidence_too_long_to_read_is_cut_where_a_letter_ends() {
    let mut evidence = seed::evidence();
    evidence.raw = "é".repeat(200_000);
    let html = rendered(&EvidencePage::new(&frame(None), &evidence));
    assert!(html.len() < 300_000 && html.contains("The rest is left out here."));
    assert!(html.contains(&format!("/api/v1/evidence/{}", seed::DIGEST)));
    assert!(!rendered(&EvidencePage::new(&frame(None), &seed::evidence())).contains("left out"));
}
