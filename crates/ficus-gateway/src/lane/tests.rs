use super::*;
use crate::fixture::{bound_to, first_lane, in_canary, percent, placed, rollout, snapshot};

fn apply(controls: &crate::GatewayControls, generation: u64, id: Option<u8>) -> Arc<Lane> {
    let mut boundary = in_canary(placed("quotes", &["GET /a"]), percent(50), rollout(1));
    boundary.desired.rollout = id.map(rollout);
    controls.apply(snapshot(generation, vec![boundary])).expect("newer");
    first_lane(controls)
}

#[test]
fn a_ceiling_stays_closed_until_another_rollout() {
    let (controls, _) = bound_to(placed("quotes", &["GET /a"]));
    let first = apply(&controls, 2, Some(1));
    assert_eq!(first.weight(), percent(50));
    first.ceiling.close();
    assert_eq!(first.weight(), Weight::ZERO);
    assert_eq!(apply(&controls, 3, Some(1)).weight(), Weight::ZERO, "wanted again: capped");
    assert_eq!(apply(&controls, 4, None).weight(), percent(50), "no rollout has no ceiling");
    assert_eq!(apply(&controls, 5, Some(1)).weight(), Weight::ZERO, "the same one: still capped");
    assert_eq!(apply(&controls, 6, Some(2)).weight(), percent(50));
    assert_eq!(first.weight(), Weight::ZERO, "the old table stays where it was");
}

#[test]
fn requests_of_two_tables_see_one_ceiling() {
    let (controls, _) = bound_to(placed("quotes", &["GET /a"]));
    let (old, new) = (apply(&controls, 2, Some(1)), apply(&controls, 3, Some(1)));
    new.ceiling.close();
    assert!(old.ceiling.closed());
}

#[test]
fn a_side_has_its_arm_and_a_route_its_text() {
    let (controls, _) = bound_to(placed("quotes", &["GET /a"]));
    let lane = first_lane(&controls);
    assert!(Arc::ptr_eq(lane.arm(Side::Service), &lane.service));
    assert_eq!((lane.route(0), lane.route(1)), ("GET /a", "-"));
}
