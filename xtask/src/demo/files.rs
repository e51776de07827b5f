//! The two files a platform team and a service team would write, with the demonstration's bounds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::pace::Pace;
use super::stage::Ports;

/// Where the files are.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) process: PathBuf,
    pub(super) boundary: PathBuf,
}

/// Writes both files into `directory`, over a state directory that is empty.
pub(super) fn write(directory: &Path, ports: &Ports, pace: &Pace) -> anyhow::Result<Files> {
    let migration = directory.join("migration");
    for stale in [directory.join("state"), migration.clone()] {
        if stale.exists() {
            fs::remove_dir_all(&stale).with_context(|| stale.display().to_string())?;
        }
    }
    fs::create_dir_all(&migration).with_context(|| migration.display().to_string())?;
    let files =
        Files { process: directory.join("ficus.toml"), boundary: migration.join("quotes.toml") };
    let expires = TimeZone::UTC.to_datetime(Timestamp::now()).date().saturating_add(30.days());
    fs::write(&files.process, process(ports))?;
    fs::write(&files.boundary, boundary(ports, pace, &expires.to_string()))?;
    Ok(files)
}

fn process(ports: &Ports) -> String {
    let Ports { shop, gateway, console, .. } = ports;
    format!(
        r#"monolith = "http://127.0.0.1:{shop}"
state = "state"

[gateway]
listen = "127.0.0.1:{gateway}"

[control]
listen = "127.0.0.1:{console}"
"#
    )
}

fn boundary(ports: &Ports, pace: &Pace, expires: &str) -> String {
    let service = ports.service;
    let bake = pace.bake_seconds;
    let step =
        |weight: &u32| format!("[[canary.steps]]\nweight = \"{weight}%\"\nbake = \"{bake}s\"\n");
    let steps: String = pace.steps.iter().map(step).collect();
    format!(
        r#"name = "quotes"
owner = "team-pricing"

[surface]
routes = ["POST /api/quotes", "GET /api/quotes/{{id}}", "GET /api/rates", "GET /api/rates/{{zone}}"]

[service]
url = "http://127.0.0.1:{service}"
language = "rust"

[assignment]
subject = "bearer"                           # a customer stays on one side

[shadow]
safe = ["GET *", "POST /api/quotes"]         # a quote is computed, nothing is stored
parity = "0.5%"
coverage = "75%"                             # a busy machine drops copies first

[[shadow.rules]]
path = "body.generated_at"
tolerance = "ignore"
owner = "team-pricing"
reason = "the moment of the answer"
expires = "{expires}"

{steps}
[primary]
holdback = "5%"

[gates]
error_absolute = "0.5%"
latency_margin = "50%"
latency_objective = "100ms"                  # what customers were promised
window = "5s"
"#
    )
}
