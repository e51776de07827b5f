//! Answers are compared on threads of their own, never on a data thread.
//!
//! A comparison of two bodies of 64 KiB takes a fraction of a millisecond: on a core that serves requests, everybody
//! behind it would wait that long. So a finished pair is handed over through a bounded queue; when the comparing
//! threads are behind, the newest pair is dropped and counted as `compare_shed`.

use std::borrow::Cow;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ficus_compare::{Answer, HashKey, redact_request_line};
use ficus_model::comparison::{Compared, Comparison, Uncompared};
use http::{HeaderMap, Method};

use crate::budget::Charge;
use crate::eligible::Eligible;
use crate::sentinel::Report;
use crate::trace::TraceId;
use crate::{threads, wall};

/// Pairs that wait for a comparing thread.
const PAIRS_MAX: usize = 512;

/// Two whole answers to the same request.
#[derive(Debug)]
pub(crate) struct Pair {
    /// The request, to be accounted for.
    pub(crate) eligible: Eligible,
    /// Its method.
    pub(crate) method: Method,
    /// Its target.
    pub(crate) target: String,
    /// Its trace.
    pub(crate) trace: TraceId,
    /// What the monolith answered.
    pub(crate) baseline: Whole,
    /// What the service answered.
    pub(crate) candidate: Whole,
    /// The bytes both hold.
    pub(crate) charge: Charge,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Whole {
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body, as it came.
    pub(crate) body: Vec<Bytes>,
    /// From the request's head to the end of the answer.
    pub(crate) latency: Duration,
}

/// Starts the comparing threads.
pub(crate) fn start(count: usize, ring: &SyncSender<Report>) -> SyncSender<Pair> {
    let (pairs, queue) = sync_channel(PAIRS_MAX);
    let queue = Arc::new(Mutex::new(queue));
    let key = HashKey::from_bytes(random_key());
    for _ in 0..count {
        let (queue, ring) = (Arc::clone(&queue), ring.clone());
        threads::start("compare", move || compare_all(&queue, &ring, &key));
    }
    pairs
}

/// Hands a pair over, or counts it as shed.
pub(crate) fn submit(pairs: &SyncSender<Pair>, pair: Pair) {
    if let Err(TrySendError::Full(pair) | TrySendError::Disconnected(pair)) = pairs.try_send(pair) {
        pair.eligible.uncompared(Uncompared::CompareShed);
    }
}

/// Compares until nobody can send any more. The lock is held only while waiting for a pair.
fn compare_all(queue: &Mutex<Receiver<Pair>>, ring: &SyncSender<Report>, key: &HashKey) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(pair) => compare(pair, ring, key),
            Err(_) => return,
        }
    }
}

/// Compares one pair and accounts for it. Of answers that match no example is kept: nobody would look at it.
fn compare(pair: Pair, ring: &SyncSender<Report>, key: &HashKey) {
    let lane = Arc::clone(pair.eligible.lane());
    let (route, at) = (pair.eligible.route(), wall::now());
    let text = lane.route(route);
    let compared = {
        let (baseline, candidate) = (Joined::new(&pair.baseline), Joined::new(&pair.candidate));
        let (left, right) = (baseline.headers(), candidate.headers());
        let (left, right) = (baseline.answer(&left), candidate.answer(&right));
        ficus_compare::compare(&left, &right, &lane.rules, text, at, key)
    };
    let Ok(comparison) = compared else {
        pair.eligible.uncompared(Uncompared::Undecodable);
        return;
    };
    let (request, trace) = match &comparison {
        Comparison::Match => (String::new(), None),
        Comparison::Ignored(_) | Comparison::Mismatch(_) => {
            let method = pair.method.as_str();
            let request = redact_request_line(method, &pair.target, &lane.rules, key);
            (request, Some(pair.trace.to_string()))
        }
    };
    let report = Report::Compared(
        Arc::clone(&lane),
        Compared {
            at,
            route,
            status: pair.baseline.status,
            request,
            trace,
            comparison: comparison.clone(),
            baseline_latency: pair.baseline.latency,
            candidate_latency: pair.candidate.latency,
        },
    );
    account(pair.eligible, &comparison, ring.try_send(report).is_ok());
    drop(pair.charge);
}

/// A comparison that never reaches the judges is no evidence, so it is counted as shed.
fn account(eligible: Eligible, comparison: &Comparison, reported: bool) {
    if reported {
        eligible.compared(comparison);
    } else {
        eligible.uncompared(Uncompared::CompareShed);
    }
}

/// An answer with its body in one piece.
struct Joined<'whole> {
    whole: &'whole Whole,
    body: Cow<'whole, [u8]>,
}

impl<'whole> Joined<'whole> {
    fn new(whole: &'whole Whole) -> Self {
        let body = match whole.body.as_slice() {
            [] => Cow::Borrowed(&[][..]),
            [piece] => Cow::Borrowed(piece.as_ref()),
            pieces => Cow::Owned(pieces.concat()),
        };
        Self { whole, body }
    }

    fn headers(&self) -> Vec<(&str, &[u8])> {
        let lines = self.whole.headers.iter();
        lines.map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
    }

    fn answer<'this>(&'this self, headers: &'this [(&'this str, &'this [u8])]) -> Answer<'this> {
        Answer { status: self.whole.status, headers, body: &self.body }
    }
}

/// A key from the operating system; where it has no randomness, the pairs are hashed under a key that is known.
fn random_key() -> [u8; 16] {
    let mut key = [0; 16];
    if let Err(error) = getrandom::fill(&mut key) {
        tracing::error!(error = %error, "the comparison's key is not random");
    }
    key
}

#[cfg(test)]
mod tests;
