//! `ficus up`: gateway, control and console in one process.
//!
//! The order of a start is the order of what can go wrong: configuration, state directory, ports, ledger, then the
//! first request. Until the last of them nothing has been touched that a second try would find in its way.
//!
//! The gateway's threads and the control thread share nothing but two ports (`ports`): batches and snapshots pass,
//! never locks. When control ends with an error or a panic, the gateway keeps serving what it was last told, says so
//! loudly, and is no longer ready; it does not guess.
//!
//! Code map: [`files`] (reading the configuration, also again), [`ports`] (the adapters between the crates),
//! [`control_thread`] (loop, API and console), [`serving`] (signals, drain, the end).

mod control_thread;
mod files;
mod ports;
mod serving;

use std::io::{self, IsTerminal as _};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;

use ficus_control::identity::{Anonymous, Hosts, Identities, Identity, Role, TokenHash};
use ficus_control::{Control, ControlSettings, OpenError};
use ficus_gateway::{AccessLogSettings, Gateway, GatewaySettings, LogDestination, OtlpSettings};
use ficus_model::{Principal, Snapshot};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cli::{Cli, UpArgs};
use crate::failure::{Answer, Failure, chain};
use crate::settings::{AccessLog, InstanceSettings, Overrides, Settings, Telemetry};
use crate::state_directory::{StateDirectory, StateError, token_path};
use crate::terminal::Terminal;
use crate::up::control_thread::ControlParts;
use crate::up::files::Files;
use crate::up::ports::{PlanePort, ReportsPort};

/// Who answers for the configuration a process starts with.
const STARTER: &str = "start";

/// What is logged when nobody says: everything of note, the ledger's signed heads among it, because a collected log is
/// one of the places they are published to.
const COLLECTED_LOG: &str = "info";
/// The same for a terminal, which keeps nothing.
const TERMINAL_LOG: &str = "info,anchor=warn";

/// Where collectors take spans.
const TRACES_PATH: &str = "/v1/traces";

/// Who acts with the token in the state directory.
const OPERATOR: &str = "operator";

/// Runs until told to stop.
///
/// # Errors
/// A [`Failure`] when something keeps the process from serving.
pub(crate) fn up(cli: &Cli, args: &UpArgs, terminal: Terminal) -> Result<Answer, Failure> {
    start_log();
    raise_file_limit();
    let files = Files::new(cli.config.clone(), overrides(args));
    let settings = files.first(terminal)?;
    let state =
        StateDirectory::open(&settings.process.state).map_err(|error| state_failure(&error))?;
    let console = listen_for_console(settings.process.control)?;
    check_free(settings.process.gateway)?;
    let plane = Arc::new(PlanePort::default());
    let control = open_control(&settings, &state, &plane)?;
    let snapshot = control.snapshot();
    let gateway = bind_gateway(&settings.process, &state, &control)?;
    plane.connect(gateway.controls());
    let identities = identities(&settings.process, &state)?;
    announce(&settings, &snapshot, &gateway, &console, terminal);
    let parts = ControlParts {
        control,
        console,
        identities,
        hosts: hosts(&settings.process),
        plane,
        controls: gateway.controls(),
        files,
    };
    serving::serve(gateway, parts)
}

/// What the command line says about the configuration.
pub(crate) fn overrides(args: &UpArgs) -> Overrides {
    Overrides {
        monolith: args.monolith.clone(),
        gateway: args.listen,
        control: args.control,
        state: args.state.clone(),
    }
}

fn start_log() {
    let usual = if io::stderr().is_terminal() { TERMINAL_LOG } else { COLLECTED_LOG };
    let filter = tracing_subscriber::EnvFilter::try_from_env("FICUS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(false)
        .compact();
    // Only a second log in one process is refused, and there is none.
    let _first = log.try_init();
}

/// Lets this process have as many connections as the system grants: the soft limit is made for programs that use
/// `select`, and a proxy needs two descriptors for every request under way.
fn raise_file_limit() {
    let granted = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: granted.maximum, ..granted });
    match raised {
        Ok(()) => tracing::debug!(files = granted.maximum, "raised the limit of open files"),
        Err(error) => tracing::warn!(%error, files = granted.current, "few connections at once"),
    }
}

fn listen_for_console(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .map_err(|error| taken("the console", address, &error, "[control] listen", "--control"))
}

/// The gateway's sockets share their port among themselves; another process' must not be shared by accident.
fn check_free(address: SocketAddr) -> Result<(), Failure> {
    TcpListener::bind(address)
        .map(drop)
        .map_err(|error| taken("the gateway", address, &error, "[gateway] listen", "--listen"))
}

fn taken(who: &str, address: SocketAddr, error: &io::Error, key: &str, flag: &str) -> Failure {
    if error.kind() != io::ErrorKind::AddrInUse {
        let message = format!("{who} can not listen at {address}: {error}");
        return Failure::undone(message, format!("Take another address: {key} or {flag}."));
    }
    let message = format!("{who} can not listen at {address}: another program listens there");
    let help = format!("Stop it (`ss -ltnp` names it), or take another port: {key} or {flag}.");
    Failure::undone(message, help)
}

fn state_failure(error: &StateError) -> Failure {
    let help = match error {
        StateError::Damaged(_) => {
            "Restore it from a backup, or remove it: users in a running canary are then drawn anew."
        }
        StateError::System { .. } | StateError::Randomness(_) => {
            "Is the disk writable and not full? Another directory: `state` or --state DIR."
        }
    };
    Failure::undone(error.to_string(), help)
}

fn open_control(
    settings: &Settings,
    state: &StateDirectory,
    plane: &Arc<PlanePort>,
) -> Result<Control, Failure> {
    let control_settings = ControlSettings {
        directory: state.path().to_owned(),
        origin: settings.process.ledger.origin.clone(),
        anchors: settings.process.ledger.anchors.clone(),
        configuration: files::configuration(settings),
        by: principal(STARTER)?,
    };
    let port: Arc<PlanePort> = Arc::clone(plane);
    Control::open(control_settings, port).map_err(|error| open_failure(&error))
}

fn open_failure(error: &OpenError) -> Failure {
    let help = match error {
        OpenError::InUse(_) => {
            "One ledger has one writer. Stop the other process, or give this one a directory of \
             its own: --state DIR."
        }
        OpenError::Configuration(_) => {
            "Nothing was changed. Correct the files, or roll the boundary back first."
        }
        OpenError::Key(_) => {
            "Restore the key from a backup, or set `ledger.origin` to the name it was made for."
        }
        OpenError::File { .. } | OpenError::Store(_) => "Is the disk writable and not full?",
        OpenError::Ledger(_) => {
            "`ficus ledger verify` says what is wrong with it; restore the state directory from a \
             backup that verifies."
        }
    };
    Failure::undone(format!("control could not start: {}", chain(error)), help)
}

fn bind_gateway(
    process: &InstanceSettings,
    state: &StateDirectory,
    control: &Control,
) -> Result<Gateway, Failure> {
    let secret = state.secret().map_err(|error| state_failure(&error))?;
    let mut settings = GatewaySettings::new(process.gateway, secret);
    if let Some(workers) = process.workers.and_then(NonZeroUsize::new) {
        settings.workers = workers;
    }
    settings.drain = process.drain;
    settings.otlp = spans(&process.telemetry);
    settings.access_log = access_log(&process.telemetry);
    let reports = Arc::new(ReportsPort::new(control.sinks()));
    Gateway::bind(settings, control.snapshot(), reports).map_err(|error| {
        Failure::undone(chain(&error), "Take another address: [gateway] listen or --listen.")
    })
}

fn spans(telemetry: &Telemetry) -> Option<OtlpSettings> {
    let collector = telemetry.otlp.clone()?;
    Some(OtlpSettings { collector, path: TRACES_PATH.to_owned(), sample: telemetry.sample })
}

fn access_log(telemetry: &Telemetry) -> Option<AccessLogSettings> {
    let destination = match &telemetry.access_log {
        AccessLog::Off => return None,
        AccessLog::Stdout => LogDestination::Stdout,
        AccessLog::File(path) => LogDestination::File(path.clone()),
    };
    Some(AccessLogSettings { destination, sample: telemetry.sample })
}

/// Those the configuration names; else the holder of the state directory's token, so that a newcomer can act at once.
fn identities(process: &InstanceSettings, state: &StateDirectory) -> Result<Identities, Failure> {
    let mut known = process.identities.clone();
    if known.is_empty() {
        let token = state.operator_token().map_err(|error| state_failure(&error))?;
        let token = TokenHash::of(&token);
        known.push(Identity { name: principal(OPERATOR)?, role: Role::Operator, token });
    }
    let local = process.control.ip().is_loopback();
    let anonymous = if local { Anonymous::Reads } else { Anonymous::Nothing };
    Ok(Identities { known, anonymous })
}

fn hosts(process: &InstanceSettings) -> Hosts {
    let mut names = process.hosts.clone();
    names.push(process.control.ip().to_string());
    if process.control.ip().is_unspecified() && process.hosts.is_empty() {
        Hosts::Any
    } else {
        Hosts::Local(names)
    }
}

fn principal(name: &str) -> Result<Principal, Failure> {
    name.parse().map_err(|error| Failure::undone(format!("{error}"), ""))
}

/// Says where everything is and what to do next.
fn announce(
    settings: &Settings,
    snapshot: &Snapshot,
    gateway: &Gateway,
    console: &TcpListener,
    terminal: Terminal,
) {
    let process = &settings.process;
    let console = console.local_addr().unwrap_or(process.control);
    let monolith = format!("http://{}:{}", process.monolith.host, process.monolith.port);
    terminal.talk("ficus is up");
    terminal.talk(&format!("  gateway    http://{} in front of {monolith}", gateway.local_addr()));
    terminal.talk(&format!("  console    http://{console}"));
    terminal.talk(&format!("  state      {}", process.state.display()));
    if process.identities.is_empty() {
        terminal.talk(&format!("  token      {}", token_path(&process.state).display()));
    }
    for placed in &snapshot.boundaries {
        let (name, desired) = (&placed.boundary.name, &placed.desired);
        terminal
            .talk(&format!("  boundary   {name}: {}, weight {}", desired.stage, desired.weight));
    }
    let next = match snapshot.boundaries.first() {
        Some(placed) => format!("ficus promote {} --reason \"...\"", placed.boundary.name),
        None => "write migration/<name>.toml, then `ficus config apply`".to_owned(),
    };
    terminal.talk(&format!("next: ficus status; {next}"));
}
