//! The reference pages, made from the code they describe; a test fails when a page is stale.
//!
//! `UPDATE_EXPECT=1 cargo test -p ficus reference` writes them anew.

mod codes;
mod commands;
mod keys;

use std::path::{Path, PathBuf};

use expect_test::expect_file;

/// A page of the reference.
fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

/// What each generated page says about itself.
const NOTICE: &str =
    "<!-- Generated from the code: UPDATE_EXPECT=1 cargo test -p ficus reference -->\n\n";

#[test]
fn the_commands_page_is_fresh() {
    expect_file![page("cli.md")].assert_eq(&commands::page());
}

#[test]
fn the_configuration_page_is_fresh() {
    expect_file![page("config.md")].assert_eq(&keys::page());
}

#[test]
fn the_findings_page_is_fresh() {
    expect_file![page("findings.md")].assert_eq(&codes::page());
}
