//! What each command does: one module per command, from the words asked to the answer given.

mod act;
mod configuration;
mod ledger;
mod mismatches;
mod paper;
mod plan;
mod report;
#[cfg(test)]
mod sample;
mod status;
mod token;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{Cli, Command};
use crate::client::{Client, reachable};
use crate::failure::{Answer, Failure};
use crate::moment;
use crate::settings::{FILE_NAME, InstanceSettings, Loaded, Overrides, Settings, load};
use crate::state_directory::token_path;
use crate::terminal::Terminal;
use crate::up;

/// Carries out a command.
///
/// # Errors
/// A [`Failure`] that says what is wrong and what to do.
pub(crate) fn run(cli: &Cli, terminal: Terminal) -> Result<Answer, Failure> {
    match &cli.command {
        Command::Up(args) => up::up(cli, args, terminal),
        Command::Status(args) => status::run(cli, args, terminal),
        Command::Plan(args) => plan::run(cli, args, terminal),
        Command::Promote(args) => act::promote(cli, args, terminal),
        Command::Hold(args) => act::act(cli, args, act::HOLD, terminal),
        Command::Rollback(args) => act::act(cli, args, act::ROLLBACK, terminal),
        Command::Kill(args) => act::act(cli, args, act::KILL, terminal),
        Command::Mismatches(args) => mismatches::run(cli, args, terminal),
        Command::Report(args) => report::run(cli, args, terminal),
        Command::Ledger(command) => ledger::run(cli, command, terminal),
        Command::Config(command) => configuration::run(cli, command, terminal),
        Command::Token(args) => token::run(args, terminal),
        Command::Completions(args) => paper::completions(args.shell, terminal),
        Command::Man => paper::man(terminal),
    }
}

/// The configuration of the process that is asked, as far as it can be read from here.
struct Nearby {
    process: Option<InstanceSettings>,
}

impl Nearby {
    /// Reads the configuration when there is one; a command against --server needs none. What is wrong with it is not
    /// this command's business.
    fn look(cli: &Cli) -> Self {
        let there = cli.config.is_some() || Path::new(FILE_NAME).exists();
        let process = there
            .then(|| load(cli.config.as_deref(), &Overrides::default(), moment::now()))
            .and_then(|loaded| loaded.process);
        Self { process }
    }

    /// The state directory.
    fn state(&self) -> PathBuf {
        let configured = self.process.as_ref().map(|process| process.state.clone());
        configured.unwrap_or_else(|| PathBuf::from(".ficus"))
    }

    /// Whether the configuration says who may act.
    fn names_identities(&self) -> bool {
        self.process.as_ref().is_some_and(|process| !process.identities.is_empty())
    }

    /// The file outside the state directory that heads are published to.
    fn anchors(&self) -> Option<PathBuf> {
        self.process.as_ref()?.ledger.anchors.clone()
    }
}

/// A client of the running ficus this command is about.
fn client(cli: &Cli) -> Result<Client, Failure> {
    let nearby = Nearby::look(cli);
    let server = cli.server.clone().unwrap_or_else(|| {
        let usual = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 8081));
        reachable(nearby.process.as_ref().map_or(usual, |process| process.control))
    });
    Ok(Client::new(&server, token(cli, &nearby)?))
}

/// The token to act with: the one named, or the one `ficus up` has left; reading needs none on this machine.
///
/// Where the configuration names identities, the one left behind is known to nobody any more and is not sent.
fn token(cli: &Cli, nearby: &Nearby) -> Result<Option<String>, Failure> {
    if cli.token_file.is_none() && nearby.names_identities() {
        return Ok(None);
    }
    let usual = token_path(&nearby.state());
    let path = cli.token_file.as_deref().unwrap_or(&usual);
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(_) if cli.token_file.is_none() => Ok(None),
        Err(error) => Err(Failure::usage(
            format!("token file `{}` could not be read: {error}", path.display()),
            "Name the file that `ficus token --output FILE` wrote.",
        )),
    }
}

/// The settings a command can not do without; findings are shown when they are not to be had.
fn settings(cli: &Cli, terminal: Terminal) -> Result<Settings, Failure> {
    let loaded = load(cli.config.as_deref(), &Overrides::default(), moment::now());
    let Loaded { settings, notes, sources, .. } = loaded;
    settings.ok_or_else(|| {
        let colour = terminal.talk_colour;
        let text = crate::findings::render(&notes.findings, &sources, terminal.width, colour);
        terminal.talk(&text);
        Failure::shown()
    })
}
