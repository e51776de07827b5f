//! The sentinel: one thread that judges, aborts and reports, and needs nobody for it.
//!
//! It owns the judges of the data plane. They read the same observations that control is sent, and when one proves a
//! regression the sentinel closes the ceiling of that rollout: one atomic store that every core reads with its next
//! request. No message has to arrive anywhere first, so it works with control stopped, cut off or not yet started.
//! Whatever control wants afterwards of the same rollout is capped by the ceiling; only another rollout gets another
//! one.
//!
//! It is also the one place from which batches go to control: what control does not take is dropped and counted. The
//! news of an abort is not dropped, it is offered again with every tick.
//!
//! **Invariant:** the sentinel lowers a weight and never raises one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use ficus_model::comparison::{Compared, ComparisonBatch};
use ficus_model::judge::Judge;
use ficus_model::observation::ObservationBatch;
use ficus_model::rollout::RolloutId;
use ficus_model::verdict::Reading;
use ficus_model::{BoundaryName, Time};

use crate::lane::Lane;
use crate::losses::Losses;
use crate::reports::{Breach, Reports};
use crate::table::RouteTable;
use crate::{threads, wall};

/// Longest time between two looks at the coverage counters and the judges' clocks.
const TICK: Duration = Duration::from_millis(50);
/// Time between two calls of a judge's clock.
const JUDGE_TICK: Duration = Duration::from_millis(200);
/// Comparisons of one batch.
const COMPARED_MAX: usize = 256;

/// What the sentinel is told. A closed set.
#[derive(Debug)]
pub(crate) enum Report {
    /// Requests of one boundary, as one core saw them.
    Observed(Arc<Lane>, ObservationBatch),
    /// One finished comparison.
    Compared(Arc<Lane>, Compared),
}

/// Judges and reports.
pub(crate) struct Sentinel {
    table: Arc<ArcSwap<RouteTable>>,
    reports: Arc<dyn Reports>,
    losses: Arc<Losses>,
    judges: BTreeMap<BoundaryName, Watch>,
    ledgers: Vec<Ledger>,
    /// Aborts that control has not taken yet; at most one per rollout.
    unheard: Vec<Breach>,
    judged: Instant,
}

/// The judge of one boundary's running rollout.
struct Watch {
    rollout: RolloutId,
    judge: Judge,
}

/// Comparisons of one lane that have not been reported yet. Kept for as long as anybody else holds the lane.
struct Ledger {
    lane: Arc<Lane>,
    compared: Vec<Compared>,
}

impl Report {
    /// Observations in it.
    pub(crate) fn observations(&self) -> u64 {
        match self {
            Self::Observed(_, batch) => u64::try_from(batch.observations.len()).unwrap_or(u64::MAX),
            Self::Compared(..) => 0,
        }
    }
}

/// Starts the sentinel's thread. It ends when nobody can send anything any more.
pub(crate) fn start(mut sentinel: Sentinel, queue: Receiver<Report>) {
    threads::start("sentinel", move || sentinel.watch(&queue));
}

impl Sentinel {
    /// A sentinel without evidence.
    pub(crate) fn new(
        table: Arc<ArcSwap<RouteTable>>,
        reports: Arc<dyn Reports>,
        losses: Arc<Losses>,
    ) -> Self {
        let (judges, ledgers, unheard) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { table, reports, losses, judges, ledgers, unheard, judged: Instant::now() }
    }

    fn watch(&mut self, queue: &Receiver<Report>) {
        let mut ticked = Instant::now();
        loop {
            let received = queue.recv_timeout(TICK.saturating_sub(ticked.elapsed()));
            let last = matches!(received, Err(RecvTimeoutError::Disconnected));
            if let Ok(report) = received {
                self.take(report, wall::now());
            }
            if last || ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.tick(wall::now());
            }
            if last {
                return;
            }
        }
    }

    /// Takes in one report.
    fn take(&mut self, report: Report, now: Time) {
        match report {
            Report::Observed(lane, batch) => {
                self.judge(&lane, &batch, now);
                if !self.reports.observations(batch) {
                    self.losses.reports.add(1);
                }
            }
            Report::Compared(lane, compared) => {
                if self.note(&lane, Some(compared)) >= COMPARED_MAX {
                    self.report_comparisons();
                }
            }
        }
    }

    /// What is due by time: clocks, coverage, aborts that nobody has heard of.
    fn tick(&mut self, now: Time) {
        let table = self.table.load_full();
        for lane in &table.lanes {
            self.note(lane, None);
        }
        if self.judged.elapsed() >= JUDGE_TICK {
            self.judged = Instant::now();
            self.judges.retain(|name, watch| {
                let lane = table.lane_named(name);
                lane.is_some_and(|lane| lane.rollout == Some(watch.rollout))
            });
            for lane in &table.lanes {
                self.advance(lane, now);
            }
        }
        drop(table);
        self.report_comparisons();
        self.unheard.retain(|breach| !self.reports.aborted(breach.clone()));
    }

    /// Feeds the judge of the rollout the batch belongs to. A batch of an older rollout than the one judged is history.
    fn judge(&mut self, lane: &Arc<Lane>, batch: &ObservationBatch, now: Time) {
        let Some(rollout) = batch.rollout else { return };
        let watch = match self.judges.entry(batch.boundary.clone()) {
            Entry::Vacant(vacant) => vacant.insert(Watch::new(lane, rollout, now)),
            Entry::Occupied(occupied) => occupied.into_mut(),
        };
        if watch.rollout != rollout {
            let current = self.table.load();
            let runs = current.lane_named(&batch.boundary).and_then(|lane| lane.rollout);
            if runs != Some(rollout) {
                return;
            }
            *watch = Watch::new(lane, rollout, now);
        }
        watch.judge.observe(batch);
        let breach = watch.judge.breach();
        self.act(lane, breach, now);
    }

    /// Says to the judge of a lane that time has passed.
    fn advance(&mut self, lane: &Arc<Lane>, now: Time) {
        let Some(watch) = self.judges.get_mut(&lane.name) else { return };
        watch.judge.advance(now);
        let breach = watch.judge.breach();
        self.act(lane, breach, now);
    }

    /// Closes the ceiling of a lane whose rollout is proven to be worse, and says so once.
    fn act(&mut self, lane: &Arc<Lane>, breach: Option<Reading>, now: Time) {
        let (Some(reading), Some(rollout)) = (breach, lane.rollout) else { return };
        if lane.ceiling.closed() {
            return;
        }
        lane.ceiling.close();
        lane.live.aborts.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(boundary = %lane.name, reason = reading.reason, "rollout aborted locally");
        let (boundary, generation) = (lane.name.clone(), lane.generation);
        self.unheard.push(Breach { boundary, rollout, generation, at: now, reading });
        self.unheard.retain(|breach| !self.reports.aborted(breach.clone()));
    }

    /// Notes a comparison of a lane, if any, and that the lane exists. Returns how many comparisons wait.
    fn note(&mut self, lane: &Arc<Lane>, compared: Option<Compared>) -> usize {
        let known = self.ledgers.iter_mut().find(|ledger| Arc::ptr_eq(&ledger.lane, lane));
        if let Some(ledger) = known {
            ledger.compared.extend(compared);
            return ledger.compared.len();
        }
        let compared = Vec::from_iter(compared);
        let waiting = compared.len();
        self.ledgers.push(Ledger { lane: Arc::clone(lane), compared });
        waiting
    }

    /// Reports what was compared and what was not, and forgets the lanes that only the sentinel still holds.
    fn report_comparisons(&mut self) {
        let Self { ledgers, reports, losses, .. } = self;
        ledgers.retain_mut(|ledger| {
            // Asked before draining: whoever held the lane until now has counted by then.
            let unheld = Arc::strong_count(&ledger.lane) == 1;
            if let Some(batch) = ledger.take()
                && !reports.comparisons(batch)
            {
                losses.comparisons.add(1);
            }
            !unheld
        });
    }
}

impl Watch {
    fn new(lane: &Lane, rollout: RolloutId, now: Time) -> Self {
        Self { rollout, judge: Judge::new(&lane.gates, lane.routes.clone(), now) }
    }
}

impl Ledger {
    /// The next batch, when there is anything to tell.
    fn take(&mut self) -> Option<ComparisonBatch> {
        let uncompared = self.lane.coverage.drain();
        if uncompared.is_empty() && self.compared.is_empty() {
            return None;
        }
        Some(ComparisonBatch {
            boundary: self.lane.name.clone(),
            generation: self.lane.generation,
            compared: std::mem::take(&mut self.compared),
            uncompared,
        })
    }
}

#[cfg(test)]
mod tests;
