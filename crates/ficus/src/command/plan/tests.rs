use expect_test::expect;

use super::super::sample;
use super::*;

fn shown(stage: &str, phase: &serde_json::Value) -> String {
    let view = sample::boundary(stage, phase);
    let text = text(&view, &Next::of(&view), sample::paper(100));
    let head: Vec<&str> = text.lines().take(2).collect();
    head.join("\n")
}

#[test]
fn the_plan_says_what_each_gate_still_needs() {
    let view = sample::boundary("Shadow", &sample::running());
    expect![[r#"
        quotes stands at Shadow, running
        promote would: go to Canary at 1.00%, once the gates pass
        waits for: 412 more comparisons of GET /api/rates
        way: 1.00% → 10.00% → Primary (1.00% held back)

        GATE      OF              VERDICT       MEASURED  BOUND   SAMPLES
        parity    GET /api/rates  inconclusive  0.000%    0.100%  3747
        coverage  GET /api/rates  pass          0.000%    0.100%  3747

        MISSING
        parity GET /api/rates  the upper bound is still above the parity bound
    "#]]
    .assert_eq(&text(&view, &Next::of(&view), sample::paper(110)));
}

#[test]
fn every_stage_says_what_comes_next() {
    let mut lines = String::new();
    for stage in StageView::ALL {
        lines.push_str(&format!("{}\n", shown(stage.as_str(), &sample::running())));
    }
    expect![[r#"
        quotes stands at Survey, running
        promote would: go to Contract
        quotes stands at Contract, running
        promote would: go to Shadow: copies and compares
        quotes stands at Shadow, running
        promote would: go to Canary at 1.00%, once the gates pass
        quotes stands at Canary, running
        goes on by itself, once the gates pass: Primary, with 1.00% held back
        quotes stands at Primary, running
        promote would: go to Retired, once the gates pass and the bake is over
        quotes stands at Retired, running
        this is the end of its way
    "#]]
    .assert_eq(&lines);
}

#[test]
fn a_held_boundary_goes_on_where_it_stands() {
    expect![[r#"
        quotes stands at Canary, held
        promote would: go on at Canary, with fresh evidence"#]]
    .assert_eq(&shown("Canary", &sample::held()));
}

#[test]
fn machines_read_the_same() {
    let view = sample::boundary("Canary", &sample::running());
    let plan = serde_json::to_value(wire::PlanView::new(&view, &Next::of(&view))).expect("JSON");
    assert_eq!(plan["by_itself"], "Primary, with 1.00% held back");
    assert_eq!(plan["promote"], serde_json::Value::Null);
    assert_eq!(plan["readings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_is_missing_is_the_reason_or_else_the_number() {
    let view = sample::boundary("Shadow", &sample::running());
    let mut reading = view.readings[0].clone();
    assert_eq!(needs(&reading), "the upper bound is still above the parity bound");
    reading.reason.clear();
    assert_eq!(needs(&reading), "412 more, about 1m2s");
}
