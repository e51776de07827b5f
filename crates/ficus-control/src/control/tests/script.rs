//! Whole rollouts as scripts: a line in, where the boundary stands out.

use expect_test::{Expect, expect};

use super::super::*;
use super::world::{World, boundary};

fn step(world: &mut World, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let outcome = match words.as_slice() {
        ["compare", count] => {
            world.compare("quotes", count.parse().unwrap(), None);
            None
        }
        ["differ", count] => {
            world.compare("quotes", count.parse().unwrap(), Some(5));
            None
        }
        ["serve", count] => {
            world.serve("quotes", count.parse().unwrap(), false);
            None
        }
        ["serve-failing", count] => {
            world.serve("quotes", count.parse().unwrap(), true);
            None
        }
        ["abort"] => {
            world.abort("quotes");
            None
        }
        ["restart"] => {
            world.restart(&[boundary("quotes")]);
            None
        }
        [span] if span.starts_with('+') => {
            world.pass(span[1..].parse().unwrap());
            None
        }
        [verb] => world.operate("quotes", verb).err().map(|error| error.to_string()),
        _ => Some("what?".to_owned()),
    };
    world.pass(1);
    let picture = picture::picture(&world.engine);
    // What a judge says in detail is the judge's matter.
    let waiting_for = picture.boundaries[0].waiting_for.split(": ").next().unwrap();
    let refused = outcome.map(|error| format!(" [{error}]")).unwrap_or_default();
    format!("{}{refused} <- {waiting_for}", world.served("quotes"))
}

fn check(script: &str, expected: Expect) {
    let mut world = World::new(&[boundary("quotes")]);
    let lines = script.lines().map(|line| format!("{line}: {}\n", step(&mut world, line)));
    expected.assert_eq(&lines.collect::<String>());
    let report = world.engine.recorder.ledger().verify(&[]);
    assert!(report.whole(), "{report:#?}");
}

#[test]
fn a_boundary_moves_on_evidence() {
    check(
        "promote\npromote\ncompare 100\ncompare 400\npromote\nserve 3000\n+60\nserve 8000\nserve 8000\n+60\npromote",
        expect![[r#"
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            promote: Shadow 0.00% mirror 100.00% [refused: the gates have not passed: no verdict for the present evidence yet] <- coverage of all
            compare 100: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            compare 400: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            promote: Canary 10.00% mirror 100.00% <- budget of all
            serve 3000: Canary 10.00% mirror 100.00% <- latency of p99
            +60: Canary 10.00% mirror 100.00% <- latency of p99
            serve 8000: Canary 50.00% mirror 100.00% <- its next step, after 39 s more of bake
            serve 8000: Primary 99.00% mirror 0.00% <- latency of p99
            +60: Primary 99.00% mirror 0.00% <- latency of p99
            promote: Primary 99.00% mirror 0.00% [refused: the gates have not passed: no verdict for the present evidence yet] <- latency of p99
        "#]],
    );
}

#[test]
fn a_difference_holds_it_and_a_mended_service_starts_afresh() {
    check(
        "promote\ndiffer 400\npromote\npromote\ncompare 400\npromote",
        expect![[r#"
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            differ 400: Shadow held 0.00% mirror 100.00% <- an operator
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            promote: Shadow 0.00% mirror 100.00% [refused: the gates have not passed: no verdict for the present evidence yet] <- coverage of all
            compare 400: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            promote: Canary 10.00% mirror 100.00% <- budget of all
        "#]],
    );
}

#[test]
fn a_regression_takes_it_back() {
    check(
        "promote\ncompare 400\npromote\nserve-failing 2000\nserve 100\npromote",
        expect![[r#"
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            compare 400: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            promote: Canary 10.00% mirror 100.00% <- budget of all
            serve-failing 2000: Shadow rolled back 0.00% mirror 100.00% <- an operator
            serve 100: Shadow rolled back 0.00% mirror 100.00% <- an operator
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
        "#]],
    );
}

#[test]
fn the_data_plane_may_abort_by_itself() {
    check(
        "promote\ncompare 400\npromote\nabort\nabort\npromote",
        expect![[r#"
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            compare 400: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            promote: Canary 10.00% mirror 100.00% <- budget of all
            abort: Shadow rolled back 0.00% mirror 100.00% <- an operator
            abort: Shadow rolled back 0.00% mirror 100.00% <- an operator
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
        "#]],
    );
}

#[test]
fn a_kill_and_a_hold_need_no_evidence() {
    check(
        "kill\npromote\npromote\ncompare 400\npromote\nhold\n+90\nkill\nkill",
        expect![[r#"
            kill: Contract killed 0.00% mirror 0.00% <- an operator
            promote: Contract 0.00% mirror 0.00% <- an operator to promote it to Shadow
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            compare 400: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            promote: Canary 10.00% mirror 100.00% <- budget of all
            hold: Canary held 10.00% mirror 100.00% <- an operator
            +90: Canary held 10.00% mirror 100.00% <- an operator
            kill: Shadow killed 0.00% mirror 0.00% <- an operator
            kill: Shadow killed 0.00% mirror 0.00% <- an operator
        "#]],
    );
}

#[test]
fn a_restart_changes_nothing() {
    check(
        "promote\ncompare 200\n+6\nrestart\ncompare 200\npromote\nrestart\nserve 1000\n+6\nrestart\nserve 1000\n+60\nrestart",
        expect![[r#"
            promote: Shadow 0.00% mirror 100.00% <- coverage of all
            compare 200: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            +6: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            restart: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            compare 200: Shadow 0.00% mirror 100.00% <- an operator to promote it to Canary
            promote: Canary 10.00% mirror 100.00% <- budget of all
            restart: Canary 10.00% mirror 100.00% <- budget of all
            serve 1000: Canary 10.00% mirror 100.00% <- latency of p99
            +6: Canary 10.00% mirror 100.00% <- latency of p99
            restart: Canary 10.00% mirror 100.00% <- latency of p99
            serve 1000: Canary 10.00% mirror 100.00% <- latency of p99
            +60: Canary 10.00% mirror 100.00% <- latency of p99
            restart: Canary 10.00% mirror 100.00% <- latency of p99
        "#]],
    );
}
