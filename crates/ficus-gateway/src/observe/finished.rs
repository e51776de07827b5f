//! What observe is told of a request that has ended, and what becomes of it on the way out.

use std::sync::Arc;
use std::time::Duration;

use ficus_model::Time;
use ficus_model::observation::{Observation, Outcome};
use http::{Method, StatusCode};

use super::Opened;
use crate::access_log::LogLine;
use crate::lane::{Lane, Live};
use crate::otlp::Span;
use crate::split::Assignment;

/// A request whose answer is complete or given up. It is looked at and not kept.
pub(crate) struct Finished<'exchange> {
    /// Its trace.
    pub(crate) opened: Opened,
    /// The boundary; `None` where none claims it.
    pub(crate) lane: Option<&'exchange Arc<Lane>>,
    /// Where it is counted.
    pub(crate) live: &'exchange Live,
    /// Index of the route.
    pub(crate) route: u16,
    /// The side it was assigned to; `None` when it was refused before that.
    pub(crate) assignment: Option<Assignment>,
    /// The method.
    pub(crate) method: &'exchange Method,
    /// The status the client got.
    pub(crate) status: Option<StatusCode>,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) latency: Duration,
    /// The answer is a stream.
    pub(crate) streamed: bool,
    /// Bytes of the request body.
    pub(crate) request_bytes: u64,
    /// Bytes of the reply body.
    pub(crate) reply_bytes: u64,
}

impl Finished<'_> {
    /// What judges are told of it.
    pub(super) fn observation(&self, assignment: &Assignment, at: Time) -> Observation {
        Observation {
            at,
            key: assignment.key,
            assigned: assignment.assigned,
            route: self.route,
            side: assignment.side,
            weight: assignment.weight,
            outcome: self.outcome,
            latency: self.latency,
            streamed: self.streamed,
        }
    }

    /// Its span.
    pub(super) fn span(&self, ended: Time) -> Span {
        Span {
            context: *self.opened.context(),
            copy_of: None,
            lane: self.lane.map(Arc::clone),
            route: self.route,
            side: self.assignment.map(|assignment| assignment.side),
            assigned: self.assignment.map(|assignment| assignment.assigned),
            method: self.method.clone(),
            status: self.status.map(|status| status.as_u16()),
            outcome: self.outcome,
            ended,
            latency: self.latency,
        }
    }

    /// Its line in the access log.
    pub(super) fn line(&self, ended: Time) -> LogLine {
        LogLine {
            ended,
            context: *self.opened.context(),
            lane: self.lane.map(Arc::clone),
            route: self.route,
            side: self.assignment.map(|assignment| assignment.side),
            method: self.method.clone(),
            status: self.status,
            outcome: self.outcome,
            latency: self.latency,
            request_bytes: self.request_bytes,
            reply_bytes: self.reply_bytes,
        }
    }
}
