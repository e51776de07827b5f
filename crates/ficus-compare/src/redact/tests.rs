use expect_test::{Expect, expect};
use proptest::prelude::*;

use ficus_model::Time;

use super::*;
use crate::key::HashKey;
use crate::rules::Rules;

pub(crate) const KEY: HashKey = HashKey::from_bytes([9; 16]);

fn digester() -> Digester {
    Digester::new(&KEY)
}

/// Hashes are written `#`, so that the expectation shows what is hidden and not its hash.
pub(crate) fn anonymous(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[redacted ") {
        let (hash, after) = after.split_once(']').unwrap();
        assert!(hash.len() == 12 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()));
        shown.push_str(before);
        shown.push('#');
        rest = after;
    }
    shown + rest
}

fn check_scrub(script: &str, expected: Expect) {
    let lines = script.lines().map(|line| format!("{}\n", anonymous(&scrub(line, &digester()))));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn names_of_secrets_in_any_spelling() {
    for name in [
        "password",
        "Password",
        "new_password",
        "accessToken",
        "ACCESS_TOKEN",
        "refresh-token",
        "clientSecret",
        "Authorization",
        "proxy-authorization",
        "Set-Cookie",
        "cookie",
        "email",
        "emailAddress",
        "contact_email",
        "phone",
        "mobilePhone",
        "iban",
        "card",
        "cardNumber",
        "cvv",
        "PIN",
        "apiKey",
        "x-api-key",
        "session_id",
        "ssn",
        "jwt",
        "privateKey",
    ] {
        assert!(sensitive(name), "{name}");
    }
    for name in [
        "name",
        "id",
        "currency",
        "author",
        "authored_at",
        "cardinality",
        "discard",
        "panel",
        "opinion",
        "sidebar",
        "pinned",
        "total",
        "subtotal",
        "",
        "status",
        "company",
    ] {
        assert!(!sensitive(name), "{name}");
    }
}

#[test]
fn looks_of_secrets_in_any_text() {
    check_scrub(
        "mail ada@example.org or <bob+x@mail.example>\n\
         not-a-mail@ and @handle\n\
         card 4111-1111-1111-1111, 4111111111111111, order 4111111111111112\n\
         order 20261123140500123, a4111111111111111\n\
         iban DE89370400440532013000 and DE89370400440532013001\n\
         jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln and eyJx\n\
         Authorization: Bearer abc.def-ghi\n\
         token=abc&page=2 password: hunter2 secret of success\n\
         0000000000000000",
        expect![[r#"
            mail # or <#>
            not-a-mail@ and @handle
            card #, #, order 4111111111111112
            order 20261123140500123, a4111111111111111
            iban # and DE89370400440532013001
            jwt # and eyJx
            Authorization: # #
            token=#&page=2 password: # secret of success
            0000000000000000
        "#]],
    );
}

#[test]
fn a_veil_covers_everything_below_a_listed_or_a_telling_name() {
    let (rules, _) = Rules::compile(&[], &[], &["body.people[].name".to_owned()], Time::EPOCH);
    let body = rules.redaction().veil().key("body");
    assert!(!body.drawn());
    assert!(body.key("people").index().key("name").key("first").drawn());
    assert!(!body.key("people").index().key("city").drawn());
    assert!(body.key("credentials").index().key("id").drawn());
}

proptest! {
    #[test]
    fn scrubbing_never_panics_and_keeps_harmless_words(text in "\\PC{0,60}") {
        let _shown = scrub(&text, &digester());
    }

    #[test]
    fn no_address_survives(user in "[a-z]{1,8}", host in "[a-z]{1,8}", before in "[ ,;<(=&]", after in "[ ,;>)&]") {
        let address = format!("{user}@{host}.org");
        let shown = scrub(&format!("x{before}{address}{after}y"), &digester());
        prop_assert!(!shown.contains(&address), "{}", shown);
    }
}
