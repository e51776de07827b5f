//! The gateway race: our data plane beside HAProxy, nginx, Envoy and Go's reverse proxy, in one run.
//!
//! Each proxy has core 0 to itself, load and upstreams share core 1. All proxies of a scenario run at once and are
//! measured in turn in short windows, in an order that rotates, so that a drift of the machine hits all alike; a ratio
//! is the median of pairs from the same round.

pub(crate) mod instructions;
pub(crate) mod load;
pub(crate) mod peers;
pub(crate) mod proxy;
mod race;
pub(crate) mod scenario;
mod table;
pub(crate) mod upstream;
mod usage;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use self::race::Race;
use self::scenario::{SCENARIOS, Scenario};

/// Runs the race; `--rounds N`, and scenario names to run only those.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rounds = 9;
    let mut scenarios: Vec<&'static Scenario> = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rounds" => rounds = words.next().context("--rounds needs a number")?.parse()?,
            "--pinned" => return race(rounds, scenarios),
            name => match Scenario::named(name) {
                Some(scenario) => scenarios.push(scenario),
                None => bail!("no scenario `{name}`; there are {}", names()),
            },
        }
    }
    let own = std::env::current_exe()?;
    let pinned = Command::new("taskset")
        .args(["-c", "1"])
        .arg(own)
        .arg("gateway")
        .args(arguments)
        .arg("--pinned")
        .status();
    let status = pinned.context("taskset is not installed: apt-get install util-linux")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn names() -> String {
    SCENARIOS.map(|scenario| scenario.name).join(", ")
}

fn race(rounds: usize, scenarios: Vec<&'static Scenario>) -> Result<ExitCode> {
    let scenarios = if scenarios.is_empty() { SCENARIOS.iter().collect() } else { scenarios };
    let mut results = Vec::new();
    for scenario in scenarios {
        let result = Race::start(scenario)?.run(rounds)?;
        println!("{}", table::render(&result));
        results.push(result);
    }
    let file = table::write_json(&results)?;
    eprintln!("all samples: {}", file.display());
    Ok(ExitCode::SUCCESS)
}
