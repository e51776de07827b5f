use std::time::Duration;

use ficus_model::rollout::RolloutId;
use ficus_model::verdict::{Gate, Quantity, Unit};
use proptest::prelude::*;

use super::*;

fn settings() -> GateSettings {
    GateSettings {
        latency_objective: Some(Duration::from_millis(250)),
        window: Duration::from_secs(61),
        alpha: 0.012_345_678_9,
        ..GateSettings::default()
    }
}

fn judged(gates: Gates) -> Evidence {
    let routes = vec!["GET /api/quotes".to_owned(), "POST /api/quotes".to_owned()];
    let mut judge = Judge::new(&settings(), routes.clone(), Time::from_micros(5));
    judge.exempt([1]);
    judge.advance(Time::from_micros(3_000_005));
    Evidence::Judged(Box::new(JudgedEvidence {
        boundary: "quotes".parse().unwrap(),
        generation: 4,
        gates,
        at: Time::from_micros(3_000_005),
        settings: settings(),
        routes,
        state: judge.state(),
    }))
}

fn reading(verdict: Verdict, reason: &str) -> Reading {
    Reading {
        gate: Gate::Errors,
        subject: "all".to_owned(),
        verdict,
        measured: Quantity::new(f64::INFINITY, Unit::Ratio),
        bound: Quantity::new(1.25, Unit::Ratio),
        samples: 12,
        needed: Some(3),
        wait: Some(Duration::from_millis(1500)),
        reason: reason.to_owned(),
    }
}

fn aborted(verdict: Verdict) -> Evidence {
    Evidence::Aborted(Box::new(Abort {
        boundary: "quotes".parse().unwrap(),
        rollout: RolloutId([7; 16]),
        generation: 9,
        at: Time::from_micros(8),
        reading: reading(verdict, "seven times as many errors"),
    }))
}

fn quotes() -> BoundaryName {
    "quotes".parse().unwrap()
}

#[test]
fn evidence_survives_its_bytes() {
    for evidence in [judged(Gates::Shadow), judged(Gates::Canary), aborted(Verdict::Fail)] {
        let bytes = evidence.encode().unwrap();
        assert_eq!(Evidence::decode(&bytes).unwrap(), evidence);
        assert_eq!(Evidence::decode(&bytes).unwrap().encode().unwrap(), bytes);
    }
}

#[test]
fn a_judgement_names_its_evidence_and_is_supported_by_it() {
    for evidence in [judged(Gates::Shadow), judged(Gates::Canary), aborted(Verdict::Fail)] {
        let (judgement, bytes) = evidence.judgement().unwrap();
        assert_eq!(judgement.evidence, digest_of(&bytes));
        assert!(!judgement.readings.is_empty());
        assert!(Evidence::decode(&bytes).unwrap().supports(&quotes(), &judgement));
    }
    assert_eq!(aborted(Verdict::Fail).judgement().unwrap().0.verdict, Verdict::Fail);
    assert_eq!(judged(Gates::Canary).judgement().unwrap().0.verdict, Verdict::Inconclusive);
}

#[test]
fn a_judgement_that_says_anything_else_is_not_supported() {
    let evidence = judged(Gates::Canary);
    let (truth, _) = evidence.judgement().unwrap();
    let lies: [fn(&mut Judgement); 5] = [
        |judgement| judgement.verdict = Verdict::Pass,
        |judgement| judgement.generation += 1,
        |judgement| judgement.readings.truncate(1),
        |judgement| judgement.readings[0].verdict = Verdict::Pass,
        |judgement| judgement.readings[0].subject.push('x'),
    ];
    for lie in lies {
        let mut judgement = truth.clone();
        lie(&mut judgement);
        assert!(!evidence.supports(&quotes(), &judgement), "{judgement:?}");
    }
    assert!(!evidence.supports(&"rates".parse().unwrap(), &truth));
}

#[test]
fn a_judgement_fits_an_entry_however_much_was_read() {
    let many = (0..500).map(|number| {
        let verdict = if number == 400 { Verdict::Fail } else { Verdict::Inconclusive };
        reading(verdict, &"ü".repeat(1000))
    });
    let kept = shortened(many.collect());
    assert_eq!(kept.len(), READINGS_MAX);
    assert_eq!(kept[0].verdict, Verdict::Fail);
    let bytes: usize = kept.iter().map(|reading| reading.reason.len()).sum();
    assert!(bytes <= READINGS_MAX * READING_REASON_BYTES_MAX);
    let few = vec![reading(Verdict::Pass, "a"), reading(Verdict::Fail, "b")];
    assert_eq!(shortened(few.clone()), few, "the order stays when nothing is left out");
}

#[test]
fn another_form_is_refused() {
    let text = String::from_utf8(aborted(Verdict::Fail).encode().unwrap()).unwrap();
    let refused = |text: String| Evidence::decode(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused(text.replace("\"v\":1", "\"v\":2")), "not evidence: of form 2");
    assert_eq!(refused(text.replace("\"quotes\"", "\"Quotes\"")), "not evidence: no boundary");
    assert_eq!(refused(text.replace("\"errors\"", "\"terrors\"")), "not evidence: no reading");
    assert!(refused(text.replace("aborted", "guessed")).contains("unknown variant"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Evidence::decode(&bytes).is_err());
    }
}
