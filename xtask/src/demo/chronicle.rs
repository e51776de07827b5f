//! What happened, when, and whether it was good enough: the summary and the exit code are made of this.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::narrator::{count, seconds};
use super::product::{Coverage, Mismatch};
use crate::load::{Answered, Cause, Latency, Record, Tally};

/// Longest a canary may still be asked after its abort, and after a kill.
pub(super) const LATE_MAX: Duration = Duration::from_secs(1);

/// Everything that is worth telling.
#[derive(Debug)]
pub(super) struct Chronicle {
    started: Instant,
    transitions: Vec<Transition>,
    planted: Vec<Planted>,
    aborts: Vec<Abort>,
    kill: Option<Kill>,
    mismatches: Vec<Mismatch>,
    coverage: Vec<(String, Coverage)>,
    traffic: Option<Traffic>,
    problems: Vec<String>,
    finished: bool,
}

/// The boundary has moved.
#[derive(Debug, Clone)]
pub(super) struct Transition {
    pub(super) place: String,
    /// Since the demonstration began.
    pub(super) at: Duration,
    /// How long it was waited for.
    pub(super) took: Duration,
}

/// A time during which the service was made to fail requests.
#[derive(Debug, Clone)]
struct Planted {
    fault: String,
    from: SystemTime,
    to: Option<SystemTime>,
}

/// A canary that was taken back by itself.
#[derive(Debug, Clone)]
pub(super) struct Abort {
    pub(super) fault: String,
    pub(super) reason: String,
    /// From planting the fault to weight zero.
    pub(super) found_after: Duration,
    /// From weight zero to the last request that was still sent to the service.
    pub(super) last_request_after: Duration,
    /// Requests that customers had answered by the bad build.
    pub(super) exposed: usize,
}

/// A kill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kill {
    /// From typing the command to its end.
    pub(super) command: Duration,
    /// From typing the command to the last request that was still sent to the service.
    pub(super) last_request_after: Duration,
}

#[derive(Debug)]
struct Traffic {
    all: Tally,
    planted: BTreeMap<Cause, usize>,
    unexpected: BTreeMap<Cause, usize>,
    examples: Vec<Value>,
    latency: Latency,
}

/// Unexpected failures that are told one by one.
const EXAMPLES_MAX: usize = 20;

impl Chronicle {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            transitions: Vec::new(),
            planted: Vec::new(),
            aborts: Vec::new(),
            kill: None,
            mismatches: Vec::new(),
            coverage: Vec::new(),
            traffic: None,
            problems: Vec::new(),
            finished: false,
        }
    }

    /// The clock starts once everything is built.
    pub(super) fn begin(&mut self) {
        self.started = Instant::now();
    }

    pub(super) fn moved(&mut self, place: String, took: Duration) {
        self.transitions.push(Transition { place, at: self.started.elapsed(), took });
    }

    /// From now on requests may fail for this reason.
    pub(super) fn plant(&mut self, fault: &str) {
        self.planted.push(Planted { fault: fault.to_owned(), from: SystemTime::now(), to: None });
    }

    /// A second after the abort no more.
    pub(super) fn planted_until(&mut self, at: SystemTime) {
        if let Some(planted) = self.planted.last_mut() {
            planted.to = Some(at);
        }
    }

    pub(super) fn aborted(&mut self, abort: Abort) {
        if abort.last_request_after > LATE_MAX {
            let late = seconds(abort.last_request_after);
            self.failed(format!("the canary was still asked {late} after its abort"));
        }
        self.aborts.push(abort);
    }

    pub(super) fn killed(&mut self, kill: Kill) {
        if kill.last_request_after > LATE_MAX {
            let late = seconds(kill.last_request_after);
            self.failed(format!("the service was still asked {late} after the kill"));
        }
        self.kill = Some(kill);
    }

    pub(super) fn found(&mut self, mismatches: Vec<Mismatch>) {
        self.mismatches = mismatches;
    }

    pub(super) fn covered(&mut self, when: &str, coverage: Coverage) {
        self.coverage.push((when.to_owned(), coverage));
    }

    pub(super) fn failed(&mut self, problem: String) {
        self.problems.push(problem);
    }

    pub(super) const fn finished(&mut self) {
        self.finished = true;
    }

    /// Takes the customers' view of the whole time and checks it.
    pub(super) fn close(&mut self, records: &[Record], broken_streams: &[Cause]) {
        let (mut planted, mut unexpected) = (BTreeMap::new(), BTreeMap::new());
        let mut examples = Vec::new();
        for record in records {
            let Some(cause) = record.answered.failure else { continue };
            if self.was_planted(record) {
                *planted.entry(cause).or_default() += 1;
            } else {
                *unexpected.entry(cause).or_default() += 1;
                if examples.len() < EXAMPLES_MAX {
                    examples.push(example(record, cause));
                }
            }
        }
        for cause in broken_streams {
            self.failed(format!("an event stream broke: {cause}"));
        }
        for (cause, times) in &unexpected {
            self.failed(format!("{times} requests of customers failed unexpectedly: {cause}"));
        }
        let (all, latency) = (Tally::of(records), Latency::of(records));
        self.traffic = Some(Traffic { all, planted, unexpected, examples, latency });
    }

    /// Only what the service itself was asked, while it was made to fail, may fail.
    fn was_planted(&self, record: &Record) -> bool {
        let boundary = record.route.contains("/api/quotes") || record.route.contains("/api/rates");
        let Answered { service, .. } = record.answered;
        boundary
            && service != Some(false)
            && self.planted.iter().any(|planted| {
                record.sent_at >= planted.from && planted.to.is_none_or(|to| record.sent_at <= to)
            })
    }

    /// Whether everything that was promised happened.
    pub(super) fn good(&self) -> bool {
        self.finished && self.problems.is_empty()
    }

    pub(super) fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The lines for the end.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("time after the build", seconds(self.started.elapsed()))];
        if let Some(traffic) = &self.traffic {
            let Tally { requests, monolith, service, .. } = &traffic.all;
            let sides = format!("{} by Go, {} by Rust", count(*monolith), count(*service));
            facts.push(("requests of customers", format!("{}: {sides}", count(*requests))));
            let planted: usize = traffic.planted.values().sum();
            let unexpected: usize = traffic.unexpected.values().sum();
            let failed = format!("{} planted, {} unexpected", count(planted), count(unexpected));
            facts.push(("failed requests", failed));
            if let (Some(p50), Some(p99)) =
                (traffic.latency.quantile(500), traffic.latency.quantile(990))
            {
                let text = format!("p50 {}, p99 {} from the due time", seconds(p50), seconds(p99));
                facts.push(("latency", text));
            }
        }
        for abort in &self.aborts {
            let (found, late) = (seconds(abort.found_after), seconds(abort.last_request_after));
            let text = format!(
                "found in {found}, {} exposed, last request {late} after",
                count(abort.exposed)
            );
            facts.push(("abort", format!("{}: {text}", abort.fault)));
        }
        if let Some(kill) = self.kill {
            let (command, late) = (seconds(kill.command), seconds(kill.last_request_after));
            facts
                .push(("kill", format!("command {command}, last request to Rust {late} after it")));
        }
        facts
    }

    /// The whole story for machines.
    pub(super) fn summary(&self) -> Value {
        let transition = |transition: &Transition| {
            json!({
                "place": transition.place,
                "at_seconds": transition.at.as_secs_f64(),
                "took_seconds": transition.took.as_secs_f64(),
            })
        };
        let abort = |abort: &Abort| {
            json!({
                "fault": abort.fault,
                "reason": abort.reason,
                "found_after_seconds": abort.found_after.as_secs_f64(),
                "last_request_after_seconds": abort.last_request_after.as_secs_f64(),
                "requests_exposed": abort.exposed,
            })
        };
        let mismatch = |class: &Mismatch| json!({ "route": class.route, "path": class.path, "kind": class.kind, "count": class.count });
        let coverage = |(when, coverage): &(String, Coverage)| {
            let Coverage { eligible, compared, mismatched, text } = coverage;
            json!({
                "when": when, "eligible": eligible, "compared": compared,
                "mismatched": mismatched, "share": text,
            })
        };
        json!({
            "good": self.good(),
            "problems": self.problems,
            "seconds": self.started.elapsed().as_secs_f64(),
            "transitions": self.transitions.iter().map(transition).collect::<Vec<_>>(),
            "faults_planted": self.planted.iter().map(|planted| &planted.fault).collect::<Vec<_>>(),
            "mismatches": self.mismatches.iter().map(mismatch).collect::<Vec<_>>(),
            "coverage": self.coverage.iter().map(coverage).collect::<Vec<_>>(),
            "aborts": self.aborts.iter().map(abort).collect::<Vec<_>>(),
            "kill": self.kill.map(|kill| json!({
                "command_seconds": kill.command.as_secs_f64(),
                "last_request_after_seconds": kill.last_request_after.as_secs_f64(),
            })),
            "requests": self.traffic.as_ref().map(Traffic::summary),
        })
    }
}

impl Traffic {
    fn summary(&self) -> Value {
        let causes = |causes: &BTreeMap<Cause, usize>| {
            causes.iter().map(|(cause, times)| (cause.to_string(), json!(times))).collect::<Value>()
        };
        let latency = |per_mille| self.latency.quantile(per_mille).map(|time| time.as_secs_f64());
        json!({
            "sent": self.all.requests,
            "answered_by_monolith": self.all.monolith,
            "answered_by_service": self.all.service,
            "failed": self.all.failed(),
            "failed_planted": causes(&self.planted),
            "failed_unexpected": causes(&self.unexpected),
            "examples_unexpected": self.examples,
            "latency_seconds": { "p50": latency(500), "p90": latency(900), "p99": latency(990) },
        })
    }
}

fn example(record: &Record, cause: Cause) -> Value {
    let sent_at = jiff::Timestamp::try_from(record.sent_at).map(|at| at.to_string());
    json!({
        "route": record.route,
        "cause": cause.to_string(),
        "sent_at": sent_at.unwrap_or_default(),
        "latency_seconds": record.latency.as_secs_f64(),
    })
}
