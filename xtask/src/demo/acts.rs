//! The story, act by act. Each says what is about to happen, does it with the commands anybody would type, and
//! checks that it did.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;

use super::chronicle::{Abort, Chronicle, Kill, LATE_MAX};
use super::interrupt::Interrupt;
use super::narrator::{Narrator, count, seconds};
use super::pace::Pace;
use super::parts;
use super::product::{Mismatch, Product, View};
use super::prologue;
use super::stage::Stage;
use crate::load::{Latency, Record};

/// Between two looks at the boundary.
const LOOK_INTERVAL: Duration = Duration::from_millis(150);
/// Between two lines about what is waited for.
const TALK_INTERVAL: Duration = Duration::from_secs(5);
/// How late the slow build is for two requests in a hundred: this many times the slowest percent of now, so that it
/// is out of the ordinary on any machine; and no later than this, because only an answer that has come is judged.
const TAIL_RATIO: u32 = 3;
const TAIL_MIN: Duration = Duration::from_millis(250);
const TAIL_MAX: Duration = Duration::from_millis(1500);
/// The last step's weight, as it is shown.
const HALF: &str = "50.00%";
/// Five times what the gates tolerate.
const ERRORS: &str = "errors=25";

/// Everything an act needs.
struct Play<'a> {
    stage: Stage,
    product: Product,
    pace: Pace,
    narrator: &'a Narrator,
    interrupt: &'a Interrupt,
    chronicle: &'a mut Chronicle,
    report: std::path::PathBuf,
    number: usize,
}

/// Plays everything; what was started is stopped whatever happens.
pub(super) fn play(
    directory: &Path,
    pace: Pace,
    narrator: &Narrator,
    interrupt: &Interrupt,
    chronicle: &mut Chronicle,
) -> anyhow::Result<()> {
    let (stage, product) = prologue::set(directory, &pace, narrator, interrupt, chronicle)?;
    let report = directory.join("report.html");
    let mut play = Play { stage, product, pace, narrator, interrupt, chronicle, report, number: 1 };
    let told = play.story();
    let Play { stage, chronicle, .. } = play;
    let (records, broken_streams) = stage.traffic.stop();
    chronicle.close(&records, &broken_streams);
    told?;
    chronicle.finished();
    Ok(())
}

impl Play<'_> {
    fn story(&mut self) -> anyhow::Result<()> {
        self.all_go()?;
        self.shadow_finds_the_differences()?;
        self.parity_is_proven()?;
        let slow = self.slow_build();
        self.bad_canary(&slow, "Canary, and a build that is slow for two requests in a hundred")?;
        if self.pace.second_fault {
            self.parity_again()?;
            self.bad_canary(ERRORS, "Canary again, and a build that fails requests")?;
        }
        self.climb("A good build climbs to Primary")?;
        self.kill()?;
        self.climb("Primary again")?;
        self.outcome()
    }

    fn act(&mut self, title: &str) {
        self.number += 1;
        self.narrator.act(self.number, title);
    }

    fn all_go(&mut self) -> anyhow::Result<()> {
        self.act("All traffic goes to the monolith");
        let from = SystemTime::now();
        self.interrupt.pause(self.pace.calm)?;
        let records = self.boundary_records(from);
        ensure!(!records.is_empty(), "no traffic arrives");
        let strays = records.iter().filter(|record| record.answered.service == Some(true)).count();
        ensure!(
            strays == 0,
            "{strays} requests were answered by the service before it was promoted"
        );
        self.narrator
            .done(&format!("all {} requests for quotes were answered by Go", count(records.len())));
        Ok(())
    }

    fn shadow_finds_the_differences(&mut self) -> anyhow::Result<()> {
        self.act("Shadow: Rust answers copies, nobody sees its answers");
        self.narrator.say(
            "The build has two mistakes a good team makes: it rounds half a cent to the even cent, and it writes [] \
             where Go writes null.",
        );
        self.promote("compare before anybody depends on it")?;
        let held = self.wait("a hold", |view| view.phase == "held")?;
        self.narrator.done(&format!("held by the judges: {}", held.reason()));
        self.chronicle.covered("first shadow", held.coverage);
        let found = self.both_mistakes()?;
        self.product.show_mismatches(self.narrator)?;
        self.chronicle.found(found);
        self.narrator.done("both mistakes were found; no customer has seen either");
        Ok(())
    }

    /// A hold keeps comparing, so the rarer of the two mistakes shows a little later.
    fn both_mistakes(&self) -> anyhow::Result<Vec<Mismatch>> {
        let begun = Instant::now();
        loop {
            let found = self.product.mismatches()?;
            let rounding = found.iter().any(|class| class.path.contains("tax_cents"));
            if rounding && found.iter().any(is_list) {
                return Ok(found);
            }
            let late = begun.elapsed() > self.pace.patience;
            ensure!(!late || rounding, "the rounding difference was not found");
            ensure!(!late, "the null-or-[] difference was not found");
            self.interrupt.pause(LOOK_INTERVAL)?;
        }
    }

    fn parity_is_proven(&mut self) -> anyhow::Result<()> {
        self.act("The fixed build: parity is proven");
        self.stage.deploy("")?;
        self.narrator.say("The team deploys a fixed build. Evidence starts afresh.");
        self.resume_until_proven("rounding and lists fixed")
    }

    fn parity_again(&mut self) -> anyhow::Result<()> {
        self.act("Back in Shadow: the next build must prove itself again");
        self.resume_until_proven("the slow path is gone")
    }

    /// Promotes out of a stop, and waits until the gates of Shadow have passed.
    fn resume_until_proven(&mut self, reason: &str) -> anyhow::Result<()> {
        self.promote(reason)?;
        let proven = self.wait("parity", |view| {
            view.stage == "Shadow" && view.running() && view.verdict == "pass"
        })?;
        let coverage = proven.coverage.clone();
        self.narrator.done(&format!(
            "parity is proven: {} of {} eligible requests compared ({}), {} different",
            coverage.compared, coverage.eligible, coverage.text, coverage.mismatched
        ));
        self.chronicle.covered(reason, coverage);
        Ok(())
    }

    /// The fault of a build that is slow for a few, by what is slow on this machine.
    fn slow_build(&self) -> String {
        let slowest = Latency::of(&self.boundary_records(SystemTime::UNIX_EPOCH)).quantile(990);
        let tail = slowest.unwrap_or_default() * TAIL_RATIO;
        format!("tail={}", tail.clamp(TAIL_MIN, TAIL_MAX).as_millis())
    }

    /// A canary that turns bad while customers use it.
    fn bad_canary(&mut self, fault: &str, title: &str) -> anyhow::Result<()> {
        self.act(title);
        self.promote("parity is proven")?;
        if self.pace.steps.len() > 1 {
            // On a good day it is at Primary before anybody looks; it may as well turn bad there.
            let half =
                |view: &View| view.running() && (view.weight == HALF || view.stage == "Primary");
            self.wait("half of the traffic", half)?;
        }
        if fault == ERRORS {
            self.chronicle.plant(fault);
        }
        let planted_at = SystemTime::now();
        parts::switch_faults(&self.stage.ports, fault)?;
        self.narrator
            .say(&format!("Now the service turns bad ({fault}). Nobody touches anything."));
        let view = self.wait("an automatic abort", |view| view.phase == "rolled-back")?;
        let aborted_at = stopped_at(&view)?;
        self.interrupt.pause(LATE_MAX + Duration::from_millis(500))?;
        self.chronicle.planted_until(aborted_at + LATE_MAX);
        self.note_abort(fault, &view, planted_at, aborted_at);
        parts::switch_faults(&self.stage.ports, "")
    }

    fn note_abort(
        &mut self,
        fault: &str,
        view: &View,
        planted_at: SystemTime,
        aborted_at: SystemTime,
    ) {
        let served: Vec<_> = self.boundary_records(planted_at);
        let served = served.into_iter().filter(|record| record.answered.service == Some(true));
        let sent: Vec<_> = served.map(|record| record.sent_at).collect();
        let abort = Abort {
            fault: fault.to_owned(),
            reason: view.reason().to_owned(),
            found_after: between(planted_at, aborted_at),
            last_request_after: sent
                .iter()
                .max()
                .map_or(Duration::ZERO, |at| between(aborted_at, *at)),
            exposed: sent.len(),
        };
        self.narrator.done(&format!("taken back by itself: {}", abort.reason));
        self.narrator.done(&format!(
            "{} after the fault; {} requests met the bad build, the last one {} after the abort",
            seconds(abort.found_after),
            count(abort.exposed),
            seconds(abort.last_request_after)
        ));
        self.chronicle.aborted(abort);
    }

    /// From a stop through Shadow and Canary to Primary.
    fn climb(&mut self, title: &str) -> anyhow::Result<()> {
        self.act(title);
        self.resume_until_proven("a good build is out")?;
        self.promote("parity is proven")?;
        let from = SystemTime::now();
        self.wait("Primary", |view| view.stage == "Primary" && view.running())?;
        self.compare_sides(from);
        let from = SystemTime::now();
        self.interrupt.pause(self.pace.calm)?;
        let share = self.service_share(from);
        ensure!(
            share > 0.85,
            "at Primary only {:.0} % of the quotes come from Rust",
            share * 100.0
        );
        self.narrator.done(&format!(
            "{:.0} % of the quotes come from Rust, the rest is held back",
            share * 100.0
        ));
        Ok(())
    }

    fn compare_sides(&self, from: SystemTime) {
        let records = self.boundary_records(from);
        for (name, service) in [("Go", false), ("Rust", true)] {
            let arm = records.iter().filter(|record| record.answered.service == Some(service));
            let latency = Latency::of(arm.copied().collect::<Vec<_>>().iter());
            if let (Some(p50), Some(p99)) = (latency.quantile(500), latency.quantile(990)) {
                let (p50, p99) = (p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3);
                self.narrator.say(&format!(
                    "{name:<5} p50 {p50:.1} ms, p99 {p99:.1} ms, as the customers saw it"
                ));
            }
        }
    }

    fn kill(&mut self) -> anyhow::Result<()> {
        self.act("Kill: everything back to the monolith, now");
        let typed_at = SystemTime::now();
        self.product.show(
            self.narrator,
            &["kill", "quotes", "--reason", "a drill: can we leave at any time?"],
        )?;
        let command = between(typed_at, SystemTime::now());
        self.wait("the kill", |view| view.phase == "killed")?;
        self.interrupt.pause(LATE_MAX + Duration::from_millis(500))?;
        let served = self.boundary_records(typed_at);
        let served = served.iter().filter(|record| record.answered.service == Some(true));
        let last = served.map(|record| record.sent_at).max();
        let last_request_after = last.map_or(Duration::ZERO, |at| between(typed_at, at));
        self.chronicle.killed(Kill { command, last_request_after });
        self.narrator.done(&format!(
            "the last request to Rust was sent {} after the command was typed",
            seconds(last_request_after)
        ));
        Ok(())
    }

    fn outcome(&mut self) -> anyhow::Result<()> {
        self.act("The outcome");
        let report = self.report.display().to_string();
        self.product.show(self.narrator, &["report", "quotes", "--output", &report])?;
        let page = std::fs::read_to_string(&self.report).context("the report")?;
        ensure!(page.contains("<html") && page.contains("quotes"), "the report is no page");
        self.narrator.done(&format!("{}: {} KiB, needs nothing else", report, page.len() / 1024));
        self.product.show(self.narrator, &["ledger", "verify"])?;
        self.narrator.done("the ledger is whole");
        self.stage.check()
    }

    fn promote(&mut self, reason: &str) -> anyhow::Result<()> {
        let arguments = ["promote", "quotes", "--reason", reason];
        let said = self.product.show(self.narrator, &arguments)?;
        let place = said.lines().next_back().unwrap_or_default();
        self.chronicle.moved(place.replace("quotes: now at ", ""), Duration::ZERO);
        Ok(())
    }

    /// Waits until the boundary is where it should be; tells where it goes, and, now and then, what is missing.
    fn wait(&mut self, what: &str, arrived: impl Fn(&View) -> bool) -> anyhow::Result<View> {
        let begun = Instant::now();
        let (mut place, mut talked) = (self.product.view()?.place(), Instant::now());
        loop {
            self.interrupt.check()?;
            self.stage.check()?;
            let view = self.product.view()?;
            if view.place() != place || arrived(&view) {
                place = view.place();
                self.narrator.moved(&format!("{place}  ({})", seconds(begun.elapsed())));
                self.chronicle.moved(place.clone(), begun.elapsed());
            }
            if arrived(&view) {
                return Ok(view);
            }
            if !view.running() {
                bail!("waiting for {what}, the boundary is {}: {}", view.phase, view.reason());
            }
            if begun.elapsed() > self.pace.patience {
                let limit = seconds(self.pace.patience);
                bail!("no {what} within {limit}; the boundary waits for: {}", view.waiting_for);
            }
            if talked.elapsed() > TALK_INTERVAL {
                talked = Instant::now();
                self.narrator.waiting(&format!("waits for {}", view.waiting_for));
            }
            self.interrupt.pause(LOOK_INTERVAL)?;
        }
    }

    /// Requests of the boundary that were sent since.
    fn boundary_records(&self, from: SystemTime) -> Vec<Record> {
        let mut records = self.stage.traffic.records();
        records.retain(|record| {
            record.sent_at >= from
                && (record.route.contains("/api/quotes") || record.route.contains("/api/rates"))
        });
        records
    }

    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52 lose nothing")]
    fn service_share(&self, from: SystemTime) -> f64 {
        let records = self.boundary_records(from);
        let service = records.iter().filter(|record| record.answered.service == Some(true)).count();
        service as f64 / records.len().max(1) as f64
    }
}

fn is_list(class: &Mismatch) -> bool {
    ["surcharges", "rates"].iter().any(|list| class.path.ends_with(list))
}

/// When the boundary stopped running, as the ledger has it.
fn stopped_at(view: &View) -> anyhow::Result<SystemTime> {
    let (since, _) = view.stopped.as_ref().context("the boundary has not stopped")?;
    let since: Timestamp = since.parse().with_context(|| format!("a time such as {since}"))?;
    Ok(SystemTime::try_from(since)?)
}

/// Zero when `later` is not later.
fn between(earlier: SystemTime, later: SystemTime) -> Duration {
    later.duration_since(earlier).unwrap_or_default()
}
