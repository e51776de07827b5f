use std::fmt::Write as _;

use expect_test::expect_file;

use super::{FAMILIES, Read};

#[test]
fn the_reference_page_is_fresh() {
    let mut page = "\
# Metrics of control

This page is generated from `crates/ficus-control/src/api/metrics.rs`; a test fails when it is stale, and
`UPDATE_EXPECT=1 cargo test -p ficus-control metrics` writes it anew.

Control serves these, after the gateway's ([Metrics](metrics.md)), at `/metrics` of its own listener as Prometheus text.
All of them are gauges.

| name | labels | meaning |
|---|---|---|
"
    .to_owned();
    for family in &FAMILIES {
        let labels = match family.read {
            Read::Process(_) => "–".to_owned(),
            Read::Boundary(_) => "`boundary`".to_owned(),
            Read::Word(label, _) => format!("`boundary`, `{label}`"),
        };
        let (name, meaning) = (family.name, family.meaning);
        writeln!(page, "| `{name}` | {labels} | {meaning} |").expect("a string takes everything");
    }
    expect_file!["../../../../../docs/reference/control-metrics.md"].assert_eq(&page);
}

#[test]
fn names_are_unique_and_say_whose_they_are() {
    for (index, family) in FAMILIES.iter().enumerate() {
        assert!(family.name.starts_with("ficus_control_"), "{}", family.name);
        assert!(FAMILIES[..index].iter().all(|other| other.name != family.name));
        assert!(family.meaning.ends_with('.'));
    }
}
