use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn check(script: &str, expected: Expect) {
    let mut shown = String::new();
    for line in script.lines() {
        let outcome = match line.parse::<Path>() {
            Ok(path) => show(&path),
            Err(error) => format!("refused: {error}"),
        };
        shown.push_str(&format!("{line}: {outcome}\n"));
    }
    expected.assert_eq(&shown);
}

fn show(path: &Path) -> String {
    let part = |part: &Part| match part {
        Part::Key(key) => key.clone(),
        Part::AnyKey => "<any>".to_owned(),
        Part::Index => "<index>".to_owned(),
    };
    let parts: Vec<String> = path.parts.iter().map(part).collect();
    format!("{}{}", parts.join(" / "), if path.below { " / and below" } else { "" })
}

#[test]
fn reads_every_form() {
    check(
        "status\nheader.ETag\nquery.api_key\nbody\nbody.items[].price\nbody.meta.**\nbody[][].x\n\
         body[\"a.b\"].c\nbody.rates.*.at\nheader.**\nbody.**",
        expect![[r#"
            status: status
            header.ETag: header / etag
            query.api_key: query / api_key
            body: body
            body.items[].price: body / items / <index> / price
            body.meta.**: body / meta / and below
            body[][].x: body / <index> / <index> / x
            body["a.b"].c: body / a.b / c
            body.rates.*.at: body / rates / <any> / at
            header.**: header / and below
            body.**: body / and below
        "#]],
    );
}

#[test]
fn refuses_and_says_where() {
    check(
        "\nitems[].price\nbody..a\nbody.a.\nbody.items[0]\nbody[\"a\nbody.**.a\nstatus.code\nheader\n\
         header.a.b\nbody[]x\n*.a\n.body",
        expect![[r#"
            : refused: a path starts with `status`, `header.`, `query.` or `body`
            items[].price: refused: a path starts with `status`, `header.`, `query.` or `body`
            body..a: refused: an empty key at byte 4
            body.a.: refused: an empty key at byte 6
            body.items[0]: refused: a bracket holds nothing or a quoted key: `[]`, `["a.b"]`, at byte 10
            body["a: refused: a bracket holds nothing or a quoted key: `[]`, `["a.b"]`, at byte 4
            body.**.a: refused: `**` stands at the end only, at byte 4
            status.code: refused: `status` has no parts below it
            header: refused: `header.name` has no parts below it
            header.a.b: refused: `header.name` has no parts below it
            body[]x: refused: a bracket holds nothing or a quoted key: `[]`, `["a.b"]`, at byte 6
            *.a: refused: a path starts with `status`, `header.`, `query.` or `body`
            .body: refused: an empty key at byte 0
        "#]],
    );
}

#[test]
fn a_path_has_a_bounded_number_of_parts() {
    let long = format!("body{}", "[]".repeat(PARTS_MAX));
    assert_eq!(long.parse::<Path>(), Err(PathError::TooLong));
}

proptest! {
    #[test]
    fn reading_never_panics(text in "(body|header|query|status)?[a-z.*\\[\\]\"]{0,24}") {
        let _outcome = text.parse::<Path>();
    }
}
