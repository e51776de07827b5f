//! One request, from its head to its answer: the chart of the data plane as code, to be read top to bottom.
//!
//! `admit → route → authorise → split → forward → mirror → observe`. The last two act while and after the bodies pass:
//! the mirror's tap is opened before the request is sent, because it watches the frames go by, and its copy starts
//! only when the request has been read whole; observe is told when the answer has ended (see [`Exchange`]).

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::upgrade::OnUpgrade;

use crate::admit::{self, Admitted};
use crate::arm::{Arm, Closed};
use crate::authorise::authorise;
use crate::core::Core;
use crate::exchange::Exchange;
use crate::forward::{Reply, forward};
use crate::interim;
use crate::isolate::{Panicked, isolate};
use crate::mirror::{self, Tap};
use crate::observe::Opened;
use crate::peer::{Peer, UnderWay};
use crate::refusal::Refusal;
use crate::reply;
use crate::reply_body::{PassingReply, ReplyBody};
use crate::request_body::{Progress, RequestBody};
use crate::respond;
use crate::split;
use crate::table;
use crate::upgrade;

/// Serves one request. A panic on its path ends this request only: the client is told the trace.
pub(crate) async fn serve(
    request: Request<Incoming>,
    peer: &Rc<Peer>,
    core: &Rc<Core>,
) -> Response<ReplyBody> {
    let opened = Cell::new(None);
    let served = isolate(serve_in(request, peer, core, &opened)).await;
    served.unwrap_or_else(|Panicked| failed(core, opened.get()))
}

fn failed(core: &Core, opened: Option<Opened>) -> Response<ReplyBody> {
    let refusal = Refusal::Bug;
    core.counts.refused(refusal);
    let opened = opened.unwrap_or_else(|| core.observer.open(&http::HeaderMap::new()));
    respond::problem(refusal, &opened, true)
}

async fn serve_in(
    mut request: Request<Incoming>,
    peer: &Rc<Peer>,
    core: &Rc<Core>,
    opened: &Cell<Option<Opened>>,
) -> Response<ReplyBody> {
    let number = peer.requests.get() + 1;
    peer.requests.set(number);
    let upgrades = peer.signals.asks_upgrade(number);
    let client = upgrades.then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let has_body = !body.is_end_stream();
    let trace = core.observer.open(&parts.headers);
    opened.set(Some(trace));
    let under_way = UnderWay::begin(peer);
    let mut exchange = Box::new(Exchange::begin(core, under_way, trace, &parts));
    let passed = pass(parts, body, &mut exchange, number).await;
    // What the client sends behind a request for an upgrade must never be read as a request.
    let closes = has_body || upgrades;
    match passed {
        Ok(passed) => passed.answer(exchange, client, upgrades),
        Err(refusal) => respond::refuse(&exchange, refusal, closes),
    }
}

/// A reply whose head may go to the client.
struct Passed {
    response: Response<Incoming>,
    reply: reply::Cleaned,
    sender: SendRequest<RequestBody>,
    tap: Option<Tap>,
}

/// The path itself, up to the head of the reply.
async fn pass(
    mut parts: Parts,
    body: Incoming,
    exchange: &mut Exchange,
    number: u64,
) -> Result<Passed, Refusal> {
    let admitted = admit::admit(&mut parts, exchange.peer(), number)?;
    exchange.target = parts.uri.clone();
    exchange.routed = table::route(&exchange.table, &parts);
    authorise(&exchange.table, exchange.routed, &parts, admitted.length)?;
    let coin = || exchange.core.observer.toss();
    let assignment = split::assign(&exchange.table, exchange.routed, &parts, coin);
    let arm = enter(exchange, assignment)?;
    exchange.opened.inject(&mut parts.headers, exchange.claimed_side());
    let tap = tap(exchange, &parts, admitted);
    let progress = Rc::new(Progress::up_to(exchange.request_bytes_max()));
    let body = RequestBody::new(body, exchange.peer(), tap.clone(), &progress);
    let mut request = Request::from_parts(parts, body);
    name_host(&mut request, &arm);
    if !admitted.old {
        interim::pass(&mut request, &exchange.peer().signals, &exchange.core.counts, number);
    }
    let reply = forward(request, exchange, &arm, &progress).await;
    exchange.peer().signals.awaits(0);
    accept(reply?, tap, admitted, exchange, &arm)
}

/// Notes the assignment and takes a place on the arm of the assigned side, before any of the body is read.
fn enter(exchange: &mut Exchange, assignment: split::Assignment) -> Result<Arc<Arm>, Refusal> {
    exchange.assignment = Some(assignment);
    if let Some(lane) = exchange.table.lane(exchange.routed) {
        exchange.core.observer.assigned(lane, &assignment);
    }
    let arm = Arc::clone(exchange.table.arm(exchange.routed, assignment.side));
    let permit = arm.enter(exchange.began).map_err(|closed| match closed {
        Closed::Full => Refusal::InFlight,
        Closed::Ejected => Refusal::Ejected,
    })?;
    exchange.permit = Some(permit);
    Ok(arm)
}

/// The mirror's tap; there is nothing to copy of an upgraded connection.
fn tap(exchange: &Exchange, parts: &Parts, admitted: Admitted) -> Option<Tap> {
    let assignment = exchange.assignment.as_ref()?;
    let tap =
        mirror::tap(&exchange.table, exchange.routed, assignment, parts, &exchange.core.mirror)?;
    if admitted.upgrade {
        tap.streams();
        return None;
    }
    Some(tap)
}

/// A client of HTTP/1.0 may have named no host; the upstream is spoken to in HTTP/1.1.
fn name_host(request: &mut Request<RequestBody>, arm: &Arm) {
    if !request.headers().contains_key(header::HOST) {
        request.headers_mut().insert(header::HOST, arm.origin.authority.clone());
    }
}

/// Looks at the reply's head before anything of it reaches the client.
fn accept(
    reply: Reply,
    tap: Option<Tap>,
    admitted: Admitted,
    exchange: &Exchange,
    arm: &Arm,
) -> Result<Passed, Refusal> {
    let (mut head, body) = reply.response.into_parts();
    let cleaned = reply::clean(&mut head, admitted.upgrade).inspect_err(|_nonsense| {
        exchange.blame();
    })?;
    arm.answered();
    exchange.status.set(Some(head.status));
    exchange.streamed.set(cleaned.stream);
    if let Some(tap) = &tap {
        tap.reply_head(head.status, &head.headers);
        if cleaned.stream {
            tap.streams();
        }
    }
    let response = Response::from_parts(head, body);
    Ok(Passed { response, reply: cleaned, sender: reply.sender, tap })
}

impl Passed {
    /// The answer: an upgraded connection, or a body that ends the exchange when it ends.
    fn answer(
        self,
        exchange: Box<Exchange>,
        client: Option<OnUpgrade>,
        upgrades: bool,
    ) -> Response<ReplyBody> {
        if self.response.status() == StatusCode::SWITCHING_PROTOCOLS
            && let Some(client) = client
        {
            return upgrade::grant(client, self.response, exchange);
        }
        let (mut head, body) = self.response.into_parts();
        if upgrades {
            head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let idle = exchange.core.shared.settings.times.reply_body_idle;
        let idle = (!self.reply.stream).then_some(idle);
        let sender = (!self.reply.poisoned).then_some(self.sender);
        let passing = PassingReply::new(body, exchange, self.tap, sender, idle);
        Response::from_parts(head, ReplyBody::Passing(passing))
    }
}
