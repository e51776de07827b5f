//! Programs that are started, logged to a file, and stopped when their value goes.

use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

const STOP_TIME_MAX: Duration = Duration::from_secs(15);
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A running program. Dropping it asks it to end, then makes it.
#[derive(Debug)]
pub(super) struct Program {
    name: &'static str,
    log: PathBuf,
    child: Child,
}

impl Program {
    /// Starts `command` with its output appended to `<logs>/<name>.log`.
    pub(super) fn start(
        name: &'static str,
        command: &Command,
        logs: &Path,
    ) -> anyhow::Result<Self> {
        let log = logs.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log);
        let file = file.with_context(|| log.display().to_string())?;
        let mut leashed = leashed(command);
        leashed.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = leashed.spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { name, log, child })
    }

    /// Waits until somebody listens at `address`.
    pub(super) fn wait_until_listening(
        &mut self,
        address: SocketAddr,
        limit: Duration,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + limit;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at once with {status}: {}", self.name, self.last_words());
            }
            ensure!(Instant::now() < deadline, "{} does not listen at {address}", self.name);
            sleep(LOOK_INTERVAL);
        }
        Ok(())
    }

    /// Fails if the program has ended by itself.
    pub(super) fn check(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("{} ended with {status}: {}", self.name, self.last_words()),
            None => Ok(()),
        }
    }

    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// Asks the program to end and waits for it.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        if self.ended() {
            return Ok(());
        }
        let signal = format!("kill -TERM {}", self.child.id());
        // It may end by itself in between.
        let _ended = Command::new("sh").args(["-c", &signal]).stderr(Stdio::null()).status();
        let deadline = Instant::now() + STOP_TIME_MAX;
        while self.child.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "{} does not stop", self.name);
            sleep(LOOK_INTERVAL);
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let mut lines: Vec<_> = text.lines().rev().take(3).collect();
        lines.reverse();
        format!("{} (more in {})", lines.join(" / "), self.log.display())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.stop().is_err() {
            // Nothing else is left to try.
            let _ended = self.child.kill().and_then(|()| self.child.wait());
        }
    }
}

/// The same command on a leash, where the system has one: it ends when we do, even if we are killed.
fn leashed(command: &Command) -> Command {
    let mut leashed = if Path::new("/usr/bin/setpriv").exists() {
        let mut leash = Command::new("/usr/bin/setpriv");
        leash.args(["--pdeathsig", "TERM"]).arg(command.get_program());
        leash
    } else {
        Command::new(command.get_program())
    };
    leashed.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => leashed.env(name, value),
            None => leashed.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        leashed.current_dir(directory);
    }
    leashed
}
