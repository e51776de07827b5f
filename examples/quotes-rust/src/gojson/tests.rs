use proptest::prelude::*;

use super::*;

fn written<T: Serialize>(value: &T) -> String {
    String::from_utf8(marshal(value).unwrap()).unwrap()
}

#[test]
fn floats_are_written_as_go_writes_them() {
    for (value, text) in [
        (0.0, "0"),
        (1.0, "1"),
        (-3.0, "-3"),
        (0.19, "0.19"),
        (1.084_25, "1.08425"),
        (1e-6, "0.000001"),
        (1.5e-7, "1.5e-7"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (-2.5e22, "-2.5e+22"),
    ] {
        assert_eq!(written(&value), text);
    }
}

#[test]
fn strings_are_safe_inside_html() {
    assert_eq!(written(&"a<b>&\u{2028}\u{2029}é"), r#""a\u003cb\u003e\u0026\u2028\u2029é""#);
    assert_eq!(
        written(&"\"\\\u{8}\u{c}\n\r\t\u{1}\u{7f}"),
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\u{7f}\""
    );
}

#[test]
fn fields_keep_their_order_and_their_doubles() {
    let value = parse(br#"{"b":1,"a":null,"b":"x"}"#).unwrap();
    let mut seen = Vec::new();
    value
        .fields("", |name, value| {
            seen.push((name.to_owned(), value.clone()));
            Ok(())
        })
        .unwrap();
    assert_eq!(
        seen,
        [
            ("b".to_owned(), Value::Number(1.into())),
            ("a".to_owned(), Value::Null),
            ("b".to_owned(), Value::Text("x".to_owned()))
        ]
    );
}

#[test]
fn wrong_types_name_their_path() {
    let mut text = "kept".to_owned();
    let mut number = 7;
    assert_eq!(Value::Null.read_text("t", &mut text), Ok(()));
    assert_eq!(Value::Null.read_integer("n", &mut number), Ok(()));
    assert_eq!((text.as_str(), number), ("kept", 7));
    assert_eq!(Value::Bool.read_text("t", &mut text), Err(WrongType("t".to_owned())));
    for wrong in ["1.5", "1e3", "9223372036854775808", "\"1\"", "true", "[]"] {
        let value = parse(wrong.as_bytes()).unwrap();
        assert_eq!(value.read_integer("n", &mut number), Err(WrongType("n".to_owned())), "{wrong}");
    }
    assert!(parse(b"[]").unwrap().fields("x", |_, _| Ok(())).is_err());
}

#[test]
fn only_one_whole_value_is_read() {
    for bad in ["", "{", "{} {}", "nul", "\"a", "{\"a\":01}"] {
        assert!(parse(bad.as_bytes()).is_err(), "{bad}");
    }
    assert_eq!(parse(b"\"\xff\"").unwrap(), Value::Text("\u{fffd}".to_owned()));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(text in ".*", number in any::<i64>(), float in -1e30..1e30_f64) {
        prop_assert_eq!(serde_json::from_slice::<String>(&marshal(&text)?)?, text);
        prop_assert_eq!(serde_json::from_slice::<i64>(&marshal(&number)?)?, number);
        let back = serde_json::from_slice::<f64>(&marshal(&float)?)?;
        prop_assert!((back - float).abs() <= float.abs() * 1e-15);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _unread = parse(&bytes);
    }
}
