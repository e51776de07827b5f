use expect_test::expect;

use super::super::sample;
use super::*;

fn args(reason: &str) -> MismatchesArgs {
    MismatchesArgs {
        name: "quotes".to_owned(),
        accept: Some("5f0c9a12".to_owned()),
        route: None,
        reason: Some(reason.to_owned()),
        owner: None,
        expires: Some("2027-01-31".to_owned()),
        print: false,
        json: false,
    }
}

#[test]
fn each_class_shows_its_smallest_example() {
    expect![[r#"
        5f0c9a12  GET /api/rates  body.items
          Another JSON type. Seen 3 times, last at 2026-11-23T14:29:00Z.
          example   GET /api/rates?page=9
          monolith  null
          service   []
          accept    ficus mismatches quotes --accept 5f0c9a12 --reason "why it is harmless"

        77aa01bc  GET /api/quotes/{id}  body.items
          Another JSON type. Seen 3 times, last at 2026-11-23T14:29:00Z.
          example   GET /api/rates?page=9
          monolith  null
          service   []
          accept    ficus mismatches quotes --accept 77aa01bc --reason "why it is harmless"
    "#]]
    .assert_eq(&text(&sample::mismatches(), sample::paper(100)));
}

#[test]
fn no_difference_is_said_in_words() {
    let mut view = sample::mismatches();
    view.classes.clear();
    assert_eq!(text(&view, sample::paper(80)), "quotes: no differences found\n");
}

#[test]
fn a_class_is_named_by_its_id_or_by_a_path_that_is_enough() {
    let view = sample::mismatches();
    assert_eq!(find(&view, "77aa01bc", None).expect("an id").route, "GET /api/quotes/{id}");
    assert_eq!(find(&view, "body.items", Some("GET /api/rates")).expect("both").id, "5f0c9a12");
    let several = find(&view, "body.items", None).expect_err("two have it");
    assert_eq!(several.exit_code(), 2);
    assert!(several.message.contains("5f0c9a12") && several.message.contains("77aa01bc"));
    assert!(find(&view, "body.other", None).is_err());
}

#[test]
fn a_rule_is_added_and_comments_stay() {
    let file = "# quotes of team pricing\nname = \"quotes\"  # keep\n\n[shadow]\n# reads only\nsafe = [\"GET *\"]\n\n[limits]\ntimeout = \"1s\"  # enough\n";
    let rule =
        rule::make(&sample::mismatches().classes[0].rule, &args("Go writes null")).expect("a rule");
    let once = rule::insert(file, None, &rule).expect("inserted");
    expect![[r##"
        # quotes of team pricing
        name = "quotes"  # keep

        [shadow]
        # reads only
        safe = ["GET *"]

        [[shadow.rules]]
        name = "body-items"
        path = "body.items"
        route = "GET /api/rates"
        tolerance = "empty-is-null"
        owner = "team-pricing"
        reason = "Go writes null"
        expires = "2027-01-31"

        [limits]
        timeout = "1s"  # enough
    "##]]
    .assert_eq(&once);
    let twice = rule::insert(&once, None, &rule).expect("inserted again");
    assert_eq!(twice.matches("[[shadow.rules]]").count(), 2);
    assert!(twice.starts_with("# quotes of team pricing\n"));
}

#[test]
fn a_rule_finds_its_boundary_among_several() {
    let file = "[[boundary]]\nname = \"rates\"\n[[boundary]]\nname = \"quotes\"\n[boundary.shadow]\nsafe = [\"GET *\"]\n";
    let rule =
        rule::make(&sample::mismatches().classes[0].rule, &args("Go writes null")).expect("a rule");
    expect![[r#"
        [[boundary]]
        name = "rates"
        [[boundary]]
        name = "quotes"
        [boundary.shadow]
        safe = ["GET *"]

        [[boundary.shadow.rules]]
        name = "body-items"
        path = "body.items"
        route = "GET /api/rates"
        tolerance = "empty-is-null"
        owner = "team-pricing"
        reason = "Go writes null"
        expires = "2027-01-31"
    "#]]
    .assert_eq(&rule::insert(file, Some("quotes"), &rule).expect("inserted"));
    assert!(rule::insert(file, Some("other"), &rule).is_err());
}

#[test]
fn an_expiry_that_is_no_date_is_refused() {
    let wrong = MismatchesArgs { expires: Some("soon".to_owned()), ..args("x") };
    let failure = rule::make(&sample::mismatches().classes[0].rule, &wrong).expect_err("no date");
    assert_eq!(failure.exit_code(), 2);
}
