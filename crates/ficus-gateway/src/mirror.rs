//! Placeholder: a copy of a safe request goes to the candidate.
//!
//! The calls come in this order: [`tap`] once per request; then, interleaved, the request's frames and the baseline's
//! reply. A tap that is dropped before both ends were seen is abandoned. All calls are made on the core's own thread.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::core::Core;
use crate::split::Assignment;
use crate::table::{RouteTable, Routed};

/// Collects a request and the baseline's answer by reference.
#[derive(Clone)]
pub(crate) struct Tap(Rc<()>);

/// A tap for the request, when it is to be copied. `parts` are what the baseline is sent.
pub(crate) fn tap(
    _table: &Arc<RouteTable>,
    _routed: Routed,
    _assignment: &Assignment,
    _parts: &Parts,
    _core: &Rc<Core>,
) -> Option<Tap> {
    None
}

impl Tap {
    /// A piece of the request body.
    pub(crate) fn request_frame(&self, _piece: &Bytes) {}
    /// The request was read whole: the copy may start.
    pub(crate) fn request_end(&self) {}
    /// The head of the baseline's reply.
    pub(crate) fn reply_head(&self, _status: StatusCode, _headers: &HeaderMap) {}
    /// A piece of the baseline's reply body.
    pub(crate) fn reply_frame(&self, _piece: &Bytes) {}
    /// The baseline's reply is whole.
    pub(crate) fn reply_end(&self) {}
    /// The reply is an upgrade or an endless stream: nothing to compare.
    pub(crate) fn streams(&self) {}
}
