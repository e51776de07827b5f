use super::*;
use crate::comparison::Compared;
use crate::judge::Judge;
use crate::judge::tests::{compared, comparisons, mismatch, routes, seconds, settings, start};

fn equal(route: u16, count: usize) -> Vec<Compared> {
    (0..count).map(|_| compared(route, Comparison::Match)).collect()
}

fn different(route: u16, count: usize) -> Vec<Compared> {
    (0..count).map(|_| compared(route, mismatch())).collect()
}

fn after(batches: Vec<Vec<Compared>>) -> Judge {
    let mut judge = Judge::new(&settings(), routes(), start());
    batches.into_iter().for_each(|compared| judge.compare(&comparisons(compared, vec![])));
    judge
}

fn readings(judge: &Judge) -> Vec<Reading> {
    judge.shadow_readings(start().plus(seconds(100)))
}

#[test]
fn parity_costs_about_four_over_the_bound() {
    let judge = after(vec![equal(0, 4_108), equal(1, 4_109)]);
    let [first, second, coverage] = &readings(&judge)[..] else { panic!("three readings") };
    assert_eq!((first.verdict, first.needed), (Verdict::Inconclusive, Some(1)));
    assert_eq!((second.verdict, second.needed), (Verdict::Pass, None));
    assert_eq!(coverage.verdict, Verdict::Pass);
    assert!(second.measured.value < second.bound.value);
    assert_eq!(second.reason, "0 of 4,109 answers differ, proven to be fewer than 0.100%");
}

#[test]
fn noise_that_was_accepted_counts_as_equal() {
    let noisy = || compared(0, Comparison::Ignored(vec!["rounding".to_owned()]));
    let judge = after(vec![(0..4_200).map(|_| noisy()).collect()]);
    assert_eq!(readings(&judge)[0].verdict, Verdict::Pass);
}

#[test]
fn a_difference_in_every_answer_is_found_at_once() {
    let judge = after(vec![equal(0, 20), different(0, 4)]);
    let reading = &readings(&judge)[0];
    assert_eq!(reading.verdict, Verdict::Fail, "{reading:?}");
    assert_eq!(reading.reason, "4 of 24 answers differ, proven to be more than 0.100%");
}

#[test]
fn two_differences_are_not_enough_to_fail() {
    let judge = after(vec![different(0, 2)]);
    assert_eq!(readings(&judge)[0].verdict, Verdict::Inconclusive);
}

#[test]
fn a_difference_in_few_answers_is_found_by_its_rate() {
    let judge = after((0..12).map(|_| [equal(0, 49), different(0, 1)].concat()).collect());
    assert_eq!(readings(&judge)[0].verdict, Verdict::Fail);
}

#[test]
fn a_good_past_does_not_hide_a_broken_deployment() {
    let judge = after(vec![equal(0, 1_000_000), different(0, 4)]);
    assert_eq!(readings(&judge)[0].verdict, Verdict::Pass);
    let judge = after(vec![equal(0, 1_000_000), different(0, 5)]);
    let reading = &readings(&judge)[0];
    assert_eq!(reading.verdict, Verdict::Fail);
    assert!(reading.reason.starts_with("the last 5 answers all differ"), "{}", reading.reason);
}

#[test]
fn a_proven_breach_is_not_forgotten() {
    let judge = after(vec![different(0, 5), equal(0, 100_000)]);
    assert_eq!(readings(&judge)[0].verdict, Verdict::Fail);
}

#[test]
fn a_loose_bound_needs_a_longer_run() {
    let loose = GateSettings { parity: 0.05, ..settings() };
    assert_eq!((run_limit(&settings()), run_limit(&loose)), (5, 7));
}

#[test]
fn chosen_reasons_do_not_lower_coverage_and_others_do() {
    let mut judge = after(vec![equal(0, 900)]);
    let chosen = vec![(0, Uncompared::SampledOut, 5_000), (1, Uncompared::Unsafe, 300)];
    judge.compare(&comparisons(vec![], chosen));
    let coverage = readings(&judge).pop().unwrap();
    assert_eq!((coverage.verdict, coverage.samples), (Verdict::Pass, 900));
    let lost = vec![(0, Uncompared::Timeout, 90), (0, Uncompared::BodyCap, 11)];
    judge.compare(&comparisons(vec![], lost));
    let coverage = readings(&judge).pop().unwrap();
    assert_eq!((coverage.verdict, coverage.samples), (Verdict::Inconclusive, 1_001));
    assert_eq!(
        coverage.reason,
        "only 900 of 1,001 compared: 90 timeout, 11 body cap; never copied and so not proven: GET /api/quotes/{id}"
    );
}

#[test]
fn routes_not_compared_yet_are_named_with_what_stands_in_the_way() {
    let mut judge = after(vec![equal(0, 5_000)]);
    let quiet = &readings(&judge)[1];
    assert_eq!((quiet.verdict, quiet.samples), (Verdict::Inconclusive, 0));
    assert_eq!(quiet.reason, "not called yet");
    judge.compare(&comparisons(vec![], vec![(1, Uncompared::Connect, 1_200)]));
    assert_eq!(readings(&judge)[1].reason, "called, but never compared: 1,200 connect");
}

#[test]
fn routes_that_are_never_copied_do_not_block() {
    let mut told = after(vec![equal(0, 5_000)]);
    told.exempt([1]);
    let subjects = |judge: &Judge| {
        readings(judge).into_iter().map(|reading| reading.subject).collect::<Vec<_>>()
    };
    assert_eq!(subjects(&told), ["GET /api/rates", "all"]);
    let mut learned = after(vec![equal(0, 5_000)]);
    learned.compare(&comparisons(vec![], vec![(1, Uncompared::Unsafe, 1)]));
    assert_eq!(subjects(&learned), ["GET /api/rates", "all"]);
}

#[test]
fn routes_outside_the_surface_are_ignored() {
    let judge = after(vec![different(9, 100)]);
    assert!(judge.evidence().parity.routes.iter().all(|route| route.compared == 0));
}
