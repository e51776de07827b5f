use super::*;
use crate::judge::tests::{Traffic, seconds, settings, start};
use crate::verdict::Verdict;

#[test]
fn the_first_seconds_are_too_early_to_know_a_rate() {
    let mut traffic = Traffic::at("10%");
    traffic.run(5);
    let reading = traffic.reading(Gate::Budget, "all");
    assert_eq!((reading.verdict, reading.wait), (Verdict::Inconclusive, Some(seconds(5))));
    traffic.run(5);
    assert_eq!(traffic.reading(Gate::Budget, "all").verdict, Verdict::Pass);
}

/// A service that melts the database both share: the comparison is blind, burn is not.
#[test]
fn both_sides_failing_alike_burns_the_budget() {
    let mut traffic = Traffic::at("50%");
    traffic.monolith_bad = 0.3;
    traffic.service_bad = 0.3;
    traffic.run(120);
    assert_eq!(traffic.judge.breach(), None, "two minutes are no five minutes");
    traffic.run(120);
    let breach = traffic.judge.breach().unwrap();
    assert_eq!((breach.gate, breach.verdict), (Gate::Budget, Verdict::Fail));
    assert!(breach.reason.contains("whoever gives them"), "{}", breach.reason);
}

#[test]
fn a_handful_of_bad_answers_never_burns() {
    let mut traffic = Traffic::at("50%");
    traffic.per_second = 1;
    traffic.monolith_bad = 1.0;
    traffic.service_bad = 1.0;
    traffic.run(9);
    assert_eq!(traffic.judge.evidence().spending.broken, None);
    traffic.run(100);
    assert_eq!(traffic.judge.evidence().spending.broken, Some(Overspent::Burn));
}

#[test]
fn the_price_is_bounded_by_a_share_of_thirty_days() {
    let whole = Sides {
        monolith: Tally { total: 50_000, bad: 0 },
        service: Tally { total: 50_000, bad: 600 },
    };
    // 100,000 requests in a day: 3 million in 30 days, 0.1 % may fail, 2 % of that is 60.
    let total = Tally { total: 100_000, bad: 600 };
    let mut spending = Spending { total, ..Spending::default() };
    let allowed = spending.allowance(&settings(), seconds(86_400)).unwrap();
    assert!((allowed - 60.0).abs() < 1e-6, "{allowed}");
    let price = price(&settings(), whole);
    assert!(price.lower > allowed && price.lower < 600.0 && (price.estimate - 600.0).abs() < 1e-6);
    spending.check(&settings(), whole, (start(), start().plus(seconds(86_400))));
    assert_eq!(spending.broken, Some(Overspent::Price));
}

#[test]
fn trouble_that_lasts_for_hours_is_found_at_hardly_any_traffic() {
    let mut spending = Spending::default();
    let mut whole = Sides::<Tally>::default();
    for minute in 0..420_u64 {
        let at = start().plus(seconds(60 * minute));
        if minute.is_multiple_of(30) {
            let given = Tally { total: 1, bad: 1 };
            whole.service.add(given);
            let given = Sides { service: given, ..Sides::default() };
            spending.score(&Bin { given, ..Bin::open(crate::Weight::FULL, at) });
        }
        spending.check(&settings(), whole, (start(), at));
    }
    assert_eq!(spending.broken, Some(Overspent::Sustained));
}
