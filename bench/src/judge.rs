//! The error rates of the judges: how often they cry wolf, how soon they see one, and what they cost.
//!
//! `cargo run -p bench --release -- judge [--runs N] [--seed S]`. Every row is simulated with the judge that runs in
//! production (`ficus-sim`); equal seeds give equal tables. The answer is no (exit code 1) when a row misses its bound.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use ficus_sim::judge::{Outcome, Scenario, cost, run as simulate};
use serde_json::{Value, json};

/// Healthy rollouts per scenario.
const RUNS: u64 = 10_000;
/// Probability of a false alarm that is promised.
const ALPHA: f64 = 0.01;
/// Probability of a wrong promotion that is promised.
const BETA: f64 = 0.05;
/// Share of five-fold regressions that must be found within ten minutes.
const FOUND_MIN: f64 = 0.99;
/// Rollouts a thread takes at once.
const CHUNK: u64 = 25;

/// What a row must keep.
#[derive(Clone, Copy)]
enum Bound {
    AlarmsAtMost(f64),
    FoundAtLeast(f64),
    ProvenAtMost(f64),
    None,
}

struct Row {
    scenario: Scenario,
    bound: Bound,
    outcomes: Vec<Outcome>,
    took: Duration,
}

/// Runs the bench and prints its table.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let (runs, seed) = options(arguments)?;
    println!("{}", Row::HEADER);
    let mut rows = Vec::new();
    for (scenario, bound, share) in plan() {
        let row = Row::simulate(scenario, bound, (runs / share).max(1), seed)?;
        println!("{}", row.line());
        rows.push(row);
    }
    let nanos = cost(seed).as_nanos();
    println!(
        "\none observation costs the judge {nanos} ns, so 40,000 a second take {:.2} % of a core",
        nanos as f64 * 40_000.0 / 1e9 * 100.0
    );
    let file = write_json(&rows, seed, u64::try_from(nanos)?)?;
    println!("{}", file.display());
    let missed = rows.iter().filter(|row| !row.keeps_bound()).map(|row| row.scenario.name);
    let missed: Vec<_> = missed.collect();
    if missed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("out of bounds: {}", missed.join(", "));
    Ok(ExitCode::FAILURE)
}

/// Scenario, bound, and by how much fewer rollouts suffice.
fn plan() -> Vec<(Scenario, Bound, u64)> {
    let ten_minutes = Scenario { seconds: 600, ..Scenario::failing("5× in 10 min", 5.0) };
    let mut plan: Vec<_> =
        Scenario::healthy().map(|scenario| (scenario, Bound::AlarmsAtMost(ALPHA), 1)).into();
    plan.extend([
        (ten_minutes, Bound::FoundAtLeast(FOUND_MIN), 1),
        (Scenario { seconds: 7_200, ..Scenario::failing("2×", 2.0) }, Bound::None, 10),
        (Scenario::failing("20×", 20.0), Bound::None, 10),
        (Scenario::leak(), Bound::None, 10),
        (Scenario::slow(), Bound::None, 10),
        (Scenario::slow_tail(), Bound::None, 10),
        (Scenario::as_bad_as_excluded(), Bound::ProvenAtMost(BETA), 10),
        (
            Scenario { seconds: 7_200, ..Scenario::until_promoted("promoted at 5 %", 5) },
            Bound::None,
            20,
        ),
        (
            Scenario { seconds: 7_200, ..Scenario::until_promoted("promoted at 50 %", 50) },
            Bound::None,
            20,
        ),
    ]);
    plan
}

fn options(arguments: &[String]) -> Result<(u64, u64)> {
    let (mut runs, mut seed) = (RUNS, 1);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().with_context(|| format!("{name} needs a number"))?;
        let number = value.parse().with_context(|| format!("{name} {value}"))?;
        match name.as_str() {
            "--runs" => runs = number,
            "--seed" => seed = number,
            other => bail!("there is no option `{other}`: judge [--runs N] [--seed S]"),
        }
    }
    Ok((runs, seed))
}

/// Runs the rollouts of a scenario on all cores; which core runs which does not matter to the result.
fn spread_over_cores(scenario: &Scenario, runs: u64, seed: u64) -> Result<Vec<Outcome>> {
    let next = AtomicU64::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let first = next.fetch_add(CHUNK, Ordering::Relaxed);
            if first >= runs {
                return done;
            }
            let chunk_seed = seed.wrapping_mul(1_000_003).wrapping_add(first);
            done.push((first, simulate(scenario, chunk_seed, CHUNK.min(runs - first))));
        }
    };
    let cores = std::thread::available_parallelism()?.get();
    let mut chunks = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a rollout panicked")));
        joined.collect::<Result<Vec<_>>>()
    })?
    .concat();
    chunks.sort_by_key(|(first, _)| *first);
    Ok(chunks.into_iter().flat_map(|(_, outcomes)| outcomes).collect())
}

impl Row {
    const HEADER: &'static str = "scenario            rollouts   alarms  median after  bad by then   proven  median after   z-test  >1 %/min";

    fn simulate(scenario: Scenario, bound: Bound, runs: u64, seed: u64) -> Result<Self> {
        let began = Instant::now();
        let outcomes = spread_over_cores(&scenario, runs, seed)?;
        Ok(Self { scenario, bound, outcomes, took: began.elapsed() })
    }

    fn share(&self, happened: impl Fn(&Outcome) -> bool) -> f64 {
        let count = self.outcomes.iter().filter(|outcome| happened(outcome)).count();
        count as f64 / self.outcomes.len().max(1) as f64
    }

    fn alarms(&self) -> f64 {
        self.share(|outcome| outcome.alarm.is_some())
    }

    fn proven(&self) -> f64 {
        self.share(|outcome| outcome.errors_proven.is_some())
    }

    fn keeps_bound(&self) -> bool {
        match self.bound {
            Bound::AlarmsAtMost(most) => self.alarms() <= most,
            Bound::FoundAtLeast(least) => self.alarms() >= least,
            Bound::ProvenAtMost(most) => self.proven() <= most,
            Bound::None => true,
        }
    }

    fn median_alarm(&self) -> Option<(Duration, u64)> {
        let alarms = self.outcomes.iter().filter_map(|outcome| outcome.alarm);
        let (after, bad): (Vec<_>, Vec<_>) =
            alarms.map(|alarm| (alarm.after, alarm.service_bad)).unzip();
        Some((median(after)?, median(bad)?))
    }

    fn median_proof(&self) -> Option<Duration> {
        median(self.outcomes.iter().filter_map(|outcome| outcome.errors_proven).collect())
    }

    fn line(&self) -> String {
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        let (after, bad) = self.median_alarm().unzip();
        let verdict = if self.keeps_bound() { "" } else { "  OUT OF BOUNDS" };
        let proven =
            if self.scenario.until_proven { percent(self.proven()) } else { "–".to_owned() };
        format!(
            "{:<18} {:>9} {:>8} {:>13} {:>12} {:>8} {:>13} {:>8} {:>9}{verdict}",
            self.scenario.name,
            self.outcomes.len(),
            percent(self.alarms()),
            minutes(after),
            bad.map_or("–".to_owned(), |bad| bad.to_string()),
            proven,
            minutes(self.median_proof()),
            percent(self.share(|outcome| outcome.z_test.is_some())),
            percent(self.share(|outcome| outcome.threshold.is_some())),
        )
    }

    fn json(&self) -> Value {
        let (after, bad) = self.median_alarm().unzip();
        json!({
            "scenario": self.scenario.name,
            "rollouts": self.outcomes.len(),
            "seconds": self.scenario.seconds,
            "requests_per_second": self.scenario.requests_per_second,
            "alarms": self.alarms(),
            "alarm_seconds_p50": after.map(|after| after.as_secs()),
            "alarm_bad_answers_p50": bad,
            "proven": self.proven(),
            "proven_seconds_p50": self.median_proof().map(|after| after.as_secs()),
            "z_test": self.share(|outcome| outcome.z_test.is_some()),
            "threshold": self.share(|outcome| outcome.threshold.is_some()),
            "within_bound": self.keeps_bound(),
            "took_seconds": self.took.as_secs_f64(),
        })
    }
}

fn median<Value: Ord>(mut values: Vec<Value>) -> Option<Value> {
    values.sort();
    let middle = values.len() / 2;
    values.into_iter().nth(middle)
}

fn minutes(span: Option<Duration>) -> String {
    span.map_or("–".to_owned(), |span| format!("{:.1} min", span.as_secs_f64() / 60.0))
}

fn write_json(rows: &[Row], seed: u64, nanos: u64) -> Result<PathBuf> {
    let file = PathBuf::from("target/bench/judge.json");
    std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let rows: Vec<_> = rows.iter().map(Row::json).collect();
    let whole = json!({ "seed": seed, "nanoseconds_per_observation": nanos, "rows": rows });
    std::fs::write(&file, serde_json::to_string_pretty(&whole)?)
        .with_context(|| format!("writing {}", file.display()))?;
    Ok(file)
}
