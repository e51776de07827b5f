use std::time::Duration;

use expect_test::expect;
use ficus_model::boundary::Step;
use ficus_model::digest::Digest;
use ficus_model::rollout::{Actor, Change, Plan, RolloutId, Stage};
use ficus_model::verdict::{Gate, Judgement, Quantity, Reading, Unit, Verdict};
use ficus_model::{Event, Time, Weight};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::*;
use crate::ledger::Fact;

fn any_digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn any_span() -> impl Strategy<Value = Duration> {
    (any::<u64>(), 0u32..1_000_000_000).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos))
}

fn any_weight() -> impl Strategy<Value = Weight> {
    (0u32..=1_000_000).prop_map(|parts| Weight::from_ppm(parts).unwrap())
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
    ]
}

fn any_quantity() -> impl Strategy<Value = Quantity> {
    let unit = proptest::sample::select(Unit::ALL.to_vec());
    (any_value(), unit).prop_map(|(value, unit)| Quantity { value, unit })
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    proptest::sample::select(vec![Verdict::Pass, Verdict::Inconclusive, Verdict::Fail])
}

fn any_reading() -> impl Strategy<Value = Reading> {
    let gate = proptest::sample::select(Gate::ALL.to_vec());
    let words = (".{0,20}", ".{0,40}");
    let counts = (any::<u64>(), of(any::<u64>()), of(any_span()));
    (gate, any_verdict(), any_quantity(), any_quantity(), words, counts).prop_map(
        |(gate, verdict, measured, bound, (subject, reason), (samples, needed, wait))| Reading {
            gate,
            subject,
            verdict,
            measured,
            bound,
            samples,
            needed,
            wait,
            reason,
        },
    )
}

fn any_judgement() -> impl Strategy<Value = Judgement> {
    (any::<u64>(), any_verdict(), vec(any_reading(), 0..4), any_digest()).prop_map(
        |(generation, verdict, readings, evidence)| Judgement {
            generation,
            verdict,
            readings,
            evidence,
        },
    )
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let step = (any_weight(), any_span()).prop_map(|(weight, bake)| Step { weight, bake });
    let shares = (any_weight(), any_weight());
    (any_digest(), of(any_digest()), shares, vec(step, 0..4), any_span()).prop_map(
        |(digest, parent, (mirror, holdback), steps, primary_bake)| Plan {
            digest,
            parent,
            mirror,
            steps,
            holdback,
            primary_bake,
        },
    )
}

fn any_stage() -> impl Strategy<Value = Stage> {
    proptest::sample::select(Stage::ALL.to_vec())
}

fn any_change() -> impl Strategy<Value = Change> {
    let rollout = of(any::<[u8; 16]>().prop_map(RolloutId));
    prop_oneof![
        (any_stage(), any_plan()).prop_map(|(stage, plan)| Change::Registered { stage, plan }),
        any_plan().prop_map(|plan| Change::Replanned { plan }),
        (any_stage(), rollout, of(any_judgement())).prop_map(|(stage, rollout, judgement)| {
            Change::Entered { stage, rollout, judgement }
        }),
        (any::<usize>(), any_judgement())
            .prop_map(|(step, judgement)| Change::Stepped { step, judgement }),
        any_judgement().prop_map(|judgement| Change::Judged { judgement }),
        of(any_judgement()).prop_map(|judgement| Change::Held { judgement }),
        Just(Change::Resumed),
        of(any_judgement()).prop_map(|judgement| Change::RolledBack { judgement }),
        Just(Change::Killed),
    ]
}

fn any_actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        "[a-z@.]{1,20}".prop_map(|name| Actor::Operator(name.parse().unwrap())),
        Just(Actor::Judge),
        Just(Actor::Gateway),
        "[a-z@.]{1,20}".prop_map(|name| Actor::Configuration(name.parse().unwrap())),
    ]
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let event = (any::<u64>(), any_actor(), ".{0,80}", any::<u64>(), any_change()).prop_map(
        |(at, actor, reason, generation, change)| Event {
            at: Time::from_micros(at),
            actor,
            reason,
            generation,
            change,
        },
    );
    prop_oneof![
        1 => "[a-z]{1,9}".prop_map(|by| Fact::Configured { by: by.parse().unwrap() }),
        9 => ("[a-z]{1,9}", event).prop_map(|(boundary, event)| Fact::Happened {
            boundary: boundary.parse().unwrap(),
            event,
        }),
    ]
}

/// Any entry the types allow.
pub(crate) fn any_entry() -> impl Strategy<Value = Entry> {
    (any::<u64>(), any_digest(), vec(any_digest(), 0..3), any_fact()).prop_map(
        |(at, configuration, evidence, fact)| Entry {
            at: Time::from_micros(at),
            configuration,
            evidence,
            fact,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_entry_survives_its_bytes(entry in any_entry()) {
        let bytes = encode(&entry).unwrap();
        prop_assert_eq!(decode(&bytes).unwrap(), entry);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
    }
}

fn sample() -> Entry {
    Entry {
        at: Time::from_micros(1_700_000_000_000_000),
        configuration: Digest::from_bytes([0x11; 32]),
        evidence: vec![Digest::from_bytes([0x22; 32])],
        fact: Fact::Happened {
            boundary: "quotes".parse().unwrap(),
            event: Event {
                at: Time::from_micros(1_700_000_000_000_000),
                actor: Actor::Operator("ada".parse().unwrap()),
                reason: "the rounding is mended".to_owned(),
                generation: 4,
                change: Change::Resumed,
            },
        },
    }
}

#[test]
fn the_form_is_pinned() {
    let text = String::from_utf8(encode(&sample()).unwrap()).unwrap();
    expect![[r#"{"v":1,"at_us":1700000000000000,"configuration":"1111111111111111111111111111111111111111111111111111111111111111","evidence":["2222222222222222222222222222222222222222222222222222222222222222"],"fact":{"kind":"happened","boundary":"quotes","event":{"at_us":1700000000000000,"actor":{"operator":"ada"},"reason":"the rounding is mended","generation":4,"change":{"kind":"resumed"}}}}"#]].assert_eq(&text);
}

#[test]
fn a_newer_form_is_named_even_when_it_has_fields_we_do_not_know() {
    let newer = br#"{"v":2,"something":"else"}"#;
    assert_eq!(decode(newer), Err(RecordError::Version(2)));
}

#[test]
fn unknown_words_and_fields_are_refused() {
    let text = String::from_utf8(encode(&sample()).unwrap()).unwrap();
    let refused = |edited: String| decode(edited.as_bytes()).unwrap_err().to_string();
    assert!(refused(text.replace("\"v\":1", "\"v\":1,\"extra\":1")).contains("unknown field"));
    assert!(refused(text.replace("quotes", "Quotes")).contains("unknown boundary"));
    assert!(refused(text.replace("\"1111", "\"x111")).contains("unknown digest"));
    assert!(refused(text.replace("resumed", "teleported")).contains("unknown variant"));
}

#[test]
fn not_a_number_is_kept_too() {
    let record = QuantityRecord::from(Quantity::new(f64::NAN, Unit::Ratio));
    assert!(Quantity::try_from(record).unwrap().value.is_nan());
}
