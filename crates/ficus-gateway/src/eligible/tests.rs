use super::*;
use crate::coverage::CompareResult;
use crate::fixture::{self, placed};

fn lane() -> Arc<Lane> {
    fixture::lane(placed("quotes", &["GET /a", "GET /b"]), &fixture::settings())
}

fn accounted(lane: &Lane) -> u64 {
    let totals = &lane.live.coverage;
    let uncompared = Uncompared::ALL.into_iter().map(|reason| totals.uncompared(reason));
    let compared = CompareResult::ALL.into_iter().map(|result| totals.compared(result));
    uncompared.chain(compared).sum()
}

#[test]
fn every_eligible_request_is_counted_once() {
    let lane = lane();
    for reason in Uncompared::ALL {
        Eligible::begin(&lane, 0).uncompared(reason);
    }
    Eligible::begin(&lane, 1).compared(&Comparison::Match);
    Eligible::begin(&lane, 1).compared(&Comparison::Ignored(vec!["clock".to_owned()]));
    Eligible::begin(&lane, 1).compared(&Comparison::Mismatch(Vec::new()));
    let given_up = Eligible::begin(&lane, 1);
    assert_eq!(accounted(&lane) + 1, lane.live.coverage.eligible(), "one is still open");
    drop(given_up);
    assert_eq!(accounted(&lane), lane.live.coverage.eligible());
    assert_eq!(lane.live.coverage.uncompared(Uncompared::Aborted), 2);
    assert!(CompareResult::ALL.map(|result| lane.live.coverage.compared(result)) == [1, 1, 1]);
}

#[test]
fn what_was_drained_is_not_drained_again() {
    let lane = lane();
    Eligible::begin(&lane, 1).uncompared(Uncompared::Timeout);
    Eligible::begin(&lane, 1).uncompared(Uncompared::Timeout);
    Eligible::begin(&lane, 0).uncompared(Uncompared::Connect);
    assert_eq!(
        lane.coverage.drain(),
        [(0, Uncompared::Connect, 1), (1, Uncompared::Timeout, 2)],
        "by route and reason"
    );
    assert_eq!(lane.coverage.drain(), []);
    assert_eq!(lane.live.coverage.uncompared(Uncompared::Timeout), 2, "the total stays");
}
