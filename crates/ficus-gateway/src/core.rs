//! What one core owns, and what all cores share.
//!
//! Everything a request touches lives in [`Core`] and is used by one thread only: no locks, no reference counts shared
//! between threads. [`Shared`] is what control and other cores see: the table, swapped whole, and a few atomics.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arc_swap::{ArcSwap, Cache};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::body::RequestBody;
use crate::counts::PathCounts;
use crate::lane::LaneSettings;
use crate::observe::{CoreObserver, SharedObserver};
use crate::origin::Origins;
use crate::pool::Pool;
use crate::retries::RetryBudget;
use crate::settings::GatewaySettings;
use crate::table::RouteTable;
use crate::tasks::Tasks;
use crate::timer::Alarms;

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
    pub(crate) observer: CoreObserver,
    /// Connections to upstreams that wait for their next request.
    pub(crate) pool: Pool<RequestBody>,
    /// The deadlines of this core.
    pub(crate) alarms: Rc<Alarms>,
    /// Client connections of this core that are open, upgraded ones among them.
    pub(crate) open: Cell<usize>,
    /// Notified when one of them has closed.
    pub(crate) closed: Notify,
    /// What may still be retried.
    pub(crate) retries: RetryBudget,
    /// Tasks this core has spawned.
    pub(crate) tasks: Tasks,
    table: RefCell<Cache<Arc<ArcSwap<RouteTable>>, Arc<RouteTable>>>,
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
        Rc::new(Self {
            shared: Arc::clone(shared),
            counts: shared.counts.get(worker).map(Arc::clone).unwrap_or_default(),
            observer: CoreObserver::new(shared, worker),
            pool: Pool::new(shared.settings.times.upstream_idle),
            alarms: Rc::new(Alarms::default()),
            open: Cell::new(0),
            closed: Notify::new(),
            retries: RetryBudget::default(),
            tasks: Tasks::default(),
            table: RefCell::new(Cache::new(Arc::clone(&shared.table))),
        })
    }

    /// The present table. A request keeps the one it began with.
    pub(crate) fn table(&self) -> Arc<RouteTable> {
        Arc::clone(self.table.borrow_mut().load())
    }
}
