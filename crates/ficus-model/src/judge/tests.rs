mod script;

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::comparison::{Compared, Comparison, Difference, DifferenceKind, Uncompared};
use crate::observation::AssignedCount;
use crate::rollout::RolloutId;
use crate::side::Side;
use crate::verdict::Verdict;

/// Small steps of a linear congruential generator, good enough to shuffle a test's traffic.
#[derive(Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64) / (1_u64 << 53) as f64
    }
}

/// Steady traffic with known properties, observed by a judge.
pub(super) struct Traffic {
    pub(super) judge: Judge,
    pub(super) now: Time,
    pub(super) dice: Dice,
    pub(super) per_second: u32,
    pub(super) weight: Weight,
    pub(super) monolith_bad: f64,
    pub(super) service_bad: f64,
    pub(super) service_slowdown: f64,
    /// Number of users; without users every request draws its own coin.
    pub(super) users: Option<u64>,
}

pub(super) fn percent(text: &str) -> Weight {
    text.parse().unwrap()
}

pub(super) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(super) fn settings() -> GateSettings {
    GateSettings { window: seconds(10), ..GateSettings::default() }
}

pub(super) fn routes() -> Vec<String> {
    vec!["GET /api/rates".to_owned(), "GET /api/quotes/{id}".to_owned()]
}

pub(super) fn start() -> Time {
    Time::from_micros(1_700_000_000_000_000)
}

pub(super) fn seen(at: Time, side: Side, weight: Weight) -> Observation {
    Observation {
        at,
        key: None,
        assigned: Assigned::Coin,
        route: 0,
        side,
        weight,
        outcome: Outcome::Answered(200),
        latency: Duration::from_millis(10),
        streamed: false,
    }
}

pub(super) fn batch(observations: Vec<Observation>) -> ObservationBatch {
    let on = |side| observations.iter().filter(|seen| seen.side == side).count() as u64;
    let assigned = AssignedCount { monolith: on(Side::Monolith), service: on(Side::Service) };
    ObservationBatch {
        boundary: "quotes".parse().unwrap(),
        generation: 1,
        rollout: Some(RolloutId([1; 16])),
        observations,
        assigned,
        dropped: 0,
    }
}

impl Traffic {
    pub(super) fn at(weight: &str) -> Self {
        Self::judged_by(&settings(), weight)
    }

    pub(super) fn judged_by(settings: &GateSettings, weight: &str) -> Self {
        Self {
            judge: Judge::new(settings, routes(), start()),
            now: start(),
            dice: Dice(7),
            per_second: 100,
            weight: percent(weight),
            monolith_bad: 0.0,
            service_bad: 0.0,
            service_slowdown: 1.0,
            users: None,
        }
    }

    /// Lets this many seconds pass.
    pub(super) fn run(&mut self, length: u64) -> &mut Self {
        for _ in 0..length {
            let requests = (0..self.per_second).map(|index| self.request(index)).collect();
            self.judge.observe(&batch(requests));
            self.now = self.now.plus(seconds(1));
            self.judge.advance(self.now);
        }
        self
    }

    fn request(&mut self, index: u32) -> Observation {
        let at = self.now.plus(seconds(1) * index / self.per_second);
        let key = self.users.map(|users| {
            let user = whole_below(self.dice.roll(), users);
            let mut dice = Dice(user.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            dice.roll();
            dice.0
        });
        let coin =
            key.map_or_else(|| self.dice.roll(), |key| (key >> 11) as f64 / (1_u64 << 53) as f64);
        let side = if coin < self.weight.fraction() { Side::Service } else { Side::Monolith };
        let (bad, slowdown) = match side {
            Side::Monolith => (self.monolith_bad, 1.0),
            Side::Service => (self.service_bad, self.service_slowdown),
        };
        let outcome = Outcome::Answered(if self.dice.roll() < bad { 500 } else { 200 });
        // An exponential tail over a floor of 5 ms.
        let millis = slowdown * (5.0 - 5.0 * (1.0 - self.dice.roll()).ln());
        let latency = Duration::from_secs_f64(millis / 1e3);
        let route = u16::from(self.dice.roll() < 0.3);
        let assigned = if key.is_some() { Assigned::Subject } else { Assigned::Coin };
        Observation { key, assigned, route, outcome, latency, ..seen(at, side, self.weight) }
    }

    pub(super) fn reading(&self, gate: Gate, subject: &str) -> Reading {
        let readings = self.judge.canary_readings(self.now);
        readings
            .into_iter()
            .find(|reading| reading.gate == gate && reading.subject == subject)
            .unwrap()
    }

    pub(super) fn verdict(&self) -> Verdict {
        Verdict::worst(self.judge.canary_readings(self.now).iter().map(|reading| reading.verdict))
    }
}

pub(super) fn whole_below(share: f64, count: u64) -> u64 {
    crate::stats::whole(share * count as f64).saturating_sub(1).min(count - 1)
}

pub(super) fn mismatch() -> Comparison {
    Comparison::Mismatch(vec![Difference {
        path: "body.price".to_owned(),
        kind: DifferenceKind::Value,
        baseline: Some("1.10".to_owned()),
        candidate: Some("1.1".to_owned()),
    }])
}

pub(super) fn compared(route: u16, comparison: Comparison) -> Compared {
    Compared {
        at: start(),
        route,
        status: 200,
        request: "GET /api/rates".to_owned(),
        trace: None,
        comparison,
        baseline_latency: Duration::from_millis(5),
        candidate_latency: Duration::from_millis(5),
    }
}

pub(super) fn comparisons(
    compared: Vec<Compared>,
    uncompared: Vec<(u16, Uncompared, u64)>,
) -> ComparisonBatch {
    let boundary = "quotes".parse().unwrap();
    ComparisonBatch { boundary, generation: 1, compared, uncompared }
}

#[test]
fn without_data_every_gate_is_inconclusive() {
    let judge = Judge::new(&settings(), routes(), start());
    let later = start().plus(seconds(3600));
    for reading in judge.canary_readings(later).iter().chain(&judge.shadow_readings(later)) {
        assert_eq!(reading.verdict, Verdict::Inconclusive, "{reading:?}");
        assert!(!reading.reason.is_empty());
    }
    assert_eq!(judge.breach(), None);
}

#[test]
fn an_equal_service_passes_every_gate() {
    let mut traffic = Traffic::at("25%");
    traffic.monolith_bad = 0.005;
    traffic.service_bad = 0.005;
    traffic.run(1500);
    for reading in traffic.judge.canary_readings(traffic.now) {
        assert_eq!(reading.verdict, Verdict::Pass, "{reading:?}");
    }
    assert_eq!(traffic.judge.breach(), None);
}

#[test]
fn five_times_the_errors_are_a_breach_of_errors() {
    let mut traffic = Traffic::at("5%");
    traffic.monolith_bad = 0.005;
    traffic.service_bad = 0.025;
    traffic.run(600);
    let breach = traffic.judge.breach().unwrap();
    assert_eq!((breach.gate, breach.verdict), (Gate::Errors, Verdict::Fail));
    assert!(
        breach.reason.contains("more than 1.25× the monolith's error rate is proven"),
        "{}",
        breach.reason
    );
}

#[test]
fn a_slow_service_is_a_breach_of_latency() {
    let mut traffic = Traffic::at("10%");
    traffic.service_slowdown = 1.5;
    traffic.run(120);
    let breach = traffic.judge.breach().unwrap();
    assert_eq!((breach.gate, breach.verdict), (Gate::Latency, Verdict::Fail));
    assert!(breach.measured.value > breach.bound.value, "{breach:?}");
}

#[test]
fn a_breach_does_not_go_away() {
    let mut traffic = Traffic::at("10%");
    traffic.monolith_bad = 0.005;
    traffic.service_bad = 0.2;
    let first = traffic.run(60).judge.breach().unwrap();
    traffic.service_bad = 0.0;
    let later = traffic.run(1200).judge.breach().unwrap();
    assert_eq!((later.gate, later.verdict), (first.gate, Verdict::Fail));
}

#[test]
fn two_failing_users_are_not_enough_however_often_they_fail() {
    let mut judge = Judge::new(&GateSettings { warm_up: 0, ..settings() }, routes(), start());
    for second in 0..300 {
        let at = start().plus(seconds(second));
        let ok = (0..99).map(|_| seen(at, Side::Monolith, percent("1%")));
        let failing = Observation {
            key: Some(second % 2),
            assigned: Assigned::Subject,
            outcome: Outcome::Reset,
            ..seen(at, Side::Service, percent("1%"))
        };
        judge.observe(&batch(ok.chain([failing]).collect()));
        judge.advance(at.plus(seconds(1)));
    }
    assert_eq!(judge.evidence().errors.votes.service, 2);
    assert!(judge.breach().is_none_or(|breach| breach.gate != Gate::Errors));
}

#[test]
fn overrides_count_nowhere() {
    let mut judge = Judge::new(&settings(), routes(), start());
    let forced = Observation {
        assigned: Assigned::Override,
        outcome: Outcome::Answered(500),
        ..seen(start(), Side::Service, percent("5%"))
    };
    judge.observe(&batch(vec![forced; 500]));
    assert_eq!(judge.evidence().errors.whole, bin::Sides::default());
    assert_eq!(judge.evidence().integrity.firsts, bin::Sides::default());
    assert_eq!(judge.evidence().warmed_up, bin::Sides::default());
}

#[test]
fn the_first_requests_of_each_side_are_left_out() {
    let mut judge = Judge::new(&settings(), routes(), start());
    let cold =
        Observation { outcome: Outcome::Timeout, ..seen(start(), Side::Service, percent("5%")) };
    judge.observe(&batch(vec![cold; 20]));
    assert_eq!(judge.evidence().errors.whole.service.total, 0);
    judge.observe(&batch(vec![cold; 1]));
    assert_eq!(judge.evidence().errors.whole.service.total, 1);
}

#[test]
fn a_higher_weight_asks_for_its_own_proof_but_keeps_the_evidence_against() {
    let mut traffic = Traffic::at("25%");
    traffic.monolith_bad = 0.005;
    traffic.service_bad = 0.005;
    traffic.run(1500);
    assert_eq!(traffic.verdict(), Verdict::Pass);
    let against = traffic.judge.evidence().errors.worse.ln_e();
    traffic.weight = percent("50%");
    traffic.run(1);
    assert_eq!(traffic.verdict(), Verdict::Inconclusive);
    assert_eq!(traffic.judge.evidence().step.weight, percent("50%"));
    assert!((traffic.judge.evidence().errors.worse.ln_e() - against).abs() < 2.0);
    assert!(traffic.judge.evidence().errors.whole.service.total > 30_000);
}

#[test]
fn requests_still_ending_under_an_older_weight_prove_nothing_for_the_new_one() {
    let mut traffic = Traffic::at("50%");
    traffic.run(3);
    let before = traffic.judge.evidence().errors.step;
    traffic.weight = percent("10%");
    traffic.run(3);
    assert_eq!(traffic.judge.evidence().errors.step, before);
    assert_eq!(traffic.judge.evidence().step.weight, percent("50%"));
}

#[test]
fn users_vote_once_and_still_suffice() {
    let mut traffic = Traffic::at("25%");
    traffic.users = Some(5_000);
    traffic.monolith_bad = 0.01;
    traffic.service_bad = 0.01;
    traffic.run(1200);
    assert_eq!(traffic.judge.breach(), None);
    let errors = &traffic.judge.evidence().errors;
    assert!(errors.votes.monolith + errors.votes.service <= 5_000);
    assert!(errors.whole.monolith.bad + errors.whole.service.bad > 1_000);
    assert_eq!(traffic.reading(Gate::Errors, "all").verdict, Verdict::Pass);
    assert_eq!(traffic.reading(Gate::SampleRatio, "assigned").verdict, Verdict::Pass);
}

#[test]
fn everything_is_bounded_however_many_users_come() {
    let mut judge = Judge::new(&settings(), routes(), start());
    for second in 0..60_u64 {
        let at = start().plus(seconds(second));
        let user = |index: u64| Observation {
            key: Some((second * 3000 + index).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            assigned: Assigned::Subject,
            outcome: Outcome::Answered(503),
            latency: Duration::from_millis(index % 100),
            ..seen(
                at,
                if index.is_multiple_of(10) { Side::Service } else { Side::Monolith },
                percent("10%"),
            )
        };
        judge.observe(&batch((0..3000).map(user).collect()));
        judge.advance(at.plus(seconds(1)));
    }
    let state = judge.evidence();
    for keys in [&state.errors.keys, &state.latency.keys, &state.integrity.keys] {
        assert!(keys.marks.len() <= keys::KEYS_MAX && keys.halvings > 0, "{}", keys.marks.len());
    }
    assert!(state.bins.len() <= BINS_MAX);
    let regression = judge.breach().filter(|breach| breach.gate != Gate::Budget);
    assert_eq!(regression, None, "equal failure of both sides is no regression");
}

#[test]
fn a_clock_that_jumps_back_changes_nothing() {
    let mut traffic = Traffic::at("25%");
    traffic.monolith_bad = 0.01;
    traffic.service_bad = 0.01;
    traffic.run(60);
    traffic.now = start();
    traffic.run(60);
    traffic.judge.advance(Time::EPOCH);
    assert_eq!(traffic.judge.breach(), None);
    assert_eq!(traffic.judge.evidence().advanced, start().plus(seconds(60)));
}

#[test]
fn a_canary_fails_when_the_mirror_disproves_parity() {
    let mut traffic = Traffic::at("25%");
    traffic.run(5);
    traffic.judge.compare(&comparisons((0..20).map(|_| compared(1, mismatch())).collect(), vec![]));
    let reading = traffic.reading(Gate::Parity, "GET /api/quotes/{id}");
    assert_eq!(reading.verdict, Verdict::Fail);
    assert_eq!(traffic.verdict(), Verdict::Fail);
}

#[test]
fn at_primary_the_holdback_is_the_baseline() {
    let mut fine = Traffic::at("95%");
    fine.monolith_bad = 0.01;
    fine.service_bad = 0.01;
    fine.run(600);
    assert_eq!(fine.judge.breach(), None);
    // A lenient objective, or the budget would be the first to speak.
    let lenient = GateSettings { objective: 0.9, ..settings() };
    let mut failing = Traffic::judged_by(&lenient, "95%");
    failing.monolith_bad = 0.01;
    failing.service_bad = 0.1;
    failing.run(300);
    assert_eq!(failing.judge.breach().map(|breach| breach.gate), Some(Gate::Errors));
}

#[test]
fn a_dead_service_is_found_within_two_seconds_at_any_weight() {
    for weight in ["5%", "50%", "95%"] {
        let mut traffic = Traffic::at(weight);
        traffic.run(60);
        traffic.service_bad = 1.0;
        traffic.run(2);
        assert_eq!(
            traffic.judge.breach().map(|breach| breach.gate),
            Some(Gate::Errors),
            "{weight}"
        );
    }
}

#[test]
fn routes_added_after_a_restart_are_judged_too() {
    let state = Judge::new(&settings(), routes(), start()).state();
    let more = [routes(), vec!["GET /api/new".to_owned()]].concat();
    let mut judge = Judge::resume(&settings(), more, state);
    judge.compare(&comparisons(vec![compared(2, Comparison::Match)], vec![]));
    assert_eq!(judge.evidence().parity.routes[2].compared, 1);
}

/// What a judge may be told, for properties over whole histories.
#[derive(Debug, Clone)]
enum Told {
    Request {
        side: Side,
        weight: u32,
        key: Option<u64>,
        outcome: Outcome,
        millis: u64,
        route: u16,
        streamed: bool,
    },
    Mirrored {
        route: u16,
        differs: bool,
    },
    Dropped(u64),
    Passed(u64),
}

fn told() -> impl Strategy<Value = Told> {
    let outcome = prop_oneof![
        6 => Just(Outcome::Answered(200)),
        2 => Just(Outcome::Answered(500)),
        1 => Just(Outcome::Timeout),
        1 => Just(Outcome::Reset),
        1 => Just(Outcome::Shed),
        1 => Just(Outcome::ClientGone),
    ];
    let weight = prop_oneof![Just(0), Just(50_000), Just(500_000), Just(1_000_000)];
    let request = (
        any::<bool>(),
        weight,
        proptest::option::of(0_u64..40),
        outcome,
        0_u64..500,
        0_u16..4,
        any::<bool>(),
    );
    prop_oneof![
        20 => request.prop_map(|(service, weight, key, outcome, millis, route, streamed)| {
            let side = if service { Side::Service } else { Side::Monolith };
            Told::Request { side, weight, key, outcome, millis, route, streamed }
        }),
        3 => (0_u16..4, any::<bool>()).prop_map(|(route, differs)| Told::Mirrored { route, differs }),
        1 => (0_u64..3).prop_map(Told::Dropped),
        4 => (0_u64..4000).prop_map(Told::Passed),
    ]
}

fn tell(judge: &mut Judge, now: &mut Time, told: &Told) {
    match told {
        Told::Request { side, weight, key, outcome, millis, route, streamed } => {
            let weight = Weight::from_ppm(*weight).unwrap();
            let request = Observation {
                key: *key,
                outcome: *outcome,
                latency: Duration::from_millis(*millis),
                route: *route,
                streamed: *streamed,
                ..seen(*now, *side, weight)
            };
            judge.observe(&batch(vec![request]));
        }
        Told::Mirrored { route, differs } => {
            let outcome = if *differs { mismatch() } else { Comparison::Match };
            judge.compare(&comparisons(
                vec![compared(*route, outcome)],
                vec![(*route, Uncompared::Timeout, 1)],
            ));
        }
        Told::Dropped(dropped) => {
            judge.observe(&ObservationBatch { dropped: *dropped, ..batch(vec![]) });
        }
        Told::Passed(millis) => {
            *now = now.plus(Duration::from_millis(*millis));
            judge.advance(*now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A restart at any point, through the stored text, changes nothing that is ever read.
    #[test]
    fn a_resumed_judge_behaves_identically(history in proptest::collection::vec(told(), 0..300), cut in 0_usize..300) {
        let settings = GateSettings {
            warm_up: 2,
            window: seconds(1),
            latency_objective: Some(Duration::from_millis(250)),
            ..GateSettings::default()
        };
        let mut whole = Judge::new(&settings, routes(), start());
        let mut now = start();
        let cut = cut.min(history.len());
        history[..cut].iter().for_each(|told| tell(&mut whole, &mut now, told));
        let text = whole.state().to_text();
        let state = JudgeState::from_text(&text).unwrap();
        prop_assert_eq!(&state, whole.evidence());
        let mut resumed = Judge::resume(&settings, routes(), state);
        let mut later = now;
        history[cut..].iter().for_each(|told| tell(&mut whole, &mut now, told));
        history[cut..].iter().for_each(|told| tell(&mut resumed, &mut later, told));
        prop_assert_eq!(whole.evidence(), resumed.evidence());
        prop_assert_eq!(whole.canary_readings(now), resumed.canary_readings(now));
        prop_assert_eq!(whole.shadow_readings(now), resumed.shadow_readings(now));
        prop_assert_eq!(whole.breach(), resumed.breach());
    }

    /// Whatever comes in: no reading passes without samples, and a pass and a wait exclude each other.
    #[test]
    fn no_reading_passes_without_samples(history in proptest::collection::vec(told(), 0..200)) {
        let mut judge = Judge::new(&settings(), routes(), start());
        let mut now = start();
        for told in &history {
            tell(&mut judge, &mut now, told);
            for reading in judge.canary_readings(now).into_iter().chain(judge.shadow_readings(now)) {
                if reading.verdict != Verdict::Inconclusive {
                    prop_assert!(reading.samples > 0, "{:?}", reading);
                    prop_assert!(reading.needed.is_none(), "{:?}", reading);
                }
                prop_assert!(reading.measured.value.is_finite() && reading.bound.value.is_finite());
            }
        }
    }
}
