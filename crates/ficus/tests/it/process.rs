//! A ficus of a test's own: its directory, its ports, its process, and the command line against it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{self, Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ficus_control::wire::{BoundaryView, LedgerView, StatusView};
use serde::de::DeserializeOwned;

use crate::origin::Origin;
use crate::scratch::Scratch;

/// Longest wait for something that should happen soon.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A directory with a configuration, and perhaps a running process.
pub(crate) struct Ficus {
    pub(crate) scratch: Scratch,
    pub(crate) gateway: u16,
    pub(crate) console: u16,
    child: Option<Child>,
}

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) data: String,
    pub(crate) talk: String,
}

/// A boundary whose evidence needs tens of requests instead of thousands.
pub(crate) const QUICK: &str = r#"
owner = "team-pricing"
[surface]
routes = ["GET /api/quotes/{id}", "POST /api/quotes"]
[shadow]
safe = ["GET *"]
parity = "5%"
[assignment]
session = "sid"
[[canary.steps]]
weight = "20%"
bake = "1s"
[[canary.steps]]
weight = "50%"
bake = "1s"
[primary]
holdback = "10%"
bake = "1s"
[gates]
beta = "50%"
error_absolute = "5%"
latency_margin = "100%"
window = "1s"
warm_up = 1
[limits]
timeout = "5s"
"#;

/// The built program.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ficus"));
    command.env("NO_COLOR", "1").env_remove("FICUS_CONFIG").env_remove("FICUS_LOG");
    command
}

/// Ports below those the system gives to outgoing connections: one of those could be taken while a process of a test
/// is down between two starts.
const PORTS: std::ops::Range<u32> = 12_000..30_000;

/// A port nobody listens on, and nobody else of this test run is given.
fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let size = PORTS.end - PORTS.start;
    until("a free port", || {
        let next = GIVEN.fetch_add(1, Ordering::Relaxed);
        // Runs side by side on one machine begin at different places.
        let number = PORTS.start + process::id().wrapping_mul(211).wrapping_add(next) % size;
        let port = u16::try_from(number).expect("below the range's end");
        TcpListener::bind(("127.0.0.1", port)).ok().map(|_| port)
    })
}

/// Waits until `look` yields something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never happened: {what}");
        thread::sleep(LOOK_INTERVAL);
    }
}

impl Ficus {
    /// A configuration in front of `monolith`, not started.
    pub(crate) fn new(name: &str, monolith: &Origin) -> Self {
        let scratch = Scratch::new(name);
        let (gateway, console) = (free_port(), free_port());
        let process = format!(
            "monolith = \"http://127.0.0.1:{}\"\nstate = \"state\"\n[gateway]\nlisten = \"127.0.0.1:{gateway}\"\n\
             workers = 2\ndrain = \"2s\"\n[control]\nlisten = \"127.0.0.1:{console}\"\n",
            monolith.port()
        );
        scratch.write("ficus.toml", &process);
        Self { scratch, gateway, console, child: None }
    }

    /// Writes the file of boundary `quotes` moving to `service`, with `rest` of the file.
    pub(crate) fn boundary(&self, service: &Origin, rest: &str) {
        let (root, tables) = rest.split_once("[surface]").expect("a surface");
        let text = format!(
            "name = \"quotes\"\n{root}[service]\nurl = \"http://127.0.0.1:{}\"\n[surface]{tables}",
            service.port()
        );
        self.scratch.write("migration/quotes.toml", &text);
    }

    /// Starts the process and waits until it answers.
    pub(crate) fn up(&mut self) {
        self.spawn();
        self.answers();
    }

    /// Starts the process and does not wait.
    pub(crate) fn spawn(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_path());
        let log = log.expect("the log can be written");
        let child = program()
            .args(["up", "--config"])
            .arg(self.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.expect("the program starts"));
    }

    /// Starts the process with files limited to so many KiB, as on a full disk; does not wait.
    pub(crate) fn spawn_limited(&mut self, kibibytes: u32) {
        // The signal of the limit would end the process; ignored, writing fails as it does on a full disk.
        self.spawn_after(&format!("trap '' XFSZ; ulimit -f {kibibytes}"));
    }

    /// Starts the process from a shell that has set its limits; does not wait.
    pub(crate) fn spawn_after(&mut self, limits: &str) {
        let script = format!("{limits}; exec \"$0\" \"$@\"");
        let child = Command::new("bash")
            .args(["-c", &script, env!("CARGO_BIN_EXE_ficus"), "up", "--config"])
            .arg(self.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("the program starts"));
    }

    /// Waits until gateway and console answer.
    pub(crate) fn answers(&mut self) {
        for port in [self.gateway, self.console] {
            until(&format!("somebody listens at {port}\n{}", self.log()), || {
                if let Some(child) = &mut self.child {
                    let ended = child.try_wait().expect("a child");
                    assert!(ended.is_none(), "ended: {ended:?}");
                }
                TcpStream::connect(("127.0.0.1", port)).ok()
            });
        }
        until("it is ready", || self.get("/ready").ok());
    }

    /// What the process has written to stderr.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.scratch.path("log")
    }

    /// The configuration file.
    pub(crate) fn config(&self) -> PathBuf {
        self.scratch.path("ficus.toml")
    }

    /// Runs a command against it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = program().arg("--config").arg(self.config()).args(arguments).output();
        Said::from(output.expect("the program runs"))
    }

    /// Runs a command that must be fine, and returns its data.
    pub(crate) fn fine(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}\n{}", self.log());
        said.data
    }

    /// Promotes for a reason.
    pub(crate) fn promote(&self) -> Said {
        self.run(&["promote", "quotes", "--reason", "a test"])
    }

    /// Where boundary `quotes` stands.
    pub(crate) fn quotes(&self) -> BoundaryView {
        self.view(&["status", "quotes", "--json"])
    }

    /// Where everything stands.
    pub(crate) fn status(&self) -> StatusView {
        self.view(&["status", "--json"])
    }

    /// The ledger's first entries, all of them in a test.
    pub(crate) fn entries(&self) -> LedgerView {
        self.view(&["ledger", "show", "--from", "0", "--limit", "500", "--json"])
    }

    fn view<T: DeserializeOwned>(&self, arguments: &[&str]) -> T {
        serde_json::from_str(&self.fine(arguments)).expect("the API's form")
    }

    /// Reads a page of the console's listener; an error is a status that is no success.
    pub(crate) fn get(&self, path: &str) -> Result<String, ureq::Error> {
        ureq::get(format!("http://127.0.0.1:{}{path}", self.console))
            .call()?
            .into_body()
            .read_to_string()
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, signal: &str) {
        let child = self.child.as_ref().expect("it runs");
        let sent =
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Ends it at this very instant, as a lost machine would.
    pub(crate) fn kill_9(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("killed");
        child.wait().expect("reaped");
    }

    /// Tells it to stop and waits for it.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended()
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        until("the process ends", || child.try_wait().expect("a child"))
    }

    /// Verifies the ledger as an auditor would, without the process.
    pub(crate) fn verify(&self) -> Said {
        self.run(&["ledger", "verify"])
    }
}

impl Drop for Ficus {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
        if thread::panicking() {
            crate::say(&format!("--- log of ficus\n{}", self.log()));
        }
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            data: String::from_utf8_lossy(&output.stdout).into_owned(),
            talk: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
