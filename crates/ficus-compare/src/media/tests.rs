use proptest::prelude::*;

use super::*;

fn media(text: &str) -> MediaType {
    MediaType::parse(text.as_bytes())
}

#[test]
fn spelling_does_not_matter() {
    for (left, right) in [
        ("text/html; charset=utf-8", "Text/HTML;Charset=\"UTF-8\""),
        ("application/json", "application/json; charset=utf-8"),
        ("a/b; x=1; y=2", "a/b;y=2;x=1"),
        ("multipart/form-data; boundary=a", "multipart/form-data; boundary=b"),
    ] {
        assert_eq!(media(left), media(right));
    }
}

#[test]
fn meaning_does() {
    for (left, right) in [
        ("text/plain", "text/html"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("application/json", "application/problem+json"),
        ("a/b; x=A", "a/b; x=a"),
    ] {
        assert_ne!(media(left), media(right));
    }
}

#[test]
fn the_form_follows_from_the_type() {
    for (text, form) in [
        ("application/json", Form::Json),
        ("application/problem+json", Form::Json),
        ("application/x-www-form-urlencoded", Form::Fields),
        ("text/plain", Form::Text),
        ("text/html; charset=utf-8", Form::Text),
        ("text/html; charset=iso-8859-1", Form::Opaque),
        ("image/svg+xml", Form::Text),
        ("image/png", Form::Opaque),
        ("", Form::Opaque),
    ] {
        assert_eq!(media(text).form(), form, "{text}");
    }
}

#[test]
fn without_a_type_the_first_letter_tells() {
    assert_eq!(sniffed(b" \n{\"a\":1}"), Form::Json);
    assert_eq!(sniffed(b"[1]"), Form::Json);
    assert_eq!(sniffed(b"hello"), Form::Opaque);
    assert_eq!(sniffed(b""), Form::Opaque);
}

proptest! {
    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _form = MediaType::parse(&bytes).form();
    }
}
