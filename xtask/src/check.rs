//! Formatting, lints and documentation, of Rust and of the shop's Go.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::run::{cargo, root, succeed, text};
use crate::tools;

/// Formats everything.
pub(crate) fn format() -> Result<()> {
    succeed(cargo().args(["fmt", "--all"]))?;
    succeed(go(&tools::path_with_go()?, "gofmt").args(["-l", "-w", "."]))
}

/// Everything that is said without running anything.
pub(crate) fn lint() -> Result<()> {
    let path = tools::path_with_go()?;
    rust_format()?;
    clippy()?;
    go_format(&path)?;
    go_vet(&path)
}

/// Rust is formatted.
pub(crate) fn rust_format() -> Result<()> {
    succeed(cargo().args(["fmt", "--all", "--check"]))
}

/// No lint speaks.
pub(crate) fn clippy() -> Result<()> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--locked"]);
    succeed(clippy.args(["--", "-D", "warnings"]))
}

/// Every link and every example of the API documentation is right.
pub(crate) fn documentation() -> Result<()> {
    let mut doc = cargo();
    doc.args(["doc", "--quiet", "--workspace", "--no-deps", "--locked"]);
    succeed(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Writes every generated page anew: the tests that hold them fresh are what writes them.
pub(crate) fn reference() -> Result<()> {
    for (package, tests) in
        [("ficus", "reference"), ("ficus-gateway", "metrics"), ("ficus-control", "document")]
    {
        let mut write = cargo();
        write.args(["test", "--quiet", "--package", package, tests]);
        succeed(write.env("UPDATE_EXPECT", "1"))?;
    }
    Ok(())
}

/// Go is formatted.
pub(crate) fn go_format(path: &OsStr) -> Result<()> {
    let unformatted = text(go(path, "gofmt").args(["-l", "."]))?;
    ensure!(unformatted.is_empty(), "not formatted by gofmt:\n{unformatted}");
    Ok(())
}

/// `go vet` has nothing to say.
pub(crate) fn go_vet(path: &OsStr) -> Result<()> {
    succeed(go(path, "go").args(["vet", "./..."]))
}

/// The shop's own tests pass.
pub(crate) fn go_test(path: &OsStr) -> Result<()> {
    succeed(go(path, "go").args(["test", "./..."]))
}

/// The shop, built for whoever starts it.
pub(crate) fn go_build(path: &OsStr, program: &PathBuf) -> Result<()> {
    succeed(go(path, "go").args(["build", "-o"]).arg(program).arg("./cmd/shop"))
}

/// A Go program in the shop's folder.
fn go(path: &OsStr, program: &str) -> Command {
    let found =
        std::env::split_paths(path).map(|place| place.join(program)).find(|at| at.is_file());
    let mut command = Command::new(found.unwrap_or_else(|| program.into()));
    command.current_dir(root().join("examples/shop")).env("PATH", path);
    command
}
