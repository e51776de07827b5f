//! What one core owns, and what all cores share.
//!
//! Everything a request touches lives in [`Core`] and is used by one thread only: no locks, no reference counts shared
//! between threads. [`Shared`] is what control and other cores see: the table, swapped whole, and a few atomics.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::connect::Connector;
use crate::counts::PathCounts;
use crate::lane::LaneSettings;
use crate::mirror::{Lent, Mirror};
use crate::observe::{CoreObserver, SharedObserver};
use crate::origin::Origins;
use crate::pool::Pool;
use crate::request_body::RequestBody;
use crate::retries::RetryBudget;
use crate::settings::GatewaySettings;
use crate::table::{CurrentTable, RouteTable};
use crate::tasks::Tasks;
use crate::timer::Alarms;

/// Longest time an observation waits on its core.
const FLUSH_INTERVAL: Duration = Duration::from_millis(50);

/// What all cores, the controls and the scrape share.
pub(crate) struct Shared {
    /// As the process was started.
    pub(crate) settings: GatewaySettings,
    /// What every table's lanes are made with.
    pub(crate) lane_settings: LaneSettings,
    /// What requests are routed by, swapped whole.
    pub(crate) table: Arc<ArcSwap<RouteTable>>,
    /// Every upstream ever used.
    pub(crate) origins: Origins,
    /// The counters of the cores, by core.
    pub(crate) counts: Vec<Arc<PathCounts>>,
    /// What observing shares.
    pub(crate) observer: SharedObserver,
    /// Client connections open, over all cores.
    pub(crate) connections: AtomicUsize,
    /// Cancelled when the gateway is to stop: no more connections, requests under way end.
    pub(crate) shutdown: CancellationToken,
    /// Whether the drain has begun.
    pub(crate) drains: AtomicBool,
}

/// What one core owns.
pub(crate) struct Core {
    /// What all cores share.
    pub(crate) shared: Arc<Shared>,
    /// This core's counters.
    pub(crate) counts: Arc<PathCounts>,
    /// What this core needs to observe.
    pub(crate) observer: Rc<CoreObserver>,
    /// The copies of this core.
    pub(crate) mirror: Rc<Mirror>,
    /// Opens connections to upstreams.
    pub(crate) connector: Rc<Connector>,
    /// Connections to upstreams that wait for their next request.
    pub(crate) pool: Rc<Pool<RequestBody>>,
    /// The deadlines of this core.
    pub(crate) alarms: Rc<Alarms>,
    /// Client connections of this core that are open, upgraded ones among them.
    pub(crate) open: Cell<usize>,
    /// Notified when one of them has closed.
    pub(crate) closed: Notify,
    /// What may still be retried.
    pub(crate) retries: RetryBudget,
    /// Tasks this core has spawned.
    pub(crate) tasks: Rc<Tasks>,
    /// What its requests are routed by.
    pub(crate) table: Rc<CurrentTable>,
}

impl Shared {
    /// Whether the gateway takes no more connections.
    pub(crate) fn draining(&self) -> bool {
        self.drains.load(Ordering::Relaxed)
    }
}

impl Core {
    /// The core with this number.
    pub(crate) fn new(shared: &Arc<Shared>, worker: usize) -> Rc<Self> {
        let times = &shared.settings.times;
        let counts = shared.counts.get(worker).map(Arc::clone).unwrap_or_default();
        let tasks = Rc::new(Tasks::default());
        let table = Rc::new(CurrentTable::of(&shared.table));
        let observer = Rc::new(CoreObserver::new(&shared.observer, worker));
        let connector = Rc::new(Connector::new(times.connect, &counts, &tasks));
        let lent = Lent {
            observer: Rc::clone(&observer),
            tasks: Rc::clone(&tasks),
            table: Rc::clone(&table),
            connector: Rc::clone(&connector),
        };
        Rc::new(Self {
            shared: Arc::clone(shared),
            counts,
            observer,
            mirror: Rc::new(Mirror::new(&shared.settings, &shared.observer, lent)),
            connector,
            pool: Rc::new(Pool::new(times.upstream_idle)),
            alarms: Rc::new(Alarms::default()),
            open: Cell::new(0),
            closed: Notify::new(),
            retries: RetryBudget::default(),
            tasks,
            table,
        })
    }

    /// Flushes what this core observed, for as long as clients are connected.
    pub(crate) async fn flush(self: Rc<Self>) {
        let mut ticks = tokio::time::interval(FLUSH_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = ticks.tick().await;
            self.observer.flush_late(due.elapsed());
            self.mirror.sweep(Instant::now());
            let connections = self.shared.connections.load(Ordering::Relaxed);
            if self.shared.shutdown.is_cancelled() && connections == 0 {
                return;
            }
        }
    }
}
