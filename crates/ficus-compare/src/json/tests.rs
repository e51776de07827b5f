use proptest::prelude::*;

use super::*;

#[test]
fn keeps_the_text_of_numbers_and_repeated_keys() {
    let node = read(br#"{"b":1.50,"a":123456789012345678901,"b":1e999}"#).unwrap();
    let number = |text: &str| Node::Number(Number::new(text));
    let expected = vec![
        ("a".to_owned(), number("123456789012345678901")),
        ("b".to_owned(), number("1.50")),
        ("b".to_owned(), number("1e999")),
    ];
    assert_eq!(node, Node::Object(expected));
}

#[test]
fn refuses_what_is_not_one_json_text() {
    for text in
        ["", " ", "{", "[1,]", "1 2", "{\"a\":1}x", "nul", "01", "'a'", "\"\\ud800\"", "\u{feff}1"]
    {
        assert_eq!(read(text.as_bytes()), Err(ReadError::Syntax), "{text}");
    }
    assert_eq!(read(b"\"\xff\""), Err(ReadError::Syntax));
}

#[test]
fn caps_the_depth_without_exhausting_the_stack() {
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    assert!(read(&nested(DEPTH_MAX)).is_ok());
    assert_eq!(read(&nested(DEPTH_MAX + 1)), Err(ReadError::Depth));
    assert_eq!(read(&nested(1_000_000)), Err(ReadError::Depth));
}

proptest! {
    #[test]
    fn reads_whatever_the_reference_reader_reads(text in "[\\[\\]{}\":,0-9eE.\\-+truefalsn\\\\ ]{0,24}") {
        let reference: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&text);
        prop_assert_eq!(read(text.as_bytes()).is_ok(), reference.is_ok());
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..48)) {
        let _outcome = read(&bytes);
    }
}
