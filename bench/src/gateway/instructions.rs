//! User instructions per request: free of the machine's noise, so that a commit can be held to it.
//!
//! The slope between a long and a short closed-loop run under cachegrind leaves start-up out.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::load::{self, Load};
use super::peers::Ports;
use super::scenario::Scenario;

/// How long a program may take to start under cachegrind.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Fewer requests than this between the two runs say nothing.
const REQUESTS_MIN: u64 = 200;
/// What a plain 1 KiB request may cost.
const PLAIN_MAX: u64 = 45_000;

/// Measures the scenarios named, or `plain-1k`; fails when plain costs more than its limit.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let names = if arguments.is_empty() { vec!["plain-1k".to_owned()] } else { arguments.to_vec() };
    let mut code = ExitCode::SUCCESS;
    for name in names {
        let scenario = Scenario::named(&name).with_context(|| format!("no scenario `{name}`"))?;
        let (short, long) = (counted(scenario, 1)?, counted(scenario, 3)?);
        let requests = long.1.saturating_sub(short.1);
        ensure!(requests > REQUESTS_MIN, "only {requests} requests between the runs");
        let each = long.0.saturating_sub(short.0) / requests;
        println!("{name}: {each} user instructions per request ({requests} requests)");
        if name == "plain-1k" && each > PLAIN_MAX {
            println!("above the limit of {PLAIN_MAX}");
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Instructions and replies of one run of `seconds`.
fn counted(scenario: &Scenario, seconds: u64) -> Result<(u64, u64)> {
    let own = std::env::current_exe()?;
    let mut upstream = Command::new(&own).arg("upstream").stdout(Stdio::piped()).spawn()?;
    let ports = {
        use std::io::BufRead;
        let mut line = String::new();
        std::io::BufReader::new(upstream.stdout.take().context("ports")?).read_line(&mut line)?;
        line
    };
    let outcome = under_cachegrind(&own, scenario, &ports, seconds);
    upstream.kill()?;
    upstream.wait()?;
    outcome
}

fn under_cachegrind(
    own: &Path,
    scenario: &Scenario,
    ports: &str,
    seconds: u64,
) -> Result<(u64, u64)> {
    let ports: Vec<u16> = ports.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [a, b, slow, hung] = ports.as_slice() else { anyhow::bail!("four ports") };
    let ports = Ports { a: *a, b: *b, slow: *slow, hung: *hung, refused: 1 };
    let second = scenario.second_port(ports);
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let log = std::path::absolute("target/bench/cachegrind.log")?;
    std::fs::create_dir_all("target/bench")?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", log.display())).arg(own);
    command
        .arg("proxy")
        .arg(scenario.name)
        .arg(port.to_string())
        .arg(ports.a.to_string())
        .arg(second.to_string())
        .arg("--stop-on-stdin-end");
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut child = spawned.context("valgrind is not installed: apt-get install valgrind")?;
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    let deadline = Instant::now() + START_LIMIT;
    while TcpStream::connect(target).is_err() {
        ensure!(Instant::now() < deadline, "nothing listens under cachegrind");
        std::thread::sleep(Duration::from_millis(50));
    }
    let window = Duration::from_secs(seconds);
    let load = Load { target, path: scenario.path.to_owned(), rate: None, window };
    let outcome = load::run(&load)?;
    drop(child.stdin.take());
    child.wait()?;
    let text = std::fs::read_to_string(&log)?;
    let line = text
        .lines()
        .find_map(|line| line.split_once("refs:"))
        .context("cachegrind said nothing")?
        .1;
    Ok((line.trim().replace(',', "").parse()?, outcome.replies))
}
