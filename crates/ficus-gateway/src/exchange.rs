//! One request from its admission to the end of its answer: what observe is told when it ends.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ficus_model::Side;
use ficus_model::boundary::Upstream;
use ficus_model::observation::Outcome;
use http::request::Parts;
use http::{Method, StatusCode, Uri};

use crate::arm::{Arm, Permit};
use crate::core::Core;
use crate::counters::SideCounters;
use crate::observe::{Finished, Opened};
use crate::peer::{Peer, UnderWay};
use crate::split::Assignment;
use crate::table::{RouteTable, Routed};

/// What is known of one request. Dropped without [`Exchange::finish`], it counts as given up by the client.
pub(crate) struct Exchange {
    /// The core it runs on.
    pub(crate) core: Rc<Core>,
    /// The table it was routed by; it keeps this one to its end.
    pub(crate) table: Arc<RouteTable>,
    /// The boundary and route that claim it.
    pub(crate) routed: Routed,
    /// The side it was assigned to; `None` when it was refused before that.
    pub(crate) assignment: Option<Assignment>,
    /// Its trace.
    pub(crate) opened: Opened,
    /// When its head was complete.
    pub(crate) began: Instant,
    /// The method, for the access log.
    pub(crate) method: Method,
    /// The target, for the access log and for examples.
    pub(crate) target: Uri,
    /// The status it was answered with, once known.
    pub(crate) status: Cell<Option<StatusCode>>,
    /// The answer is a stream: an event stream or an upgraded connection.
    pub(crate) streamed: Cell<bool>,
    /// Bytes of the request body so far.
    pub(crate) request_bytes: Cell<u64>,
    /// Bytes of the reply body so far.
    pub(crate) reply_bytes: Cell<u64>,
    /// The right to be under way on the arm.
    pub(crate) permit: Option<Permit>,
    ended: Cell<bool>,
    under_way: UnderWay,
}

impl Exchange {
    /// An exchange that begins now.
    pub(crate) fn begin(
        core: &Rc<Core>,
        under_way: UnderWay,
        opened: Opened,
        parts: &Parts,
    ) -> Self {
        Self {
            table: core.table.load(),
            core: Rc::clone(core),
            routed: Routed { lane: None, route: 0 },
            assignment: None,
            opened,
            began: Instant::now(),
            method: parts.method.clone(),
            target: parts.uri.clone(),
            status: Cell::new(None),
            streamed: Cell::new(false),
            request_bytes: Cell::new(0),
            reply_bytes: Cell::new(0),
            permit: None,
            ended: Cell::new(false),
            under_way,
        }
    }

    /// The client.
    pub(crate) fn peer(&self) -> &Rc<Peer> {
        self.under_way.peer()
    }

    /// The arm the request is on, once it is.
    pub(crate) fn arm(&self) -> Option<&Arc<Arm>> {
        self.permit.as_ref().map(Permit::arm)
    }

    /// The side, where a boundary claims the request.
    pub(crate) fn claimed_side(&self) -> Option<Side> {
        self.table.lane(self.routed)?;
        self.assignment.map(|assignment| assignment.side)
    }

    /// How long the reply's head may take.
    pub(crate) fn reply_timeout(&self) -> Duration {
        let unclaimed = self.core.shared.settings.times.unclaimed_reply;
        self.table.lane(self.routed).map_or(unclaimed, |lane| lane.limits.timeout)
    }

    /// The most bytes its body may have.
    pub(crate) fn request_bytes_max(&self) -> u64 {
        self.table.lane(self.routed).map_or(u64::MAX, |lane| lane.limits.request_bytes_max)
    }

    /// It was sent a second time, on a fresh connection.
    pub(crate) fn retried(&self) {
        if let Some(counters) = self.counters() {
            counters.retries.add(1);
        }
    }

    /// The answer is complete.
    pub(crate) fn finish_answered(&self) {
        let status = self.status.get().map_or(0, |status| status.as_u16());
        self.finish(Outcome::Answered(status));
    }

    /// The answer broke off, for which the arm is to blame.
    pub(crate) fn fail(&self, outcome: Outcome) {
        self.blame();
        self.finish(outcome);
    }

    /// The arm is to blame: no connection, no answer in time, a reset, or nonsense.
    pub(crate) fn blame(&self) {
        let Some(arm) = self.arm() else { return };
        if arm.failed(Instant::now()) {
            if let Some(counters) = self.counters() {
                counters.ejections.add(1);
            }
            let Upstream { host, port } = &arm.origin.upstream;
            tracing::warn!(host, port, "upstream ejected");
        }
    }

    /// The request has ended like this; only the first end counts.
    pub(crate) fn finish(&self, outcome: Outcome) {
        if !self.ended.replace(true) {
            self.core.observer.finished(&Finished {
                opened: self.opened,
                lane: self.table.lane(self.routed),
                live: self.table.live(self.routed),
                route: self.routed.route,
                assignment: self.assignment,
                method: &self.method,
                status: self.status.get(),
                outcome,
                latency: self.began.elapsed(),
                streamed: self.streamed.get(),
                request_bytes: self.request_bytes.get(),
                reply_bytes: self.reply_bytes.get(),
            });
        }
    }

    /// The counters of this core for the side it was assigned to, once it was.
    fn counters(&self) -> Option<&SideCounters> {
        let side = self.assignment.as_ref()?.side;
        self.core.observer.counters(self.table.live(self.routed), side)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // Unwinding, the gateway itself is to blame, and neither side nor client.
        let bug = std::thread::panicking();
        self.finish(if bug { Outcome::Shed } else { Outcome::ClientGone });
    }
}
