use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::*;
use crate::budget::Budget;
use crate::coverage::CompareResult;
use crate::fixture::{self, placed};
use crate::lane::Lane;

const KEY: HashKey = HashKey::from_bytes([3; 16]);

fn lane() -> Arc<Lane> {
    fixture::lane(placed("quotes", &["GET /a"]), &fixture::settings())
}

fn whole(pieces: &[&'static str]) -> Whole {
    let json = HeaderValue::from_static("application/json");
    Whole {
        status: 200,
        headers: [(CONTENT_TYPE, json)].into_iter().collect(),
        body: pieces.iter().map(|piece| Bytes::from_static(piece.as_bytes())).collect(),
        latency: Duration::from_millis(1),
    }
}

fn pair(lane: &Arc<Lane>, baseline: &[&'static str], candidate: &[&'static str]) -> Pair {
    Pair {
        eligible: Eligible::begin(lane, 0),
        method: Method::GET,
        target: "/a?token=secret".to_owned(),
        trace: TraceId([1; 16]),
        baseline: whole(baseline),
        candidate: whole(candidate),
        charge: Charge::on(&Budget::new(1)),
    }
}

fn compared(lane: &Arc<Lane>, baseline: &[&'static str], candidate: &[&'static str]) -> Compared {
    let (ring, reports) = sync_channel(1);
    compare(pair(lane, baseline, candidate), &ring, &KEY);
    match reports.try_recv().expect("a report") {
        Report::Compared(_, compared) => compared,
        Report::Observed(..) => panic!("nothing is observed here"),
    }
}

#[test]
fn answers_are_compared_by_structure_whatever_pieces_they_came_in() {
    let lane = lane();
    let same = compared(&lane, &[r#"{"a":1,"#, r#""b":[]}"#], &[r#"{"b":[],"a":1}"#]);
    assert_eq!(same.comparison, Comparison::Match);
    let other = compared(&lane, &[r#"{"a":1,"b":[]}"#], &[r#"{"a":1,"b":null}"#]);
    let Comparison::Mismatch(differences) = &other.comparison else { panic!("{other:?}") };
    assert_eq!(differences[0].path, "body.b");
    assert_eq!(other.trace.as_deref(), Some("01010101010101010101010101010101"));
    assert!(!other.request.contains("secret"), "{}", other.request);
    let totals = &lane.live.coverage;
    assert_eq!(totals.compared(CompareResult::Match), 1);
    assert_eq!(totals.compared(CompareResult::Mismatch), 1);
}

#[test]
fn what_can_not_be_decoded_is_no_mismatch() {
    let lane = lane();
    let (ring, reports) = sync_channel(1);
    compare(pair(&lane, &["{"], &["["]), &ring, &KEY);
    assert!(reports.try_recv().is_err());
    assert_eq!(lane.live.coverage.uncompared(Uncompared::Undecodable), 1);
}

#[test]
fn a_comparison_nobody_hears_of_is_shed() {
    let lane = lane();
    let (ring, reports) = sync_channel(1);
    compare(pair(&lane, &["{}"], &["{}"]), &ring, &KEY);
    compare(pair(&lane, &["{}"], &["{}"]), &ring, &KEY);
    drop(reports);
    compare(pair(&lane, &["{}"], &["{}"]), &ring, &KEY);
    let totals = &lane.live.coverage;
    assert_eq!(totals.compared(CompareResult::Match), 1);
    assert_eq!(totals.uncompared(Uncompared::CompareShed), 2);
}

#[test]
fn a_full_queue_sheds_the_newest_pair() {
    let lane = lane();
    let (pairs, queue) = sync_channel(1);
    submit(&pairs, pair(&lane, &["1"], &["1"]));
    submit(&pairs, pair(&lane, &["2"], &["2"]));
    assert_eq!(lane.live.coverage.uncompared(Uncompared::CompareShed), 1);
    assert_eq!(queue.recv().expect("the first").baseline.body, [Bytes::from_static(b"1")]);
}
