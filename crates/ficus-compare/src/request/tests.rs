use expect_test::{Expect, expect};
use ficus_model::Time;
use proptest::prelude::*;

use super::*;
use crate::redact::tests::{KEY, anonymous};

fn check_request(listed: &[&str], script: &str, expected: Expect) {
    let listed: Vec<String> = listed.iter().map(|&path| path.to_owned()).collect();
    let (rules, findings) = Rules::compile(&[], &[], &listed, Time::EPOCH);
    assert_eq!(findings, []);
    let lines = script.lines().map(|line| {
        let (method, target) = line.split_once(' ').unwrap();
        format!("{}\n", anonymous(&redact_request_line(method, target, &rules, &KEY)))
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn request_lines() {
    check_request(
        &["query.customer"],
        "GET /api/rates?currency=EUR&base=CHF\n\
         GET /api/accounts/ada@example.org?token=abc&page=2\n\
         GET /api/search?q=ada%40example.org&customer=c1&customer=&flag\n\
         GET /reset/eyJhbGciOi.eyJzdWIi.c2ln?\n\
         GET /x?access%5Ftoken=1&API_KEY=2",
        expect![[r#"
            GET /api/rates?currency=EUR&base=CHF
            GET /api/accounts/#?token=#&page=2
            GET /api/search?q=#&customer=#&customer=&flag
            GET /reset/#?
            GET /x?access%5Ftoken=#&API_KEY=#
        "#]],
    );
}

#[test]
fn a_request_line_is_bounded() {
    let target = format!("/search?q={}", "é".repeat(2000));
    let line = redact_request_line("GET", &target, &Rules::default(), &KEY);
    assert!(line.len() <= 512 && line.ends_with('…'), "{}", line.len());
}

#[test]
fn equal_secrets_look_equal_and_only_under_one_key() {
    let line = |token: &str, key: &HashKey| {
        redact_request_line("GET", &format!("/x?token={token}"), &Rules::default(), key)
    };
    let other = HashKey::from_bytes([10; 16]);
    assert_eq!(line("abc", &KEY), line("abc", &KEY));
    assert_ne!(line("abc", &KEY), line("abd", &KEY));
    assert_ne!(line("abc", &KEY), line("abc", &other));
}

proptest! {
    #[test]
    fn no_secret_parameter_survives(value in "[A-Za-z0-9._~-]{4,40}") {
        prop_assume!(!"redacted".contains(&value));
        let line = redact_request_line("GET", &format!("/x?a=1&token={value}"), &Rules::default(), &KEY);
        let shown = anonymous(&line);
        prop_assert_eq!(shown, "GET /x?a=1&token=#");
    }
}
