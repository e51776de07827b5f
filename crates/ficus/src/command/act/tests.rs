use super::super::sample;
use super::*;

#[test]
fn a_name_never_becomes_another_path() {
    assert_eq!(boundary_path("quotes"), "/api/v1/boundaries/quotes");
    assert_eq!(boundary_path("../ledger?x"), "/api/v1/boundaries/___ledger_x");
}

#[test]
fn the_next_stage_follows_the_order_and_ends() {
    assert_eq!(next_stage(StageView::Contract), Some(StageView::Shadow));
    assert_eq!(next_stage(StageView::Primary), Some(StageView::Retired));
    assert_eq!(next_stage(StageView::Retired), None);
}

#[test]
fn waiting_ends_at_the_stage_or_when_the_boundary_stops() {
    let at = |stage: &str, phase| sample::boundary(stage, &phase).summary;
    let canary = at("Canary", sample::running());
    assert!(arrived(&canary, StageView::Primary).is_none());
    assert_eq!(arrived(&canary, StageView::Canary), Some(Ok(Answer::Yes)));
    let held = arrived(&at("Canary", sample::held()), StageView::Primary).expect("an answer");
    let failure = held.expect_err("it stands still");
    assert_eq!(failure.exit_code(), 1);
    assert_eq!(failure.message, "quotes is held: answers differ");
}

#[test]
fn progress_is_one_line() {
    let line = progress(&sample::boundary("Canary", &sample::running()).summary);
    assert_eq!(
        line,
        "quotes: Canary, step 2 of 2, weight 10.00%; 412 more comparisons of GET /api/rates"
    );
}
