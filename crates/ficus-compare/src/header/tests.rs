use super::*;

fn meant(name: &str, values: &[&str]) -> Option<Vec<String>> {
    let headers: Vec<(&str, &[u8])> = values.iter().map(|value| (name, value.as_bytes())).collect();
    let answer = Answer { status: 200, headers: &headers, body: b"" };
    meaning(&answer, &name.to_ascii_lowercase())
}

#[test]
fn token_lists_have_no_order_and_no_case() {
    let one = meant("Cache-Control", &["no-cache, Private", "max-age=0"]);
    assert_eq!(one, meant("cache-control", &["max-age=0,private,no-cache, private,"]));
    assert_ne!(one, meant("cache-control", &["max-age=1,private,no-cache"]));
}

#[test]
fn other_values_are_text() {
    assert_ne!(meant("ETag", &["\"a\""]), meant("ETag", &["\"A\""]));
    assert_eq!(meant("Location", &[" /a "]), Some(vec!["/a".to_owned()]));
    assert_eq!(meant("Location", &[]), None);
}

#[test]
fn of_a_cookie_only_name_and_attributes_count() {
    let one = meant("Set-Cookie", &["sid=abc; Path=/; Max-Age=60", "theme=dark"]);
    assert_eq!(one, meant("Set-Cookie", &["theme=light", "sid=def; max-age=60; path=/"]));
    assert_ne!(one, meant("Set-Cookie", &["theme=dark", "sid=abc; Path=/"]));
    assert_ne!(one, meant("Set-Cookie", &["theme=dark", "other=abc; Path=/; Max-Age=60"]));
    assert!(!format!("{one:?}").contains("abc"));
}

#[test]
fn an_expiry_counts_as_such_and_not_by_its_instant() {
    let expiring = |date: &str| meant("Set-Cookie", &[&format!("a=1; Expires={date}")]);
    assert_eq!(
        expiring("Mon, 23 Nov 2026 14:00:00 GMT"),
        expiring("Mon, 23 Nov 2026 14:00:01 GMT")
    );
    assert_ne!(expiring("Mon, 23 Nov 2026 14:00:00 GMT"), meant("Set-Cookie", &["a=1"]));
}
