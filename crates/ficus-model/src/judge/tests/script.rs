//! The judge as people meet it: what is told in lines, what it reads in sentences.

use expect_test::{Expect, expect};

use super::*;

/// A judge told line by line:
/// `at 5%` · `monolith fails 1%` · `service fails 5%` · `service 1.5x slower` · `users 50` · `+60` (seconds of traffic at
/// 100 a second) · `mirror 0 100 equal` · `mirror 1 4 different` · `missed 0 7 timeout` · `shadow` and `canary` (the
/// readings) · `breach`.
struct Script {
    traffic: Traffic,
    said: String,
}

impl Script {
    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let share = |text: &str| percent(text).fraction();
        match words.as_slice() {
            ["at", weight] => self.traffic.weight = percent(weight),
            ["monolith", "fails", rate] => self.traffic.monolith_bad = share(rate),
            ["service", "fails", rate] => self.traffic.service_bad = share(rate),
            ["service", factor, "slower"] => {
                self.traffic.service_slowdown = factor.trim_end_matches('x').parse().unwrap();
            }
            ["users", count] => self.traffic.users = count.parse().ok(),
            ["mirror", route, count, kind] => self.mirror(route, count, *kind == "equal"),
            ["missed", route, count, reason] => self.missed(route, count, reason),
            ["shadow"] => {
                let readings = self.traffic.judge.shadow_readings(self.traffic.now);
                self.say(&readings);
            }
            ["canary"] => {
                let readings = self.traffic.judge.canary_readings(self.traffic.now);
                self.say(&readings);
            }
            ["breach"] => {
                let breach = self.traffic.judge.breach();
                self.say(&Vec::from_iter(breach));
            }
            [wait] => {
                self.traffic.run(wait.trim_start_matches('+').parse().unwrap());
            }
            other => panic!("no such line: {other:?}"),
        }
    }

    fn mirror(&mut self, route: &str, count: &str, equal: bool) {
        let outcome = || if equal { Comparison::Match } else { mismatch() };
        let count: usize = count.parse().unwrap();
        let pairs = (0..count).map(|_| compared(route.parse().unwrap(), outcome()));
        self.traffic.judge.compare(&comparisons(pairs.collect(), vec![]));
    }

    fn missed(&mut self, route: &str, count: &str, reason: &str) {
        let reason = Uncompared::ALL.into_iter().find(|known| known.as_str() == reason).unwrap();
        let missed = (route.parse().unwrap(), reason, count.parse().unwrap());
        self.traffic.judge.compare(&comparisons(vec![], vec![missed]));
    }

    fn say(&mut self, readings: &[Reading]) {
        for reading in readings {
            let Reading { subject, verdict, measured, bound, reason, .. } = reading;
            let gate = reading.gate.as_str();
            self.said +=
                &format!("{gate} {subject}: {verdict}, {measured} / {bound}\n    {reason}\n");
        }
        if readings.is_empty() {
            self.said += "nothing\n";
        }
    }
}

fn check(script: &str, expected: Expect) {
    let mut run = Script { traffic: Traffic::at("5%"), said: String::new() };
    script.lines().for_each(|line| run.line(line));
    expected.assert_eq(&run.said);
}

#[test]
fn before_anything_has_come() {
    check(
        "canary",
        expect![[r#"
        errors all: inconclusive, 0.000% / 0.100%
            the service has not answered anybody on this step yet
        latency p50: inconclusive, 0.0 ms / 0.0 ms
            the service has not answered anybody on this step yet
        latency p90: inconclusive, 0.0 ms / 0.0 ms
            the service has not answered anybody on this step yet
        latency p99: inconclusive, 0.0 ms / 0.0 ms
            the service has not answered anybody on this step yet
        sample-ratio assigned: inconclusive, 0.000% / 0.000%
            nobody has been assigned to a side yet
        sample-ratio reported: inconclusive, 0.000% / 1.000%
            the gateway has reported nothing yet
        budget all: inconclusive, 0 / 0
            too early to know the rate of requests
    "#]],
    );
    check(
        "shadow",
        expect![[r#"
        parity GET /api/rates: inconclusive, 100.000% / 0.100%
            not called yet
        parity GET /api/quotes/{id}: inconclusive, 100.000% / 0.100%
            not called yet
        coverage all: inconclusive, 0.000% / 90.000%
            nothing has been compared yet
    "#]],
    );
    check(
        "breach",
        expect![[r#"
        nothing
    "#]],
    );
}

#[test]
fn shadow_on_the_way_to_proof() {
    check(
        "mirror 0 1000 equal\nmirror 1 1 different\n+10\nshadow",
        expect![[r#"
        parity GET /api/rates: inconclusive, 0.664% / 0.100%
            0 of 1,000 answers differ; about 3,109 more equal answers prove it, about 32 s
        parity GET /api/quotes/{id}: inconclusive, 100.000% / 0.100%
            1 of 1 answers differ; about 7,069 more equal answers prove it, about 20 h
        coverage all: pass, 100.000% / 90.000%
            1,001 of 1,001 compared
    "#]],
    );
}

#[test]
fn shadow_with_a_planted_difference() {
    check(
        "mirror 0 5000 equal\nmirror 1 30 equal\nmirror 1 4 different\nshadow",
        expect![[r#"
        parity GET /api/rates: pass, 0.079% / 0.100%
            0 of 5,000 answers differ, proven to be fewer than 0.100%
        parity GET /api/quotes/{id}: fail, 11.765% / 0.100%
            4 of 34 answers differ, proven to be more than 0.100%
        coverage all: pass, 100.000% / 90.000%
            5,034 of 5,034 compared
    "#]],
    );
}

#[test]
fn shadow_behind_a_service_that_hangs() {
    check(
        "mirror 0 20 equal\nmissed 0 300 timeout\nmissed 0 12 connect\nmissed 1 9 unsafe\nshadow",
        expect![[r#"
            parity GET /api/rates: inconclusive, 90.008% / 0.100%
                0 of 20 answers differ; about 4,089 more equal answers prove it
            coverage all: inconclusive, 6.024% / 90.000%
                only 20 of 332 compared: 300 timeout, 12 connect; never copied and so not proven: GET /api/quotes/{id}
        "#]],
    );
}

#[test]
fn canary_on_the_way_to_proof() {
    check(
        "monolith fails 1%\nservice fails 1%\n+60\ncanary",
        expect![[r#"
        errors all: inconclusive, 1.095% / 1.253%
            3 of 274 bad on the service, 57 of 5,686 on the monolith; about 4,504 more requests to the service, about 17 min
        latency p50: pass, 7.8 ms / 9.3 ms
            proven not to be slow 1.50× as often: 7.8 ms against 8.4 ms of the monolith; over its threshold 84 of 245 on the service, 2,318 of 4,731 on the monolith
        latency p90: pass, 14.8 ms / 18.6 ms
            proven not to be slow 1.50× as often: 14.8 ms against 16.9 ms of the monolith; over its threshold 9 of 245 on the service, 481 of 4,731 on the monolith
        latency p99: inconclusive, 25.1 ms / 32.1 ms
            25.1 ms against 29.2 ms of the monolith; over its threshold 1 of 245 on the service, 47 of 4,731 on the monolith; about 1,215 more requests to the service, about 5 min
        sample-ratio assigned: pass, 4.900% / 5.000%
            294 of 6,000 first assignments went to the service at a weight of 5.000%
        sample-ratio reported: pass, 0.000% / 1.000%
            6,000 requests reported, 0 dropped
        budget all: pass, 0 / 5184
            an excess of 1 bad answers, within 2.000% of the error budget
    "#]],
    );
}

#[test]
fn canary_that_passes() {
    check(
        "at 50%\nmonolith fails 1%\nservice fails 1%\n+400\ncanary",
        expect![[r#"
        errors all: pass, 0.993% / 1.223%
            the error ratio is proven below 1.50×: 200 of 20,132 bad on the service, 194 of 19,828 on the monolith
        latency p50: pass, 8.7 ms / 9.3 ms
            proven not to be slow 1.50× as often: 8.7 ms against 8.4 ms of the monolith; over its threshold 8,276 of 19,622 on the service, 9,544 of 19,331 on the monolith
        latency p90: pass, 16.9 ms / 18.6 ms
            proven not to be slow 1.50× as often: 16.9 ms against 16.9 ms of the monolith; over its threshold 1,389 of 19,622 on the service, 1,865 of 19,331 on the monolith
        latency p99: pass, 28.2 ms / 31.5 ms
            proven not to be slow 1.50× as often: 28.2 ms against 28.7 ms of the monolith; over its threshold 127 of 19,622 on the service, 222 of 19,331 on the monolith
        sample-ratio assigned: pass, 50.380% / 50.000%
            20,152 of 40,000 first assignments went to the service at a weight of 50.000%
        sample-ratio reported: pass, 0.000% / 1.000%
            40,000 requests reported, 0 dropped
        budget all: pass, 3 / 5184
            an excess of 4 bad answers, within 2.000% of the error budget
    "#]],
    );
}

#[test]
fn canary_with_five_times_the_errors() {
    check(
        "monolith fails 1%\nservice fails 5%\n+240\ncanary\nbreach",
        expect![[r#"
        errors all: fail, 4.830% / 1.231%
            more than 1.25× the monolith's error rate is proven: 54 of 1,118 bad on the service, 225 of 22,842 on the monolith; most on GET /api/rates
        latency p50: pass, 8.4 ms / 9.6 ms
            proven not to be slow 1.50× as often: 8.4 ms against 8.7 ms of the monolith; over its threshold 433 of 1,084 on the service, 10,677 of 21,807 on the monolith
        latency p90: pass, 16.9 ms / 18.6 ms
            proven not to be slow 1.50× as often: 16.9 ms against 16.9 ms of the monolith; over its threshold 80 of 1,084 on the service, 2,131 of 21,807 on the monolith
        latency p99: inconclusive, 28.2 ms / 31.5 ms
            28.2 ms against 28.7 ms of the monolith; over its threshold 9 of 1,084 on the service, 221 of 21,807 on the monolith; about 1,424 more requests to the service, about 6 min
        sample-ratio assigned: pass, 4.738% / 5.000%
            1,133 of 23,915 first assignments went to the service at a weight of 5.000%
        sample-ratio reported: pass, 0.000% / 1.000%
            24,000 requests reported, 0 dropped
        budget all: pass, 43 / 5166
            an excess of 43 bad answers, within 2.000% of the error budget
        errors all: fail, 4.830% / 1.231%
            more than 1.25× the monolith's error rate is proven: 54 of 1,118 bad on the service, 225 of 22,842 on the monolith; most on GET /api/rates
    "#]],
    );
}

#[test]
fn canary_that_is_half_as_fast() {
    check(
        "at 25%\nservice 2x slower\n+60\ncanary\nbreach",
        expect![[r#"
        errors all: inconclusive, 0.000% / 0.100%
            0 of 1,490 bad on the service, 0 of 4,470 on the monolith; about 2,619 more requests to the service, about 106 s
        latency p50: inconclusive, 17.4 ms / 9.3 ms
            17.4 ms against 8.4 ms of the monolith; over its threshold 1,236 of 1,236 on the service, 1,873 of 3,733 on the monolith; at this pace no number of requests would be enough
        latency p90: fail, 32.8 ms / 19.1 ms
            slower than the margin allows is proven: 32.8 ms against 17.4 ms of the monolith; over its threshold 517 of 1,236 on the service, 357 of 3,733 on the monolith
        latency p99: inconclusive, 58.4 ms / 31.0 ms
            58.4 ms against 28.2 ms of the monolith; over its threshold 164 of 1,236 on the service, 53 of 3,733 on the monolith; at this pace no number of requests would be enough
        sample-ratio assigned: pass, 25.167% / 25.000%
            1,510 of 6,000 first assignments went to the service at a weight of 25.000%
        sample-ratio reported: pass, 0.000% / 1.000%
            6,000 requests reported, 0 dropped
        budget all: pass, 0 / 5184
            an excess of 0 bad answers, within 2.000% of the error budget
        latency p90: fail, 32.8 ms / 19.1 ms
            slower than the margin allows is proven: 32.8 ms against 17.4 ms of the monolith; over its threshold 517 of 1,236 on the service, 357 of 3,733 on the monolith
    "#]],
    );
}

#[test]
fn canary_of_fifty_users() {
    check(
        "at 20%\nusers 50\n+300\ncanary",
        expect![[r#"
            errors all: pass, 0.000% / 0.100%
                the service's error rate is proven below 0.100%: 0 of 6,102 bad on the service, 0 of 23,858 on the monolith
            latency p50: inconclusive, 8.4 ms / 9.6 ms
                8.4 ms against 8.7 ms of the monolith; over its threshold 10 of 18 on the service, 40 of 75 on the monolith; nearly every user has voted, so it takes more users
            latency p90: inconclusive, 16.9 ms / 18.6 ms
                16.9 ms against 16.9 ms of the monolith; over its threshold 10 of 104 on the service, 40 of 292 on the monolith; nearly every user has voted, so it takes more users
            latency p99: inconclusive, 29.2 ms / 31.5 ms
                29.2 ms against 28.7 ms of the monolith; over its threshold 10 of 1,218 on the service, 40 of 3,936 on the monolith; about 10,340 more requests to the service, about 9 min
            sample-ratio assigned: pass, 20.000% / 20.000%
                10 of 50 first assignments went to the service at a weight of 20.000%
            sample-ratio reported: pass, 0.000% / 1.000%
                30,000 requests reported, 0 dropped
            budget all: pass, 0 / 5184
                an excess of 0 bad answers, within 2.000% of the error budget
        "#]],
    );
}

#[test]
fn canary_while_everything_burns() {
    check(
        "at 50%\nmonolith fails 60%\nservice fails 60%\n+120\nbreach",
        expect![[r#"
            budget all: fail, 7137 / 5184
                users' bad answers burn the budget too fast, whoever gives them: 7,137 of 12,000
        "#]],
    );
}

#[test]
fn canary_with_nobody_left_to_compare_with() {
    check(
        "at 100%\n+60\ncanary",
        expect![[r#"
            errors all: pass, 0.000% / 0.100%
                the service's error rate is proven below 0.100%: 0 of 5,980 bad on the service, 0 of 0 on the monolith
            latency p50: inconclusive, 8.4 ms / 0.0 ms
                nobody is left on the monolith to compare with: keep a holdback
            latency p90: inconclusive, 16.9 ms / 0.0 ms
                nobody is left on the monolith to compare with: keep a holdback
            latency p99: inconclusive, 28.7 ms / 0.0 ms
                nobody is left on the monolith to compare with: keep a holdback
            sample-ratio assigned: pass, 0.000% / 0.000%
                everybody is on the service, so there is no coin to keep
            sample-ratio reported: pass, 0.000% / 1.000%
                6,000 requests reported, 0 dropped
            budget all: pass, 0 / 5184
                an excess of 0 bad answers, within 2.000% of the error budget
        "#]],
    );
}
