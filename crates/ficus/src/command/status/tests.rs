use expect_test::expect;

use super::super::sample;
use super::*;

#[test]
fn all_boundaries_are_one_table() {
    expect![[r#"
        BOUNDARY  STAGE          WEIGHT  MIRROR   GATES         WAITS FOR
        quotes    Canary 2 of 2  10.00%  100.00%  inconclusive  412 more comparisons of GET /api/rates
        rates     Shadow, held   0.00%   100.00%  inconclusive  412 more comparisons of GET /api/rates
    "#]].assert_eq(&overview(&sample::status(), sample::paper(100)));
}

#[test]
fn a_narrow_terminal_gets_blocks_and_loses_nothing() {
    expect![[r#"
        BOUNDARY   quotes
        STAGE      Canary 2 of 2
        WEIGHT     10.00%
        MIRROR     100.00%
        GATES      inconclusive
        WAITS FOR  412 more comparisons of GET
                   /api/rates

        BOUNDARY   rates
        STAGE      Shadow, held
        WEIGHT     0.00%
        MIRROR     100.00%
        GATES      inconclusive
        WAITS FOR  412 more comparisons of GET
                   /api/rates
    "#]]
    .assert_eq(&overview(&sample::status(), sample::paper(40)));
}

#[test]
fn a_ledger_that_can_not_record_is_said_first() {
    let mut status = sample::status();
    status.stalled = Some("the disk is full".to_owned());
    let text = overview(&status, sample::paper(100));
    assert!(text.starts_with("control can not record, nothing advances: the disk is full\n"));
}

#[test]
fn nothing_to_show_says_where_everything_goes() {
    let mut status = sample::status();
    status.boundaries.clear();
    let text = overview(&status, sample::paper(100));
    assert_eq!(text, "no boundaries yet: everything goes to the monolith at 127.0.0.1:9000\n");
}

#[test]
fn one_boundary_is_shown_whole() {
    let view = sample::boundary("Shadow", &sample::held());
    expect![[r#"
        quotes
        owner      team-pricing
        stage      Shadow, held
        held       since 2026-11-23T14:00:00Z: answers differ
        weight     0.00% to 127.0.0.1:9101
        mirror     100.00% of GET *
        routes     POST /api/quotes, GET /api/rates
        compared   3747 of 5000 (98.0%): 3740 equal, 4 equal under rules, 3 different; 1177 unsafe
        waits for  412 more comparisons of GET /api/rates

        GATE      OF              VERDICT       MEASURED  BOUND   SAMPLES
        parity    GET /api/rates  inconclusive  0.000%    0.100%  3747
        coverage  GET /api/rates  pass          0.000%    0.100%  3747

        MISSING
        parity GET /api/rates  the upper bound is still above the parity bound
    "#]]
    .assert_eq(&detail(&view, sample::paper(100)));
}
