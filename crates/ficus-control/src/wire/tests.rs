use ficus_model::comparison::{DifferenceKind, Uncompared};
use ficus_model::digest::Digest;
use ficus_model::finding::{Place, Severity};
use ficus_model::rollout::{Actor, Change};
use ficus_model::verdict::{Gate, Quantity, Reading, Unit, Verdict};
use ficus_model::{Event, Finding, Time, Weight};

use super::mismatch::suggested_rule;
use super::{
    CoverageView, DecisionView, EntryView, FindingView, HealthView, QuantityView, ReadingView,
    ShareView, StageView, time_from_text, time_text,
};
use crate::ledger::{Entry, Fact, StoredEntry};
use crate::state::{Coverage, MismatchClass, MismatchExample};
use crate::wire::DependencyView;

fn class(kind: DifferenceKind, baseline: Option<&str>, candidate: Option<&str>) -> MismatchClass {
    MismatchClass {
        route: "GET /api/quotes/{id}".to_owned(),
        path: "body.items[].note".to_owned(),
        kind,
        count: 3,
        first: Time::EPOCH,
        last: Time::EPOCH,
        example: MismatchExample {
            request: "GET /api/quotes/7".to_owned(),
            trace: None,
            baseline: baseline.map(str::to_owned),
            candidate: candidate.map(str::to_owned),
        },
    }
}

fn tolerance(kind: DifferenceKind, baseline: Option<&str>, candidate: Option<&str>) -> String {
    let rule = suggested_rule(Time::EPOCH, "team-pricing", &class(kind, baseline, candidate));
    let line = rule.lines().find_map(|line| line.strip_prefix("tolerance = "));
    line.expect("every rule has a tolerance").to_owned()
}

#[test]
fn times_are_rfc_3339_and_read_back() {
    let time = Time::from_micros(1_795_444_080_250_000);
    assert_eq!(time_text(time), "2026-11-23T14:28:00.25Z");
    assert_eq!(time_from_text(&time_text(time)), Some(time));
    assert_eq!(time_from_text("yesterday"), None);
}

#[test]
fn a_time_past_the_calendar_is_its_end_and_no_panic() {
    assert!(time_text(Time::from_micros(u64::MAX)).starts_with("9999-12-30"));
}

#[test]
fn a_share_keeps_its_exact_value_beside_its_text() {
    let share = ShareView::from(Weight::from_ppm(12_500).expect("below the whole"));
    assert_eq!((share.ppm, share.text.as_str()), (12_500, "1.25%"));
}

#[test]
fn a_quantity_that_is_no_number_says_so() {
    let view = QuantityView::from(&Quantity::new(f64::NAN, Unit::Share));
    assert_eq!((view.value, view.text.as_str()), (None, "none yet"));
}

#[test]
fn before_the_first_sample_a_zero_is_no_measurement() {
    let reading = |samples, bound| Reading {
        gate: Gate::Errors,
        subject: "all".to_owned(),
        verdict: Verdict::Inconclusive,
        measured: Quantity::new(0.0, Unit::Share),
        bound: Quantity::new(bound, Unit::Share),
        samples,
        needed: None,
        wait: None,
        reason: "nobody was answered yet".to_owned(),
    };
    let texts = |samples, bound| {
        let view = ReadingView::from(&reading(samples, bound));
        [view.measured.text, view.bound.text]
    };
    assert_eq!(texts(0, 0.001), ["none yet", "0.100%"]);
    assert_eq!(texts(0, 0.0), ["none yet", "none yet"]);
    assert_eq!(texts(9, 0.0), ["0.000%", "0.000%"]);
}

#[test]
fn coverage_sums_to_the_eligible_and_choices_do_not_lower_it() {
    let view = CoverageView::from(&Coverage {
        matched: 90,
        ignored: 5,
        mismatched: 1,
        uncompared: vec![(Uncompared::BodyCap, 4), (Uncompared::SampledOut, 100)],
    });
    assert_eq!((view.eligible, view.compared), (200, 96));
    assert_eq!(view.text, "96.0%");
    assert_eq!(view.uncompared[0].reason, "sampled_out", "the most frequent comes first");
}

#[test]
fn coverage_is_never_rounded_up_to_everything() {
    let coverage = Coverage {
        matched: 9_999,
        uncompared: vec![(Uncompared::Timeout, 1)],
        ..Coverage::default()
    };
    assert_eq!(CoverageView::from(&coverage).text, "99.9%");
    assert_eq!(CoverageView::from(&Coverage::default()).text, "none yet");
}

#[test]
fn the_suggested_rule_is_as_strict_as_the_example_allows() {
    use DifferenceKind::{Missing, Order, Type, Value};
    assert_eq!(tolerance(Type, Some("null"), Some("[]")), r#""empty-is-null""#);
    assert_eq!(tolerance(Missing, Some("null"), None), r#""empty-is-null""#);
    assert_eq!(tolerance(Missing, Some("7"), None), r#""ignore""#);
    assert_eq!(tolerance(Order, Some("[1,2]"), Some("[2,1]")), r#""unordered""#);
    assert_eq!(tolerance(Value, Some("10.00"), Some("10.01")), r#""relative 1%""#);
    assert_eq!(tolerance(Value, Some("10"), Some("20")), r#""same-type""#);
    let (left, right) = (r#""2026-11-23T14:28:00Z""#, r#""2026-11-23T14:28:01Z""#);
    assert_eq!(tolerance(Value, Some(left), Some(right)), r#""within 2s""#);
}

#[test]
fn the_suggested_rule_can_be_pasted() {
    let class = class(DifferenceKind::Type, Some("null"), Some("[]"));
    expect_test::expect![[r#"
        [[shadow.rules]]
        name = "body-items-note"
        path = "body.items[].note"
        route = "GET /api/quotes/{id}"
        tolerance = "empty-is-null"
        owner = "team \"pricing\""
        reason = "why it is harmless"
        expires = "1970-01-31"
    "#]]
    .assert_eq(&suggested_rule(Time::EPOCH, "team \"pricing\"", &class));
}

#[test]
fn words_read_back() {
    for decision in DecisionView::ALL {
        assert_eq!(DecisionView::parse(decision.as_str()), Some(decision));
    }
    assert!(StageView::Survey < StageView::Retired);
}

#[test]
fn a_finding_keeps_its_place() {
    let finding = Finding {
        code: "config/unknown-key",
        severity: Severity::Error,
        message: "unknown key `wieght`".to_owned(),
        place: Some(Place { file: "a.toml".into(), line: 3, column: 1, offset: 20, length: 6 }),
        help: Some("Did you mean `weight`?".to_owned()),
    };
    let view = FindingView::from(&finding);
    assert_eq!((view.file.as_deref(), view.line), (Some("a.toml"), Some(3)));
}

#[test]
fn one_sick_dependency_makes_the_whole_unready() {
    let well = DependencyView::new("ledger", true, "writable");
    let sick = DependencyView::new("gateway", false, "no table applied yet");
    assert!(HealthView::new(vec![well.clone()]).ok);
    assert!(!HealthView::new(vec![well, sick]).ok);
}

fn stored(fact: Fact) -> StoredEntry {
    StoredEntry {
        index: 3,
        leaf: Digest::from_bytes([0xab; 32]),
        bytes: b"{}".to_vec(),
        entry: Entry {
            at: Time::EPOCH,
            configuration: Digest::from_bytes([0xcd; 32]),
            evidence: Vec::new(),
            fact,
        },
    }
}

#[test]
fn an_entry_is_told_in_plain_words_beside_its_bytes() {
    let event = Event {
        at: Time::EPOCH,
        actor: Actor::Operator("ada".parse().expect("a principal")),
        reason: "pager".to_owned(),
        generation: 7,
        change: Change::Killed,
    };
    let boundary = "quotes".parse().expect("a name");
    let view = EntryView::from(&stored(Fact::Happened { boundary, event }));
    assert_eq!(view.words, "killed: weight zero, no copies");
    assert_eq!((view.actor.text().as_str(), view.change.as_str()), ("ada", "killed"));
    assert_eq!((view.raw.as_str(), view.evidence, view.generation), ("{}", None, Some(7)));
}

#[test]
fn an_applied_configuration_is_told_without_a_boundary() {
    let by = "ada".parse().expect("a principal");
    let view = EntryView::from(&stored(Fact::Configured { by }));
    assert_eq!(view.words, "configuration cdcdcdcdcdcd applied");
    assert_eq!((view.boundary, view.actor.text().as_str()), (None, "ada (configuration)"));
}
