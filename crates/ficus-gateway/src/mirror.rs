//! The mirror: a copy of a safe request goes to the service, and its answer is compared with the monolith's.
//!
//! The copy can never hurt the request it was made of, because it has nothing in common with it but bytes:
//! - frames are kept as they pass, never collected before they are forwarded;
//! - the copy starts when the monolith's answer is whole, so the client has it by then; a half answer is never compared;
//! - it has its own connections, its own deadline, no retries, and tells no breaker and no statistic of live traffic;
//! - a core that is late for its own clock makes no copies until it has caught up (counted as `queue_full`);
//! - copies per boundary, copies per core, waiting copies and the bytes they hold are all bounded, and over a bound the
//!   newest copy is given up and counted.
//!
//! The calls come in this order: [`tap`] once per request; then, interleaved, the request's frames and the monolith's
//! reply. A tap that is dropped before both ends were seen counts as `aborted`. All calls are made on one core.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use ficus_model::Side;
use ficus_model::comparison::Uncompared;
use ficus_model::rollout::Stage;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::budget::{Charge, Kept, NotKept};
use crate::eligible::Eligible;
use crate::lane::Lane;
use crate::split::Assignment;
use crate::table::{RouteTable, Routed};

mod client;
mod copy;
mod queue;

pub(crate) use queue::{Lent, Mirror};

use copy::Copy;

/// Collects a request and the monolith's answer by reference.
#[derive(Clone)]
pub(crate) struct Tap(Rc<RefCell<Recording>>);

/// What a tap has collected so far. Without `eligible` it has given up, and collects nothing more.
struct Recording {
    mirror: Rc<Mirror>,
    eligible: Option<Eligible>,
    parts: Parts,
    request: Kept,
    request_whole: bool,
    reply: Option<(StatusCode, HeaderMap)>,
    reply_body: Kept,
    charge: Charge,
    began: Instant,
}

/// A tap for the request, when it is to be copied. `parts` are what the baseline is sent.
pub(crate) fn tap(
    table: &Arc<RouteTable>,
    routed: Routed,
    assignment: &Assignment,
    parts: &Parts,
    mirror: &Rc<Mirror>,
) -> Option<Tap> {
    let lane = table.lane(routed)?;
    if !mirrors(lane) {
        return None;
    }
    let eligible = Eligible::begin(lane, routed.route);
    if let Some(reason) = left_out(lane, assignment, parts, mirror) {
        eligible.uncompared(reason);
        return None;
    }
    let recording = Recording {
        mirror: Rc::clone(mirror),
        eligible: Some(eligible),
        parts: parts.clone(),
        request: Kept::default(),
        request_whole: false,
        reply: None,
        reply_body: Kept::default(),
        charge: Charge::on(mirror.budget()),
        began: Instant::now(),
    };
    Some(Tap(Rc::new(RefCell::new(recording))))
}

/// Whether the boundary's mirror is on.
fn mirrors(lane: &Lane) -> bool {
    lane.mirror.ppm() > 0 && lane.stage >= Stage::Shadow
}

/// Why a request is not even tapped.
fn left_out(
    lane: &Lane,
    assignment: &Assignment,
    parts: &Parts,
    mirror: &Mirror,
) -> Option<Uncompared> {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    if assignment.side == Side::Service {
        Some(Uncompared::ServedByService)
    } else if !lane.shadow.safe.iter().any(|pattern| pattern.matches(method, path)) {
        Some(Uncompared::Unsafe)
    } else if parts.headers.contains_key(UPGRADE) {
        Some(Uncompared::UpgradeOrStream)
    } else if !mirror.tosses(lane.mirror) {
        Some(Uncompared::SampledOut)
    } else if mirror.late() {
        Some(Uncompared::QueueFull)
    } else if length > lane.shadow.body_bytes_max {
        Some(Uncompared::BodyCap)
    } else {
        None
    }
}

impl Tap {
    /// A piece of the request body.
    pub(crate) fn request_frame(&self, piece: &Bytes) {
        let recording = &mut *self.0.borrow_mut();
        let Some(eligible) = &recording.eligible else { return };
        let bytes_max = eligible.lane().shadow.body_bytes_max;
        let kept = recording.request.keep(piece, bytes_max, &mut recording.charge);
        recording.check(kept, Uncompared::BodyCap);
    }

    /// The request was read whole.
    pub(crate) fn request_end(&self) {
        self.0.borrow_mut().request_whole = true;
    }

    /// The head of the baseline's reply.
    pub(crate) fn reply_head(&self, status: StatusCode, headers: &HeaderMap) {
        let recording = &mut *self.0.borrow_mut();
        let events = headers.get(CONTENT_TYPE).is_some_and(|media_type| {
            media_type.as_bytes().to_ascii_lowercase().starts_with(b"text/event-stream")
        });
        if events || status == StatusCode::SWITCHING_PROTOCOLS {
            recording.give_up(Uncompared::UpgradeOrStream);
        } else if recording.eligible.is_some() {
            recording.reply = Some((status, headers.clone()));
        }
    }

    /// A piece of the baseline's reply body.
    pub(crate) fn reply_frame(&self, piece: &Bytes) {
        let recording = &mut *self.0.borrow_mut();
        let Some(eligible) = &recording.eligible else { return };
        let bytes_max = eligible.lane().shadow.body_bytes_max;
        let kept = recording.reply_body.keep(piece, bytes_max, &mut recording.charge);
        recording.check(kept, Uncompared::ReplyCap);
    }

    /// The baseline's reply is whole: the copy may start. A request that was answered before it was read whole, or an
    /// answer without a head, is none that the candidate could be asked for.
    pub(crate) fn reply_end(&self) {
        let recording = &mut *self.0.borrow_mut();
        if !recording.request_whole {
            recording.give_up(Uncompared::Aborted);
            return;
        }
        let (Some(eligible), Some(reply)) = (recording.eligible.take(), recording.reply.take())
        else {
            return;
        };
        let copy = Copy::of(recording, eligible, reply);
        recording.mirror.submit(copy);
    }

    /// The reply is an upgrade or an endless stream: nothing to compare.
    pub(crate) fn streams(&self) {
        self.0.borrow_mut().give_up(Uncompared::UpgradeOrStream);
    }
}

impl Recording {
    /// Gives the copy up when a piece did not fit.
    fn check(&mut self, kept: Result<(), NotKept>, over_cap: Uncompared) {
        match kept {
            Ok(()) => {}
            Err(NotKept::OverCap) => self.give_up(over_cap),
            Err(NotKept::OverBudget) => self.give_up(Uncompared::ByteBudget),
        }
    }

    /// Counts the request under a reason and lets go of everything held for it.
    fn give_up(&mut self, reason: Uncompared) {
        if let Some(eligible) = self.eligible.take() {
            eligible.uncompared(reason);
            self.request = Kept::default();
            self.reply_body = Kept::default();
            self.charge = Charge::on(self.mirror.budget());
        }
    }
}
