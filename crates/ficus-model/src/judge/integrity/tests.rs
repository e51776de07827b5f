use super::*;
use crate::judge::Judge;
use crate::judge::tests::{Traffic, batch, percent, seen, start};
use crate::observation::ObservationBatch;

#[test]
fn a_kept_coin_and_whole_reports_pass() {
    let mut traffic = Traffic::at("10%");
    traffic.run(60);
    for subject in ["assigned", "reported"] {
        assert_eq!(traffic.reading(Gate::SampleRatio, subject).verdict, Verdict::Pass);
    }
}

#[test]
fn a_broken_coin_voids_the_evidence() {
    let mut traffic = Traffic::at("10%");
    traffic.run(20);
    // One more in ten goes astray from here on.
    for _ in 0..60 {
        let at = traffic.now;
        let stray = |index: u32| {
            let side = if index < 5 { Side::Service } else { Side::Monolith };
            seen(at, side, percent("10%"))
        };
        traffic.judge.observe(&batch((0..100).map(stray).collect()));
        traffic.now = traffic.now.plus(crate::judge::tests::seconds(1));
        traffic.judge.advance(traffic.now);
    }
    let reading = traffic.reading(Gate::SampleRatio, "assigned");
    assert_eq!(reading.verdict, Verdict::Inconclusive);
    assert!(reading.reason.starts_with("the evidence is void"), "{}", reading.reason);
    assert!(reading.measured.value < 0.08 && (reading.bound.value - 0.1).abs() < 1e-9);
}

#[test]
fn a_user_is_assigned_once_however_often_he_calls() {
    let mut integrity = Integrity::default();
    let mut bin = Bin::open(percent("5%"), start());
    let user = Observation { key: Some(9), ..seen(start(), Side::Service, percent("5%")) };
    (0..50).for_each(|_| integrity.observe(&mut bin, &user));
    assert_eq!(bin.firsts, Sides { monolith: 0, service: 1 });
    integrity.score(&bin);
    assert_eq!((integrity.sample_ratio.candidate, integrity.sample_ratio.total), (1, 1));
}

fn judge_after(batches: &[ObservationBatch]) -> Judge {
    let mut judge = Judge::new(&crate::judge::tests::settings(), vec!["GET /".to_owned()], start());
    batches.iter().for_each(|batch| judge.observe(batch));
    judge
}

#[test]
fn dropped_observations_void_the_evidence() {
    let seen = batch(vec![seen(start(), Side::Monolith, percent("5%")); 900]);
    let judge = judge_after(&[ObservationBatch { dropped: 100, ..seen }]);
    let reading = judge.evidence().integrity.telemetry();
    assert_eq!(reading.verdict, Verdict::Inconclusive);
    assert!((reading.measured.value - 0.1).abs() < 1e-9);
}

#[test]
fn requests_that_never_end_void_the_evidence_but_those_under_way_do_not() {
    let ended = batch(vec![seen(start(), Side::Service, percent("50%")); 2_000]);
    let assigned = |service: u64| AssignedCount { monolith: 0, service };
    let under_way = ObservationBatch { assigned: assigned(3_000), ..ended.clone() };
    let fine = judge_after(&[under_way]).evidence().integrity.telemetry();
    assert_eq!(fine.verdict, Verdict::Pass, "{fine:?}");
    let lost = ObservationBatch { assigned: assigned(4_000), ..ended };
    let void = judge_after(&[lost]).evidence().integrity.telemetry();
    assert_eq!(void.verdict, Verdict::Inconclusive);
    assert!(void.reason.contains("requests to the service are not seen to end"), "{}", void.reason);
}
