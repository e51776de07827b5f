use super::*;
use crate::judge::tests::{percent, seconds, start};

const MARKS: Marks = Marks { worse: 1, not_worse: 2 };

#[test]
fn a_bin_waits_for_both_sides_but_not_for_ever() {
    let mut bin = Bin::open(percent("1%"), start());
    bin.given.monolith.total = 50;
    assert!(!bin.complete(start().plus(seconds(59))));
    assert!(bin.complete(start().plus(seconds(60))));
    bin.given.service.total = 1;
    assert!(bin.complete(start().plus(seconds(1))));
    assert!(!bin.complete(start()));
}

#[test]
fn a_key_votes_once_per_question_and_is_no_exposure_afterwards() {
    let mut signal = SignalBin::default();
    assert_eq!(signal.count(Side::Service, Some(0), true, MARKS), 3);
    assert_eq!(signal.count(Side::Service, Some(3), true, MARKS), 0);
    assert_eq!(signal.count(Side::Service, Some(1), true, MARKS), 2);
    assert_eq!(signal.worse.events.service, 1);
    assert_eq!(signal.worse.spent.service, 2);
    assert_eq!(signal.not_worse.events.service, 2);
}

#[test]
fn keys_outside_the_sample_are_neither_votes_nor_exposure() {
    let mut signal = SignalBin::default();
    assert_eq!(signal.count(Side::Monolith, None, true, MARKS), 0);
    assert_eq!(signal.worse.events, Sides::default());
    assert_eq!(signal.worse.spent.monolith, 1);
}

#[test]
fn exposure_is_the_share_of_those_who_can_still_vote() {
    let requests = Sides { monolith: 95, service: 15 };
    let votes = Votes { spent: Sides { monolith: 5, service: 5 }, ..Votes::default() };
    assert!((votes.exposure(requests) - 0.1).abs() < 1e-12);
    assert!(votes.exposure(Sides::default()).abs() < 1e-12);
}
