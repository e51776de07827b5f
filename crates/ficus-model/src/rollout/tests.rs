use std::time::Duration;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::boundary::Step;

const MINUTE: Duration = Duration::from_mins(1);

fn plan(digest: u8, parent: Option<u8>) -> Plan {
    let step =
        |percent: u32| Step { weight: Weight::from_ppm(percent * 10_000).unwrap(), bake: MINUTE };
    Plan {
        digest: Digest::from_bytes([digest; 32]),
        parent: parent.map(|byte| Digest::from_bytes([byte; 32])),
        mirror: Weight::FULL,
        steps: vec![step(5), step(50)],
        holdback: Weight::from_ppm(10_000).unwrap(),
        primary_bake: MINUTE,
    }
}

fn judgement(generation: u64, verdict: Verdict) -> Judgement {
    Judgement { generation, verdict, readings: Vec::new(), evidence: Digest::from_bytes([9; 32]) }
}

/// A machine driven by words, one a line; `+60` passes seconds.
struct Script {
    rollout: Rollout,
    now: Time,
    rollouts: u8,
}

impl Script {
    fn new() -> Self {
        Self { rollout: Rollout::new("quotes".parse().unwrap()), now: Time::EPOCH, rollouts: 0 }
    }

    fn command(&mut self, word: &str) -> Command {
        let by: Principal = "ada".parse().unwrap();
        let reason = "because".to_owned();
        let generation = self.rollout.generation();
        match word {
            "register" => Command::Register(plan(1, None), by),
            "replan" => Command::Replan(plan(2, Some(1)), by),
            "replan-other-steps" => {
                let mut other = plan(2, Some(1));
                other.steps.truncate(1);
                Command::Replan(other, by)
            }
            "replan-orphan" => Command::Replan(plan(3, Some(7)), by),
            "promote" => {
                self.rollouts += 1;
                Command::Promote { by, reason, fresh: RolloutId([self.rollouts; 16]) }
            }
            "promote-silently" => {
                Command::Promote { by, reason: " ".to_owned(), fresh: RolloutId([0; 16]) }
            }
            "hold" => Command::Hold { by, reason },
            "rollback" => Command::Rollback { by, reason },
            "kill" => Command::Kill { by, reason },
            "pass" => Command::Judged(judgement(generation, Verdict::Pass)),
            "thin" => Command::Judged(judgement(generation, Verdict::Inconclusive)),
            "fail" => Command::Judged(judgement(generation, Verdict::Fail)),
            "late-pass" => Command::Judged(judgement(generation.saturating_sub(1), Verdict::Pass)),
            "abort" => Command::Aborted(judgement(generation.saturating_sub(1), Verdict::Fail)),
            _ => Command::Tick,
        }
    }

    /// Carries out a line and describes where the machine stands.
    fn step(&mut self, line: &str) -> String {
        if let Some(seconds) = line.strip_prefix('+') {
            self.now = self.now.plus(Duration::from_secs(seconds.parse().unwrap()));
            return self.step("tick");
        }
        let command = self.command(line);
        match self.rollout.decide(self.now, command) {
            Ok(events) => events.iter().for_each(|event| self.rollout.evolve(event)),
            Err(refusal) => return format!("refused: {refusal}"),
        }
        let desired = self.rollout.desired();
        let phase = match self.rollout.phase() {
            Phase::Running => "",
            Phase::Held { .. } => " held",
            Phase::RolledBack { .. } => " rolled back",
            Phase::Killed { .. } => " killed",
        };
        format!("{}{phase} {} mirror {}", desired.stage, desired.weight, desired.mirror)
    }
}

fn check(script: &str, expected: Expect) {
    let mut state = Script::new();
    let lines = script.lines().map(|line| format!("{line}: {}\n", state.step(line)));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn climbs_on_evidence_from_contract_to_retired() {
    check(
        "register\npromote\npass\npromote\npass\n+60\npass\n+60\npass\npromote\n+60\npromote",
        expect![[r#"
            register: Contract 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            pass: Canary 5.00% mirror 100.00%
            +60: Canary 50.00% mirror 100.00%
            pass: Canary 50.00% mirror 100.00%
            +60: Primary 99.00% mirror 0.00%
            pass: Primary 99.00% mirror 0.00%
            promote: refused: the step is still baking until 180000000
            +60: Primary 99.00% mirror 0.00%
            promote: Retired 100.00% mirror 0.00%
        "#]],
    );
}

#[test]
fn does_not_advance_early_or_on_thin_evidence() {
    check(
        "register\npromote\npromote\nthin\npromote\npass\npromote\npass\nthin\n+60\nlate-pass\npass",
        expect![[r#"
            register: Contract 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            promote: refused: the gates have not passed: no verdict for the present evidence yet
            thin: Shadow 0.00% mirror 100.00%
            promote: refused: the gates have not passed: verdict inconclusive
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            pass: Canary 5.00% mirror 100.00%
            thin: Canary 5.00% mirror 100.00%
            +60: Canary 5.00% mirror 100.00%
            late-pass: refused: stale: made for generation 2, the machine is at 3
            pass: Canary 50.00% mirror 100.00%
        "#]],
    );
}

#[test]
fn holds_a_failing_shadow_and_resumes_with_fresh_evidence() {
    check(
        "register\npromote\npass\nfail\npass\npromote\npromote\npass\npromote",
        expect![[r#"
            register: Contract 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            pass: Shadow 0.00% mirror 100.00%
            fail: Shadow held 0.00% mirror 100.00%
            pass: Shadow held 0.00% mirror 100.00%
            promote: Shadow 0.00% mirror 100.00%
            promote: refused: the gates have not passed: no verdict for the present evidence yet
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
        "#]],
    );
}

#[test]
fn a_regression_takes_the_weight_to_zero() {
    check(
        "register\npromote\npass\npromote\nfail\npromote\npass\npromote\nabort\nabort",
        expect![[r#"
            register: Contract 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            fail: Shadow rolled back 0.00% mirror 100.00%
            promote: Shadow 0.00% mirror 100.00%
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            abort: Shadow rolled back 0.00% mirror 100.00%
            abort: Shadow rolled back 0.00% mirror 100.00%
        "#]],
    );
}

#[test]
fn operators_can_always_go_back() {
    check(
        "kill\nregister\nrollback\nhold\nhold\nkill\npromote\npromote\nrollback\npromote\npromote\npass\npromote\nhold\npass\n+60\npromote\npass\n+60\nkill\nkill\npromote\nrollback",
        expect![[r#"
            kill: Survey 0.00% mirror 0.00%
            register: Contract 0.00% mirror 0.00%
            rollback: refused: at Contract the service gets no traffic to roll back
            hold: Contract held 0.00% mirror 0.00%
            hold: refused: nothing advances here already
            kill: Contract killed 0.00% mirror 0.00%
            promote: Contract 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            rollback: Contract rolled back 0.00% mirror 0.00%
            promote: Contract 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            hold: Canary held 5.00% mirror 100.00%
            pass: Canary held 5.00% mirror 100.00%
            +60: Canary held 5.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            pass: Canary 5.00% mirror 100.00%
            +60: Canary 50.00% mirror 100.00%
            kill: Shadow killed 0.00% mirror 0.00%
            kill: Shadow killed 0.00% mirror 0.00%
            promote: Shadow 0.00% mirror 100.00%
            rollback: Contract rolled back 0.00% mirror 0.00%
        "#]],
    );
}

#[test]
fn plans_follow_their_parent_and_never_move_live_traffic() {
    check(
        "replan\nregister\nregister\nreplan-orphan\npromote\npass\npromote\nreplan-other-steps\nreplan\nreplan\npromote-silently",
        expect![[r#"
            replan: refused: the plan does not follow the current one
            register: Contract 0.00% mirror 0.00%
            register: refused: the boundary is registered already
            replan-orphan: refused: the plan does not follow the current one
            promote: Shadow 0.00% mirror 100.00%
            pass: Shadow 0.00% mirror 100.00%
            promote: Canary 5.00% mirror 100.00%
            replan-other-steps: refused: steps and holdback can not change at Canary with live traffic on the service; roll back first
            replan: Canary 5.00% mirror 100.00%
            replan: Canary 5.00% mirror 100.00%
            promote-silently: refused: the canary climbs by itself as soon as its gates pass and its bake is over
        "#]],
    );
}

#[test]
fn an_operator_says_why() {
    check(
        "register\npromote-silently",
        expect![[r#"
            register: Contract 0.00% mirror 0.00%
            promote-silently: refused: a reason is needed
        "#]],
    );
}

const WORDS: [&str; 15] = [
    "register",
    "replan",
    "promote",
    "promote",
    "pass",
    "pass",
    "thin",
    "fail",
    "late-pass",
    "abort",
    "hold",
    "rollback",
    "kill",
    "+30",
    "+60",
];

fn script() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..60)
}

/// What must hold of every single event, whatever came before.
fn judge_event(before: &Rollout, after: &Rollout, event: &Event) {
    let (was, is) = (before.desired(), after.desired());
    assert_eq!(event.generation, is.generation);
    assert!(is.generation >= was.generation);
    if is.weight > was.weight {
        let judgement = match &event.change {
            Change::Entered { judgement, .. } => judgement.as_ref(),
            Change::Stepped { judgement, .. } => Some(judgement),
            Change::Registered { .. }
            | Change::Replanned { .. }
            | Change::Held { .. }
            | Change::Judged { .. }
            | Change::Resumed
            | Change::RolledBack { .. }
            | Change::Killed => None,
        };
        assert_eq!(judgement.map(|judgement| judgement.verdict), Some(Verdict::Pass), "{event:?}");
    }
    assert!(is.stage >= Stage::Canary || is.weight == Weight::ZERO);
    assert_eq!(is.rollout.is_some(), is.weight > Weight::ZERO);
}

proptest! {
    #[test]
    fn weight_rises_only_by_a_passing_judgement(words in script()) {
        let mut state = Script::new();
        for word in words {
            let before = state.rollout.clone();
            let command = match word.strip_prefix('+') {
                Some(seconds) => {
                    state.now = state.now.plus(Duration::from_secs(seconds.parse().unwrap()));
                    Command::Tick
                }
                None => state.command(word),
            };
            let Ok(events) = state.rollout.decide(state.now, command) else { continue };
            for event in &events {
                state.rollout.evolve(event);
                judge_event(&before, &state.rollout, event);
            }
        }
    }

    #[test]
    fn kill_reaches_zero_in_one_event_from_everywhere(words in script()) {
        let mut state = Script::new();
        words.iter().for_each(|word| { let _text = state.step(word); });
        let command = state.command("kill");
        let events = state.rollout.decide(state.now, command).unwrap();
        prop_assert!(events.len() <= 1);
        events.iter().for_each(|event| state.rollout.evolve(event));
        prop_assert_eq!(state.rollout.desired().weight, Weight::ZERO);
        prop_assert_eq!(state.rollout.desired().mirror, Weight::ZERO);
    }

    #[test]
    fn folding_the_events_again_gives_the_same_machine(words in script()) {
        let mut state = Script::new();
        let mut log = Vec::new();
        for word in words {
            let command = state.command(word);
            let events = state.rollout.decide(state.now, command).unwrap_or_default();
            events.iter().for_each(|event| state.rollout.evolve(event));
            log.extend(events);
        }
        let mut folded = Rollout::new("quotes".parse().unwrap());
        log.iter().for_each(|event| folded.evolve(event));
        prop_assert_eq!(folded, state.rollout);
    }
}
