use expect_test::{Expect, expect};

use super::*;

/// Lines `+ path` add an item, lines `? place` ask what applies there; a place is written like a path.
fn check(script: &str, expected: Expect) {
    let read = |text: &str| text.parse::<Path>().unwrap();
    let paths: Vec<Path> =
        script.lines().filter_map(|line| line.strip_prefix("+ ")).map(read).collect();
    let places = Places::of(paths.iter().enumerate());
    let mut shown = String::new();
    for asked in script.lines().filter_map(|line| line.strip_prefix("? ")) {
        let mut cursor = places.cursor();
        for part in &read(asked).parts {
            cursor = match part {
                Part::Key(key) => cursor.key(key),
                Part::Index => cursor.index(),
                Part::AnyKey => cursor.key("any other key"),
            };
        }
        let quiet = if cursor.quiet() { " quiet" } else { "" };
        shown.push_str(&format!("{asked}: {:?}{quiet}\n", cursor.here()));
    }
    expected.assert_eq(&shown);
}

#[test]
fn exact_places_and_quiet_ones() {
    check(
        "+ body.items[].price\n+ header.etag\n+ body.items[].price\n\
         ? body\n? body.items\n? body.items[].price\n? body.items[].name\n? header.etag\n? status",
        expect![[r#"
            body: []
            body.items: []
            body.items[].price: [0, 2]
            body.items[].name: [] quiet
            header.etag: [1]
            status: [] quiet
        "#]],
    );
}

#[test]
fn below_reaches_every_depth_and_spares_the_place_itself() {
    check(
        "+ body.meta.**\n+ body.meta.clock.at\n\
         ? body.meta\n? body.meta.trace\n? body.meta.clock.at\n? body.meta.a[].b[].c",
        expect![[r#"
            body.meta: []
            body.meta.trace: [0]
            body.meta.clock.at: [0, 1]
            body.meta.a[].b[].c: [0]
        "#]],
    );
}

#[test]
fn any_key_applies_beside_named_keys() {
    check(
        "+ body.rates.*.at\n+ body.rates.EUR.bid\n+ body.rates.*\n\
         ? body.rates.USD.at\n? body.rates.EUR.at\n? body.rates.EUR.bid\n? body.rates.EUR\n? body.rates[].at",
        expect![[r#"
            body.rates.USD.at: [0]
            body.rates.EUR.at: [0]
            body.rates.EUR.bid: [1]
            body.rates.EUR: [2]
            body.rates[].at: [] quiet
        "#]],
    );
}
