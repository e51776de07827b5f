use expect_test::expect;

use super::*;

fn table() -> Table {
    let mut table = Table::new(&["NAME", "STAGE", "WAITS FOR"]);
    table.row(vec![
        "quotes".into(),
        "Shadow".into(),
        "412 more comparisons of GET /api/rates".into(),
    ]);
    table.row(vec!["a-long-name".into(), String::new(), String::new()]);
    table
}

#[test]
fn columns_are_as_wide_as_needed() {
    expect![[r#"
        NAME         STAGE   WAITS FOR
        quotes       Shadow  412 more comparisons of GET /api/rates
        a-long-name
    "#]]
    .assert_eq(&table().render(100));
}

#[test]
fn the_last_column_is_wrapped_below_itself() {
    expect![[r#"
        NAME         STAGE   WAITS FOR
        quotes       Shadow  412 more comparisons of
                             GET /api/rates
        a-long-name
    "#]]
    .assert_eq(&table().render(45));
}

#[test]
fn where_a_table_does_not_fit_there_are_blocks() {
    expect![[r#"
        NAME       quotes
        STAGE      Shadow
        WAITS FOR  412 more
                   comparisons of GET
                   /api/rates

        NAME       a-long-name
    "#]]
    .assert_eq(&table().render(30));
}

#[test]
fn no_width_is_too_small() {
    for width in 0..60 {
        let text = table().render(width);
        for word in ["quotes", "412", "/api/rates", "a-long-name"] {
            assert!(text.contains(word), "{width}: {word}");
        }
    }
}
