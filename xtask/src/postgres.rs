//! A throw-away PostgreSQL cluster on a free port, for as long as a value lives.
//!
//! PostgreSQL refuses to run as root, and Debian keeps its programs off `PATH`; both are taken care of here. The
//! cluster lives in the system's directory for temporary files, because the user it runs as need not be able to
//! enter the repository. Where it is, is written down, so that the next start tidies up after one that was killed.
//!
//! Durability is off: what is in here is worth nothing tomorrow.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use crate::tools;

/// The superuser of the cluster. Only this machine can connect, and it needs no password.
pub(crate) const SUPERUSER: &str = "postgres";

const START_TIME_MAX: Duration = Duration::from_secs(30);
const STOP_TIME_MAX: Duration = Duration::from_secs(10);
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Settings that make a start quick and the footprint small.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=80",
    "jit=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "log_min_messages=warning",
];

/// A running cluster. Dropping it stops it and removes its files.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    directory: PathBuf,
    note: PathBuf,
    port: u16,
    server: Child,
}

impl Cluster {
    /// Starts an empty cluster; `target` is where its log and the note of its place go.
    ///
    /// # Errors
    /// PostgreSQL is missing, or does not start.
    pub(crate) fn start(target: &Path) -> anyhow::Result<Self> {
        let programs = programs()?;
        let note = target.join("postgres.place");
        clear_leftovers(&note);
        let directory = std::env::temp_dir().join(format!("ficus-postgres-{}", std::process::id()));
        fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
        fs::write(&note, directory.display().to_string())?;
        give_to_unprivileged(&directory)?;

        let files = directory.join("files");
        let mut initialise = unprivileged(&programs.join("initdb"));
        initialise.args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]);
        initialise.arg(format!("--username={SUPERUSER}")).arg("--pgdata").arg(&files);
        run(&mut initialise)?;

        let port = free_port()?;
        let log = File::create(target.join("postgres.log"))?;
        let mut server = unprivileged(&programs.join("postgres"));
        server.arg("-D").arg(&files).args(["-p", &port.to_string()]);
        server.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        server.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let server = server.spawn().context("starting PostgreSQL")?;
        let mut cluster = Self { programs, directory, note, port, server };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Connection string of a user for a database.
    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Runs SQL as the superuser; stops at the first error.
    ///
    /// # Errors
    /// What `psql` says.
    pub(crate) fn run_sql(&self, database: &str, sql: &str) -> anyhow::Result<()> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql]);
        run(psql.arg(self.url(SUPERUSER, database)))
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_TIME_MAX;
        while self.run_sql("postgres", "select 1").is_err() {
            if let Some(status) = self.server.try_wait()? {
                bail!("PostgreSQL ended at once with {status}: see postgres.log");
            }
            ensure!(Instant::now() < deadline, "PostgreSQL did not start in {START_TIME_MAX:?}");
            sleep(LOOK_INTERVAL);
        }
        Ok(())
    }

    /// Asks for a fast shutdown and waits for it.
    fn stop(&mut self) -> anyhow::Result<()> {
        let mut control = unprivileged(&self.programs.join("pg_ctl"));
        control.args(["stop", "--mode=immediate", "--wait", "--silent"]).current_dir("/");
        run(control.arg("--pgdata").arg(self.directory.join("files")))?;
        let deadline = Instant::now() + STOP_TIME_MAX;
        while self.server.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "PostgreSQL did not stop");
            sleep(LOOK_INTERVAL);
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.stop().is_err() {
            // It may have ended by itself; then there is nothing to kill.
            let _ended = self.server.kill().and_then(|()| self.server.wait());
        }
        // What can not be removed now is removed at the next start, by the note.
        if fs::remove_dir_all(&self.directory).is_ok() {
            let _noted = fs::remove_file(&self.note);
        }
    }
}

/// A TCP port nobody listens at, as of now.
///
/// # Errors
/// There is none.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

/// Where the server's programs are: the newest version that is installed.
fn programs() -> anyhow::Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    tools::postgresql()?;
    installed().context("PostgreSQL is not installed. Install it: sudo apt-get install postgresql")
}

fn installed() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").into_iter();
    let on_path: Vec<_> =
        on_path.flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort_by_key(|path| std::cmp::Reverse(version(path)));
    let complete = |directory: &PathBuf| {
        ["initdb", "postgres", "pg_ctl", "psql"].iter().all(|name| directory.join(name).exists())
    };
    versions.into_iter().chain(on_path).find(complete)
}

/// The number in `/usr/lib/postgresql/15/bin`.
fn version(path: &Path) -> u32 {
    let number = path.parent().and_then(Path::file_name).and_then(OsStr::to_str);
    number.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The user PostgreSQL runs as when we are root: its own, else the one that owns nothing.
fn user() -> &'static str {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    if users.lines().any(|line| line.starts_with("postgres:")) { "postgres" } else { "nobody" }
}

/// A command that does not run as root, and ends when this process does, however that ends.
fn unprivileged(program: &Path) -> Command {
    if !root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={}", user())).arg("--init-groups");
    command.args(["--pdeathsig", "TERM"]).arg(format!("--regid={}", group())).arg(program);
    command
}

fn group() -> &'static str {
    if user() == "postgres" { "postgres" } else { "nogroup" }
}

fn give_to_unprivileged(directory: &Path) -> anyhow::Result<()> {
    if !root() {
        return Ok(());
    }
    run(Command::new("chown").arg(format!("{}:{}", user(), group())).arg(directory))
}

/// Stops and removes what an earlier run left behind.
fn clear_leftovers(note: &Path) {
    let Ok(place) = fs::read_to_string(note) else { return };
    let directory = PathBuf::from(place.trim());
    let ours = directory.file_name().and_then(OsStr::to_str);
    if !ours.is_some_and(|name| name.starts_with("ficus-postgres-")) {
        return;
    }
    if let Some(programs) = installed() {
        let mut control = unprivileged(&programs.join("pg_ctl"));
        control.args(["stop", "--mode=immediate", "--silent"]).current_dir("/");
        // Usually it is long gone.
        let _gone = run(control.arg("--pgdata").arg(directory.join("files")));
    }
    let _gone = fs::remove_dir_all(&directory);
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().display().to_string();
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("running {name}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}: {}", output.status, said.trim());
    Ok(())
}

#[cfg(test)]
mod tests;
