//! `ficus config`: check, show, schema, apply.

mod schema;

use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use ficus_control::wire::{AppliedView, FindingView};
use ficus_model::boundary::Upstream;
use ficus_model::finding::{Finding, Severity};
use serde::Serialize;

use super::client;
use crate::cli::{ApplyArgs, CheckArgs, Cli, ConfigCommand, ShowConfigArgs};
use crate::failure::{Answer, Failure};
use crate::file::{Document, Known, Notes, Origin};
use crate::findings;
use crate::moment;
use crate::settings::{Loaded, Overrides, Settings, load};
use crate::table::Table;
use crate::terminal::Terminal;

/// How long an upstream is given to accept a connection.
const PROBE_TIME_MAX: Duration = Duration::from_secs(2);

/// Carries out a command on the configuration.
pub(super) fn run(
    cli: &Cli,
    command: &ConfigCommand,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    match command {
        ConfigCommand::Check(args) => check(cli, args, terminal),
        ConfigCommand::Show(args) => show(cli, args, terminal),
        ConfigCommand::Schema(args) => {
            terminal.json(&schema::schema(args.document.into()))?;
            Ok(Answer::Yes)
        }
        ConfigCommand::Apply(args) => apply(cli, args, terminal),
    }
}

fn check(cli: &Cli, args: &CheckArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let Loaded { settings, mut notes, sources, .. } = look(cli);
    if let Some(settings) = settings.as_ref().filter(|_| args.probe) {
        probe(settings, &mut notes);
    }
    let found = &notes.findings;
    if args.json {
        terminal
            .json(&wire::CheckView { ok: settings.is_some(), findings: findings::views(found) })?;
    } else if found.is_empty() {
        terminal.data("no findings");
    } else {
        terminal.data(&findings::render(found, &sources, terminal.width, terminal.colour));
    }
    if settings.is_none() { Err(Failure::shown()) } else { Ok(Answer::Yes) }
}

fn look(cli: &Cli) -> Loaded {
    load(cli.config.as_deref(), &Overrides::default(), moment::now())
}

/// Tries to connect to the monolith and every service; who does not answer is a warning, not an error: a service may
/// well start after ficus.
fn probe(settings: &Settings, notes: &mut Notes) {
    let services = settings.boundaries.iter().map(|written| {
        let boundary = &written.boundary;
        (format!("the service of boundary `{}`", boundary.name), &boundary.service)
    });
    let monolith = ("the monolith".to_owned(), &settings.process.monolith);
    for (who, upstream) in std::iter::once(monolith).chain(services) {
        if let Err(problem) = connect(upstream) {
            notes.findings.push(Finding {
                code: "config/unreachable",
                severity: Severity::Warning,
                message: format!("{who} at {}:{} {problem}", upstream.host, upstream.port),
                place: None,
                help: Some("Is it started, and does it listen there?".to_owned()),
            });
        }
    }
}

fn connect(upstream: &Upstream) -> Result<(), String> {
    let addresses = (upstream.host.as_str(), upstream.port).to_socket_addrs();
    let addresses = addresses.map_err(|error| format!("is not known: {error}"))?;
    let mut problem = "has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PROBE_TIME_MAX) {
            Ok(_) => return Ok(()),
            Err(error) => problem = format!("can not be reached: {error}"),
        }
    }
    Err(problem)
}

fn show(cli: &Cli, args: &ShowConfigArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let Loaded { notes, .. } = look(cli);
    if let Some(wanted) = &args.why {
        return why(&notes.known, wanted, args.json, terminal);
    }
    if args.json {
        let views: Vec<wire::KnownView<'_>> =
            notes.known.iter().map(wire::KnownView::from).collect();
        terminal.json(&views)?;
        return Ok(Answer::Yes);
    }
    let mut table = Table::new(&["KEY", "SET BY", "VALUE"]);
    for known in &notes.known {
        let value = one_line(known.value.as_deref().unwrap_or("-"));
        table.row(vec![known.key.clone(), origin(&known.origin), value]);
    }
    terminal.data(&table.render(terminal.width));
    Ok(Answer::Yes)
}

/// What a key is set to, who set it, and what it means.
fn why(known: &[Known], wanted: &str, json: bool, terminal: Terminal) -> Result<Answer, Failure> {
    let found: Vec<&Known> =
        known.iter().filter(|known| known.key == wanted || known.schema == wanted).collect();
    if found.is_empty() {
        return Err(Failure::usage(
            format!("there is no key `{wanted}`"),
            "`ficus config show` lists every key; docs/reference/config.md explains them.",
        ));
    }
    if json {
        let views: Vec<wire::KnownView<'_>> =
            found.into_iter().map(wire::KnownView::from).collect();
        terminal.json(&views)?;
        return Ok(Answer::Yes);
    }
    for known in found {
        let value = one_line(known.value.as_deref().unwrap_or("left out"));
        terminal.data(&format!("{} = {value}", known.key));
        terminal.data(&format!("  set by: {}", origin(&known.origin)));
        if let Some(key) = known.document.key(&known.schema) {
            terminal.data(&format!("  means: {}", key.meaning));
        }
    }
    Ok(Answer::Yes)
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::File(place) => format!("{}:{}", place.file, place.line),
        Origin::Flag(flag) => (*flag).to_owned(),
        Origin::Default => "default".to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn apply(cli: &Cli, args: &ApplyArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let path = "/api/v1/config/apply";
    let applied: AppliedView = client(cli)?.send(path, &(), args.if_match.as_deref())?;
    if args.json {
        terminal.json(&applied)?;
    } else {
        terminal.data(&format!("applied: configuration {}", applied.configuration));
    }
    Ok(Answer::Yes)
}

/// What `--json` prints.
mod wire {
    use super::{Document, FindingView, Known, Serialize, origin};

    /// The outcome of a check.
    #[derive(Debug, Serialize)]
    pub(super) struct CheckView {
        /// Whether it could be applied.
        pub(super) ok: bool,
        /// Every finding.
        pub(super) findings: Vec<FindingView>,
    }

    /// One key.
    #[derive(Debug, Serialize)]
    pub(super) struct KnownView<'k> {
        key: &'k str,
        value: Option<&'k str>,
        set_by: String,
        document: &'static str,
        meaning: Option<&'static str>,
    }

    impl<'k> From<&'k Known> for KnownView<'k> {
        fn from(known: &'k Known) -> Self {
            Self {
                key: &known.key,
                value: known.value.as_deref(),
                set_by: origin(&known.origin),
                document: Document::as_str(known.document),
                meaning: known.document.key(&known.schema).map(|key| key.meaning),
            }
        }
    }
}

#[cfg(test)]
mod tests;
