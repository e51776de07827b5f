//! Sends a request to the arm it was assigned to and waits for the head of the reply.
//!
//! A connection of the pool may have been closed by the upstream while the request was on its way to it. Then, and
//! only then, the request is sent a second time: on a fresh connection to the same upstream, if hyper gave it back
//! unsent, or if it has no body, its method is idempotent and no byte of a reply was seen. Never to the other side,
//! never twice, and no more than a tenth of all requests.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use http::{HeaderMap, Method, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::SendRequest;

use crate::arm::Arm;
use crate::connect::ConnectError;
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::request_body::{Progress, RequestBody};
use crate::retries::RetryBudget;
use crate::timer::Alarm;

/// The head of a reply, with the connection its body comes from.
pub(crate) struct Reply {
    /// What the upstream answered.
    pub(crate) response: Response<Incoming>,
    /// Where its body comes from.
    pub(crate) sender: SendRequest<RequestBody>,
}

/// Why there is no reply.
enum Failure {
    Connect(ConnectError),
    Exchange(hyper::Error),
    TimedOut,
}

/// What it takes to send a request without a body again.
struct Spare {
    method: Method,
    target: Uri,
    headers: HeaderMap,
}

/// Sends the request and waits for the reply's head, no longer than the boundary allows.
pub(crate) async fn forward(
    request: Request<RequestBody>,
    exchange: &Exchange,
    arm: &Arm,
    progress: &Progress,
) -> Result<Reply, Refusal> {
    let alarm = &exchange.peer().alarm;
    alarm.set(exchange.began + exchange.reply_timeout());
    let attempt = within(alarm, send_safely(request, exchange, arm)).await;
    exchange.request_bytes.set(progress.bytes.get());
    let failure = match attempt {
        Some(Ok(reply)) => return Ok(reply),
        Some(Err(failure)) => failure,
        None => Failure::TimedOut,
    };
    if let Some(refusal) = progress.broken.get() {
        return Err(refusal);
    }
    exchange.blame();
    Err(failure.refusal())
}

/// Ready with `None` when the alarm rings first.
async fn within<T>(alarm: &Alarm, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|task| match work.as_mut().poll(task) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => alarm.poll_rung(task).map(|()| None),
    })
    .await
}

/// Sends on a connection of the pool, if there is one, and once more on a fresh one if that is safe.
async fn send_safely(
    request: Request<RequestBody>,
    exchange: &Exchange,
    arm: &Arm,
) -> Result<Reply, Failure> {
    let core = &exchange.core;
    core.retries.earn();
    let mut request = request;
    if let Some(sender) = core.pool.take(&arm.origin, exchange.began) {
        let spare = Spare::of(&request);
        match send(sender, request).await {
            Ok(reply) => return Ok(reply),
            Err(failed) => request = again(failed, spare, &core.retries)?,
        }
        exchange.retried();
    }
    let sender = core.connector.connect(&arm.origin).await.map_err(Failure::Connect)?;
    send(sender, request).await.map_err(|failed| Failure::Exchange(failed.into_error()))
}

async fn send(
    mut sender: SendRequest<RequestBody>,
    request: Request<RequestBody>,
) -> Result<Reply, Box<TrySendError<Request<RequestBody>>>> {
    match sender.try_send_request(request).await {
        Ok(response) => Ok(Reply { response, sender }),
        Err(failed) => Err(Box::new(failed)),
    }
}

/// The request to send again, if that is safe and affordable.
fn again(
    mut failed: Box<TrySendError<Request<RequestBody>>>,
    spare: Option<Spare>,
    retries: &RetryBudget,
) -> Result<Request<RequestBody>, Failure> {
    let unsent = failed.take_message();
    let unanswered = failed.error().is_incomplete_message()
        || failed.error().is_canceled()
        || reset(failed.error());
    let request = unsent.or_else(|| spare.filter(|_| unanswered).and_then(Spare::into_request));
    match request {
        Some(request) if retries.spend() => Ok(request),
        _ => Err(Failure::Exchange(failed.into_error())),
    }
}

/// Whether the socket itself failed, before a reply could be read from it.
fn reset(error: &hyper::Error) -> bool {
    error.source().is_some_and(<dyn Error>::is::<std::io::Error>)
}

impl Failure {
    fn refusal(&self) -> Refusal {
        match self {
            Self::Connect(error) => {
                tracing::debug!(error = %error, "upstream not connected");
                Refusal::Connect
            }
            Self::Exchange(error) if error.is_parse() => Refusal::BadReply,
            Self::Exchange(_) => Refusal::Reset,
            Self::TimedOut => Refusal::Timeout,
        }
    }
}

impl Spare {
    /// What is kept of a request that may be sent again. The copies are reference counts and one small table.
    fn of(request: &Request<RequestBody>) -> Option<Self> {
        let repeatable =
            matches!(request.body(), RequestBody::Empty) && request.method().is_idempotent();
        repeatable.then(|| Self {
            method: request.method().clone(),
            target: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    fn into_request(self) -> Option<Request<RequestBody>> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.target)
            .body(RequestBody::Empty)
            .ok()?;
        *request.headers_mut() = self.headers;
        Some(request)
    }
}

#[cfg(test)]
mod tests;
