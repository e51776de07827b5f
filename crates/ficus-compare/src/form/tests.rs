use proptest::prelude::*;

use super::*;

#[test]
fn decodes_fields_and_keeps_repeated_ones_in_order() {
    let field = |name: &str, value: &str| (name.to_owned(), Node::Text(value.to_owned()));
    let fields = vec![field("a", "2"), field("a", "1"), field("b c", "é &"), field("flag", "")];
    assert_eq!(read(b"flag&a=2&b+c=%C3%A9+%26&a=1&\n"), Some(Node::Object(fields)));
}

#[test]
fn what_is_no_escape_stays() {
    assert_eq!(decode("100%"), "100%");
    assert_eq!(decode("%zz%4"), "%zz%4");
    assert_eq!(decode("%+1"), "% 1");
    assert_eq!(decode("%ff"), "\u{fffd}");
}

#[test]
fn bytes_that_are_no_text_are_no_form() {
    assert_eq!(read(b"a=\xff"), None);
}

proptest! {
    #[test]
    fn decoding_never_panics(text in "[%+0-9a-f&=é]{0,20}") {
        let _decoded = decode(&text);
    }
}
