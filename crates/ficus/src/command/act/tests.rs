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
