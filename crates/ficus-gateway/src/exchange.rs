//! One request from its admission to the end of its answer: what observe is told when it ends.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use ficus_model::observation::Outcome;
use http::{Method, StatusCode, Uri};

use crate::arm::Permit;
use crate::core::Core;
use crate::observe::{self, Opened};
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
    /// When the reply's head came.
    pub(crate) answered: Cell<Option<Instant>>,
    /// The right to be under way on the arm.
    pub(crate) permit: Option<Permit>,
    ended: Cell<bool>,
}

impl Exchange {
    /// An exchange that begins now.
    pub(crate) fn begin(core: &Rc<Core>, opened: Opened, method: Method, target: Uri) -> Self {
        Self {
            core: Rc::clone(core),
            table: core.table(),
            routed: Routed { lane: None, route: 0 },
            assignment: None,
            opened,
            began: Instant::now(),
            method,
            target,
            status: Cell::new(None),
            streamed: Cell::new(false),
            request_bytes: Cell::new(0),
            reply_bytes: Cell::new(0),
            answered: Cell::new(None),
            permit: None,
            ended: Cell::new(false),
        }
    }

    /// The request has ended like this; only the first end counts.
    pub(crate) fn finish(&self, outcome: Outcome) {
        if !self.ended.replace(true) {
            observe::finished(self, outcome);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.finish(Outcome::ClientGone);
    }
}
