use super::*;

#[test]
fn comments_are_cut_and_addresses_stay() {
    assert_eq!(without_comment("let a = 1; // why"), "let a = 1; ");
    assert_eq!(without_comment("let a = \"http://x\"; // why"), "let a = \"http://x\"; ");
    assert_eq!(without_comment("//! HashMap"), "");
    assert_eq!(without_comment("a / b"), "a / b");
}

#[test]
fn finds_itself_and_knows_tests() {
    let sources = under("xtask", &["rs"]);
    let find = |path: &str| sources.iter().find(|source| source.path == path);
    assert!(!find("xtask/src/run.rs").unwrap().test());
    assert!(find("xtask/src/tools/tests.rs").unwrap().test());
    assert!(sources.iter().all(|source| !source.path.contains("/target/")));
}
