//! `ficus.toml`: listeners, state, telemetry, the monolith.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ficus_model::Weight;
use ficus_model::boundary::Upstream;

use super::{
    AccessLog, InstanceSettings, LedgerSettings, Overrides, Surroundings, Telemetry, identity,
};
use crate::file::shape::Shape as _;
use crate::file::{Notes, Origin, Section};

const GATEWAY_PORT: u16 = 8080;
const CONTROL_PORT: u16 = 8081;

/// The ledger's name when the file gives none.
const ORIGIN: &str = "ficus.local/migration";

/// The longest drain: an orchestrator kills long before.
const DRAIN_MAX: Duration = Duration::from_hours(1);

/// More threads than this are a slip of the finger.
const WORKERS_MAX: usize = 1024;

/// Reads the process part; `None` when it can not be understood.
pub(super) fn read(
    root: &mut Section<'_>,
    notes: &mut Notes,
    overrides: &Overrides,
    around: Surroundings<'_>,
) -> Option<InstanceSettings> {
    let monolith = read_monolith(root, notes, overrides);
    let state: PathBuf = root.value(notes, "state", PathBuf::from(".ficus"));
    if let Some(given) = &overrides.state {
        flagged(notes, "state", given.write(), "--state");
    }
    let state = overrides.state.clone().unwrap_or_else(|| around.directory.join(state));
    let (gateway, workers, drain) = read_gateway(root, notes, overrides.gateway);
    let (control, hosts) = read_control(root, notes, overrides.control);
    let ledger = read_ledger(root, notes, around);
    let telemetry = read_telemetry(root, notes, around);
    let identities = identity::read_all(root.sections(notes, "identity"), notes, around);
    let monolith = monolith?;
    Some(InstanceSettings {
        monolith,
        state,
        gateway,
        workers,
        drain,
        control,
        hosts,
        ledger,
        telemetry,
        identities,
    })
}

fn read_monolith(
    root: &mut Section<'_>,
    notes: &mut Notes,
    overrides: &Overrides,
) -> Option<Upstream> {
    let help = "Say where the monolith answers: monolith = \"http://127.0.0.1:9000\"";
    let Some(given) = &overrides.monolith else {
        return root.required(notes, "monolith", help).map(|located| located.value);
    };
    root.optional::<Upstream>(notes, "monolith");
    flagged(notes, "monolith", given.write(), "--monolith");
    Some(given.clone())
}

/// Notes that a flag outranks what was read.
fn flagged(notes: &mut Notes, key: &str, value: String, flag: &'static str) {
    if let Some(known) = notes.known.iter_mut().rfind(|known| known.key == key) {
        known.value = Some(value);
        known.origin = Origin::Flag(flag);
    }
}

fn read_gateway(
    root: &mut Section<'_>,
    notes: &mut Notes,
    given: Option<SocketAddr>,
) -> (SocketAddr, Option<usize>, Duration) {
    let mut section = root.section(notes, "gateway");
    let listen = section.value(notes, "listen", local(GATEWAY_PORT));
    if let Some(given) = given {
        flagged(notes, "gateway.listen", given.write(), "--listen");
    }
    let workers = section.located(notes, "workers", 0_usize);
    if workers.value > WORKERS_MAX {
        let message = format!("{} workers are more than the {WORKERS_MAX} allowed", workers.value);
        notes.error("config/out-of-range", message, workers.place, "0 means one per core.");
    }
    let drain = section.located(notes, "drain", Duration::from_secs(10));
    if drain.value > DRAIN_MAX {
        let help = "Requests that take longer are cut off anyway; an hour is the most.";
        notes.error("config/out-of-range", "the drain is too long", drain.place, help);
    }
    section.finish(notes);
    let workers = Some(workers.value).filter(|workers| *workers > 0);
    (given.unwrap_or(listen), workers, drain.value)
}

fn read_control(
    root: &mut Section<'_>,
    notes: &mut Notes,
    given: Option<SocketAddr>,
) -> (SocketAddr, Vec<String>) {
    let mut section = root.section(notes, "control");
    let listen = section.located(notes, "listen", local(CONTROL_PORT));
    if let Some(given) = given {
        flagged(notes, "control.listen", given.write(), "--control");
    }
    let address = given.unwrap_or(listen.value);
    if !address.ip().is_loopback() {
        let message = format!("the console listens beyond this machine, at {address}");
        let help = "It speaks plain HTTP: put TLS in front of it, or tokens travel in the clear.";
        notes.warning("config/open-console", message, listen.place, help);
    }
    let hosts = section.texts(notes, "hosts", Vec::new());
    section.finish(notes);
    (address, hosts)
}

fn read_ledger(
    root: &mut Section<'_>,
    notes: &mut Notes,
    around: Surroundings<'_>,
) -> LedgerSettings {
    let mut section = root.section(notes, "ledger");
    let origin = section.located(notes, "origin", ORIGIN.to_owned());
    let legal = |letter: char| letter.is_ascii_graphic() && letter != '+';
    if origin.value.is_empty() || !origin.value.chars().all(legal) {
        let message = format!("`{}` can not name a log", origin.value);
        let help =
            "Expected an address without scheme, spaces or +, such as \"example.com/migration\".";
        notes.error("config/bad-value", message, origin.place, help);
    }
    let anchors = section.optional::<PathBuf>(notes, "anchors");
    section.finish(notes);
    let anchors = anchors.map(|anchors| around.directory.join(anchors.value));
    LedgerSettings { origin: origin.value, anchors }
}

fn read_telemetry(
    root: &mut Section<'_>,
    notes: &mut Notes,
    around: Surroundings<'_>,
) -> Telemetry {
    let mut section = root.section(notes, "telemetry");
    let otlp = section.optional::<Upstream>(notes, "otlp").map(|located| located.value);
    let access_log = match section.optional::<PathBuf>(notes, "access_log") {
        None => AccessLog::Off,
        Some(located) if located.value.as_os_str() == "stdout" => AccessLog::Stdout,
        Some(located) => AccessLog::File(around.directory.join(located.value)),
    };
    let one_percent = Weight::from_ppm(10_000).unwrap_or(Weight::ZERO);
    let sample = section.value(notes, "sample", one_percent);
    section.finish(notes);
    Telemetry { otlp, access_log, sample }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
