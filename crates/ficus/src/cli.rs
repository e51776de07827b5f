//! The command line: what can be asked, and nothing of how it is answered.
//!
//! One definition yields the parser, the help texts, the man page, the shell completions and the reference.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ficus_model::boundary::Upstream;
use ficus_model::rollout::Stage;

use crate::file::Document;
use crate::file::shape::{parse_duration, parse_upstream};

/// Moves a Go monolith to services one boundary at a time, on evidence, and back on a kill switch.
#[derive(Debug, Parser)]
#[command(name = "ficus", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = "\
Exit codes: 0 fine, 1 the answer is no, 2 usage or configuration, 3 could not be done.
Environment: FICUS_CONFIG (file), FICUS_LOG (such as debug), NO_COLOR.")]
pub(crate) struct Cli {
    /// Configuration of this process [default: ficus.toml]
    #[arg(long, global = true, value_name = "FILE", env = "FICUS_CONFIG", hide_env = true)]
    pub(crate) config: Option<PathBuf>,
    /// Where a running ficus listens [default: the control address of the configuration]
    #[arg(long, global = true, value_name = "URL", value_parser = parse_upstream)]
    pub(crate) server: Option<Upstream>,
    /// File holding the token to act with [default: operator.token in the state directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands, in the order of a first hour.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run gateway, control and console in this process until told to stop.
    ///
    /// SIGHUP reads the files again, all or nothing. SIGTERM and SIGINT drain and end; a second one ends at once.
    Up(UpArgs),
    /// Show where the boundaries stand and what each waits for.
    Status(StatusArgs),
    /// Show what promote would do and what each gate still needs.
    Plan(PlanArgs),
    /// Go on: to the next stage, or on from a hold, a rollback or a kill.
    Promote(PromoteArgs),
    /// Stand still: weights stay, nothing advances.
    Hold(ActArgs),
    /// Go back to the stage before live traffic; copies go on.
    Rollback(ActArgs),
    /// Nothing of any kind to the service, now.
    Kill(ActArgs),
    /// Show what differs between monolith and service, and accept a class as noise.
    ///
    /// Like `diff`, it ends with 1 while there are differences.
    Mismatches(MismatchesArgs),
    /// Write the evidence of a boundary as one self-contained page.
    Report(ReportArgs),
    /// Read, export and verify the ledger.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Check, show and apply the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make a token and the hash that goes into the configuration.
    Token(TokenArgs),
    /// Print shell completions.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

/// Runs everything in one process.
#[derive(Debug, Default, Args)]
pub(crate) struct UpArgs {
    /// Where the monolith answers; without a file this is all that is needed.
    #[arg(long, value_name = "URL", value_parser = parse_upstream)]
    pub(crate) monolith: Option<Upstream>,
    /// Where clients connect.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the console and the API listen.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) control: Option<SocketAddr>,
    /// Directory of the ledger, its keys and the operator's token.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

/// Which boundaries to show.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// One boundary in detail [default: a table of all]
    pub(crate) name: Option<String>,
    /// Show it again whenever something changes.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print JSON.
    #[arg(long, conflicts_with = "watch")]
    pub(crate) json: bool,
}

/// Which boundary to plan for.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The boundary.
    pub(crate) name: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who decides what, and why.
#[derive(Debug, Args)]
pub(crate) struct ActArgs {
    /// The boundary.
    pub(crate) name: String,
    /// Why, in a sentence; it is written to the ledger.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Promotes, and may wait for what follows by itself.
#[derive(Debug, Args)]
pub(crate) struct PromoteArgs {
    /// Boundary and reason.
    #[command(flatten)]
    pub(crate) act: ActArgs,
    /// Wait until the gates let it through and the boundary stands at the next stage, or at the one of --until.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Wait until the boundary stands at this stage.
    #[arg(long, value_name = "STAGE", value_parser = parse_stage)]
    pub(crate) until: Option<Stage>,
    /// Give up waiting after this long.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "1h")]
    pub(crate) timeout: Duration,
}

/// Shows differences, or accepts a class of them.
#[derive(Debug, Args)]
pub(crate) struct MismatchesArgs {
    /// The boundary.
    pub(crate) name: String,
    /// Accept this class, named by its id or its path: writes a rule into the boundary's file and applies it.
    #[arg(long, value_name = "CLASS", requires = "reason")]
    pub(crate) accept: Option<String>,
    /// The route of the class, when its path alone is not enough.
    #[arg(long, value_name = "ROUTE", requires = "accept")]
    pub(crate) route: Option<String>,
    /// Why the difference is harmless.
    #[arg(long, short, value_name = "TEXT", requires = "accept")]
    pub(crate) reason: Option<String>,
    /// Who answers for the rule [default: the boundary's owner]
    #[arg(long, value_name = "TEAM", requires = "accept")]
    pub(crate) owner: Option<String>,
    /// Last day of the rule [default: in 30 days]
    #[arg(long, value_name = "DATE", requires = "accept")]
    pub(crate) expires: Option<String>,
    /// Print the rule instead of writing it.
    #[arg(long, requires = "accept")]
    pub(crate) print: bool,
    /// Print JSON.
    #[arg(long, conflicts_with = "accept")]
    pub(crate) json: bool,
}

/// Writes a report.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The boundary.
    pub(crate) name: String,
    /// Where to write the page.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Verify the whole log: signature, root, inclusion, consistency, replay. Works without a running ficus.
    Verify(VerifyArgs),
    /// Write the log as a static C2SP tree that third-party tools verify.
    Export(ExportArgs),
    /// Show entries, the newest last.
    Show(ShowLedgerArgs),
    /// Print the signed head; keep it outside, and verify against it later.
    Checkpoint(CheckpointArgs),
}

/// What to verify, against what.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// An earlier checkpoint the log must be consistent with; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,
    /// A state directory or an exported tree [default: the configured state directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where to export from and to.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The directory to write; empty, missing, or an earlier export.
    pub(crate) output: PathBuf,
    /// A state directory [default: the configured one]
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}

/// Which entries to show.
#[derive(Debug, Args)]
pub(crate) struct ShowLedgerArgs {
    /// Position of the first entry [default: so that the newest are shown]
    #[arg(long, value_name = "N")]
    pub(crate) from: Option<u64>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whose head to print.
#[derive(Debug, Args)]
pub(crate) struct CheckpointArgs {
    /// Print JSON instead of the signed note.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read every file and show every finding at once.
    Check(CheckArgs),
    /// Show every value in force, defaults included.
    Show(ShowConfigArgs),
    /// Print the JSON Schema of a document.
    Schema(SchemaArgs),
    /// Have the running ficus read its files again and apply them, all or nothing.
    Apply(ApplyArgs),
}

/// How thoroughly to check.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Also try to connect to the monolith and every service.
    #[arg(long)]
    pub(crate) probe: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to show of the configuration.
#[derive(Debug, Args)]
pub(crate) struct ShowConfigArgs {
    /// Say what this key is set to, who set it, and what it means: `boundary.quotes.limits.timeout`.
    #[arg(long, value_name = "KEY")]
    pub(crate) why: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which schema to print.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The document.
    #[arg(value_enum, default_value_t = DocumentArg::Process)]
    pub(crate) document: DocumentArg,
}

/// The two documents, as words of the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DocumentArg {
    /// `ficus.toml`.
    Process,
    /// `migration/<boundary>.toml`.
    Boundary,
}

/// How to apply.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// Apply only if this configuration is still current (the digest of `ficus status --json`).
    #[arg(long, value_name = "DIGEST")]
    pub(crate) if_match: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the token goes.
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// Write the token to this file, readable by its owner only, instead of printing it.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

impl From<DocumentArg> for Document {
    fn from(argument: DocumentArg) -> Self {
        match argument {
            DocumentArg::Process => Self::Process,
            DocumentArg::Boundary => Self::Boundary,
        }
    }
}

fn parse_stage(text: &str) -> Result<Stage, String> {
    let known = Stage::ALL.into_iter().find(|stage| stage.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| {
        let words: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
        format!("not a stage; expected one of {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests;
