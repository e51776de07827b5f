use ficus_model::observation::{AssignedCount, Outcome};

use super::*;

fn at(seconds: u64) -> Time {
    Time::from_micros(seconds * 1_000_000)
}

fn seen(side: Side, status: u16, assigned: Assigned) -> Observation {
    Observation {
        at: at(1),
        key: None,
        assigned,
        route: 0,
        side,
        weight: Weight::ZERO,
        outcome: Outcome::Answered(status),
        latency: Duration::from_millis(20),
        streamed: false,
    }
}

fn batch(observations: Vec<Observation>) -> ObservationBatch {
    ObservationBatch {
        boundary: "quotes".parse().unwrap(),
        generation: 1,
        rollout: None,
        observations,
        assigned: AssignedCount::default(),
        dropped: 0,
    }
}

#[test]
fn both_arms_are_counted_apart_and_overrides_not_at_all() {
    let mut samples = Samples::new(at(0));
    let gone =
        Observation { outcome: Outcome::ClientGone, ..seen(Side::Service, 0, Assigned::Coin) };
    let stream = Observation { streamed: true, ..seen(Side::Service, 200, Assigned::Coin) };
    samples.observe(&batch(vec![
        seen(Side::Monolith, 200, Assigned::Coin),
        seen(Side::Monolith, 503, Assigned::Subject),
        seen(Side::Service, 200, Assigned::Override),
        gone,
        stream,
    ]));
    samples.advance(at(4), Weight::ZERO);
    assert_eq!(samples.all(), [], "the interval is not over");
    samples.advance(at(6), Weight::FULL);
    let all = samples.all();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].at, all[0].weight), (at(6), Weight::FULL));
    assert!((all[0].seconds - 6.0).abs() < 1e-9);
    assert_eq!((all[0].monolith.requests, all[0].monolith.bad), (2, 1));
    assert!((all[0].monolith.p50.unwrap() - 0.020).abs() < 0.0003);
    assert_eq!((all[0].service.requests, all[0].service.p99), (1, None));
}

#[test]
fn samples_are_bounded() {
    let mut samples = Samples::new(at(0));
    let many = u64::try_from(SAMPLES_MAX).unwrap() + 10;
    (1..=many).for_each(|number| samples.advance(at(number * 5), Weight::ZERO));
    assert_eq!(samples.all().len(), SAMPLES_MAX);
    assert_eq!(samples.all()[0].at, at(11 * 5));
}
