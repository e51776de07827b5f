//! One scenario: everybody started, warmed up, measured in turn, ended.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::load::{self, Load, Outcome};
use super::peers::{Peer, Ports};
use super::scenario::{Mirror, Scenario};
use super::usage;

/// Length of a closed-loop window.
const CLOSED_WINDOW: Duration = Duration::from_millis(600);
/// Length of a fixed-rate window.
const FIXED_WINDOW: Duration = Duration::from_millis(900);
/// How long a proxy may take to listen.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A process that is ended with its owner.
struct Running(Child);

/// A proxy in the race.
struct Runner {
    peer: Peer,
    target: SocketAddr,
    child: Running,
    samples: Vec<Sample>,
}

/// One round of one proxy.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Replies per CPU second of the proxy in the closed loop; `None` where only the fixed rate counts.
    pub(crate) per_cpu_second: Option<f64>,
    /// The fixed-rate window.
    pub(crate) fixed: Outcome,
    /// Requests at the second upstream for each reply, over both windows.
    pub(crate) second_share: f64,
    /// Resident bytes at the end.
    pub(crate) resident_bytes: u64,
}

/// A scenario under way.
pub(crate) struct Race {
    scenario: &'static Scenario,
    ports: Ports,
    _upstream: Running,
    runners: Vec<Runner>,
}

/// All samples of a scenario.
pub(crate) struct Finished {
    /// The job.
    pub(crate) scenario: &'static Scenario,
    /// Each peer with its samples, one a round.
    pub(crate) peers: Vec<(Peer, Vec<Sample>)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _already_gone = self.0.kill();
        let _status = self.0.wait();
    }
}

impl Race {
    /// Starts the upstreams and every peer that can do the job; a missing program is said and left out.
    pub(crate) fn start(scenario: &'static Scenario) -> Result<Self> {
        let (upstream, ports) = start_upstream()?;
        let mut runners = Vec::new();
        for peer in Peer::ALL.into_iter().filter(|peer| peer.can(scenario)) {
            match start_peer(peer, scenario, ports) {
                Ok(runner) => runners.push(runner),
                Err(error) => {
                    eprintln!("{} is left out of {}: {error:#}", peer.name(), scenario.name);
                }
            }
        }
        ensure!(!runners.is_empty(), "nobody to measure");
        Ok(Self { scenario, ports, _upstream: upstream, runners })
    }

    /// Measures `rounds` rounds, the order rotated each time.
    pub(crate) fn run(mut self, rounds: usize) -> Result<Finished> {
        for index in 0..self.runners.len() {
            self.measure(index)?;
        }
        self.runners.iter_mut().for_each(|runner| runner.samples.clear());
        for round in 0..rounds {
            for offset in 0..self.runners.len() {
                self.measure((round + offset) % self.runners.len())?;
            }
        }
        let peers = self.runners.drain(..).map(|runner| (runner.peer, runner.samples)).collect();
        Ok(Finished { scenario: self.scenario, peers })
    }

    fn measure(&mut self, index: usize) -> Result<()> {
        let before = hits(self.ports)?;
        let scenario = self.scenario;
        let Some(runner) = self.runners.get_mut(index) else { return Ok(()) };
        let mut replies = 0;
        let mut per_cpu_second = None;
        if !scenario.fixed_only {
            let cpu = usage::of_tree(runner.child.0.id()).cpu_nanos;
            let closed = runner.load(scenario, None, CLOSED_WINDOW)?;
            let spent = usage::of_tree(runner.child.0.id()).cpu_nanos.saturating_sub(cpu);
            ensure!(
                closed.errors == 0,
                "{}: {} errors in {}",
                runner.peer.name(),
                closed.errors,
                scenario.name
            );
            per_cpu_second = Some(closed.replies as f64 / (spent as f64 / 1e9));
            replies += closed.replies;
        }
        let fixed = runner.load(scenario, Some(scenario.rate), FIXED_WINDOW)?;
        replies += fixed.replies;
        let after = hits(self.ports)?;
        let second_share = checked_share(runner.peer, scenario, replies, &before, &after)?;
        let resident_bytes = usage::of_tree(runner.child.0.id()).resident_bytes;
        runner.samples.push(Sample { per_cpu_second, fixed, second_share, resident_bytes });
        Ok(())
    }
}

impl Runner {
    fn load(&self, scenario: &Scenario, rate: Option<u64>, window: Duration) -> Result<Outcome> {
        let path = scenario.path.to_owned();
        load::run(&Load { target: self.target, path, rate, window })
            .with_context(|| format!("load {}", self.peer.name()))
    }
}

/// Compares what the upstreams saw with what the clients got; a proxy that answers by itself is caught here.
fn checked_share(
    peer: Peer,
    scenario: &Scenario,
    replies: u64,
    before: &[u64],
    after: &[u64],
) -> Result<f64> {
    let gained: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    let [a, b, slow, hung] = gained.as_slice() else {
        anyhow::bail!("four ports have four counts")
    };
    let second = match scenario.mirror {
        Mirror::Equal => a.saturating_sub(replies),
        Mirror::None | Mirror::Reversed => *b,
        Mirror::Slow => *slow,
        Mirror::Hung => *hung,
        Mirror::Refused => 0,
    };
    let first = if scenario.mirror == Mirror::Equal { a - second } else { *a };
    let served = if scenario.split { first + second } else { first };
    let slack = replies / 50 + 128;
    ensure!(
        served.abs_diff(replies) <= slack,
        "{}: {replies} replies but {served} requests upstream in {}",
        peer.name(),
        scenario.name
    );
    Ok(second as f64 / replies.max(1) as f64)
}

fn start_upstream() -> Result<(Running, Ports)> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child =
        command.arg("upstream").stdout(Stdio::piped()).spawn().context("start the upstreams")?;
    let output = child.stdout.take().context("the upstreams say their ports")?;
    let running = Running(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let ports: Vec<u16> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [a, b, slow, hung] = ports.as_slice() else { anyhow::bail!("the upstreams said `{line}`") };
    let ports = Ports { a: *a, b: *b, slow: *slow, hung: *hung, refused: free_port()? };
    Ok((running, ports))
}

fn start_peer(peer: Peer, scenario: &Scenario, ports: Ports) -> Result<Runner> {
    let port = free_port()?;
    let folder = Path::new("target/bench").join(peer.name());
    let folder = std::path::absolute(folder)?;
    let own = peer.command(scenario, ports, port, &folder)?;
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", "0"]).arg(own.get_program()).args(own.get_args());
    own.get_envs().for_each(|(name, value)| {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    });
    let child =
        Running(pinned.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    let deadline = Instant::now() + START_LIMIT;
    while TcpStream::connect(target).is_err() {
        ensure!(Instant::now() < deadline, "{} does not listen on {target}", peer.name());
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(Runner { peer, target, child, samples: Vec::new() })
}

/// Asks the upstreams for their hits per port, over a connection of its own.
fn hits(ports: Ports) -> Result<Vec<u64>> {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect(("127.0.0.1", ports.a))?;
    stream.write_all(b"GET /stats HTTP/1.1\r\nHost: a\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut chunk = [0; 1024];
    while !answer.ends_with(b"]") {
        let length = stream.read(&mut chunk)?;
        ensure!(length > 0, "the upstreams went away");
        answer.extend_from_slice(chunk.get(..length).unwrap_or_default());
    }
    let text = String::from_utf8(answer)?;
    let body = text.split_once("\r\n\r\n").context("an answer has a body")?.1;
    Ok(serde_json::from_str(body)?)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
