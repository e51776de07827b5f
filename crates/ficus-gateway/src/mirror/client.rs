//! The copies' own client: a few kept connections per core and upstream, and one attempt per copy.
//!
//! It shares nothing with what serves: no connection, no count, no ejection. A connection goes back only after
//! a whole answer whose end two readers would agree on.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ficus_model::comparison::Uncompared;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;

use super::copy::{Copy, Pieces};
use crate::budget::{Charge, Kept, NotKept};
use crate::comparing::Whole;
use crate::connect::Connector;
use crate::origin::Origin;
use crate::pool::Pool;

/// Sends the copies of one core.
pub(super) struct Client {
    pool: Pool<Pieces>,
    connector: Rc<Connector>,
}

impl Client {
    /// A client that keeps unused connections for `keep`.
    pub(super) fn new(keep: Duration, connector: Rc<Connector>) -> Self {
        Self { pool: Pool::new(keep), connector }
    }

    /// Closes connections that are old or already closed.
    pub(super) fn sweep(&self, now: Instant) {
        self.pool.sweep(now);
    }

    /// Sends a copy and reads its answer whole. Everything that can go wrong is a reason not to compare.
    pub(super) async fn exchange(&self, copy: &mut Copy) -> Result<Whole, Uncompared> {
        let began = Instant::now();
        let origin = Arc::clone(&copy.eligible.lane().service.origin);
        let (mut sender, response) = self.send(&origin, copy.request()).await?;
        let (head, body) = response.into_parts();
        let bytes_max = copy.eligible.lane().shadow.body_bytes_max;
        let body = read(body, bytes_max, &mut copy.charge).await?;
        let ambiguous = head.headers.contains_key(TRANSFER_ENCODING)
            && head.headers.contains_key(CONTENT_LENGTH);
        if !ambiguous && poll_fn(|task| sender.poll_ready(task)).await.is_ok() {
            self.pool.put(&origin, sender, Instant::now());
        }
        Ok(Whole {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.into_pieces(),
            latency: began.elapsed(),
        })
    }

    /// Sends a request on a kept connection or on a new one. A request that a kept connection gave back unsent was not
    /// sent, so the next connection is no retry.
    async fn send(
        &self,
        origin: &Arc<Origin>,
        mut request: Request<Pieces>,
    ) -> Result<(SendRequest<Pieces>, Response<Incoming>), Uncompared> {
        while let Some(mut sender) = self.pool.take(origin, Instant::now()) {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((sender, response)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(Uncompared::Reset),
                },
            }
        }
        let connected = self.connector.connect(origin).await;
        let mut sender = connected.map_err(|_| Uncompared::Connect)?;
        let response = sender.send_request(request).await.map_err(|_| Uncompared::Reset)?;
        Ok((sender, response))
    }
}

/// Reads a body to its end, up to the cap. What is not read to the end is never compared.
async fn read(
    mut body: Incoming,
    bytes_max: usize,
    charge: &mut Charge,
) -> Result<Kept, Uncompared> {
    let mut kept = Kept::default();
    while let Some(frame) = poll_fn(|task| Pin::new(&mut body).poll_frame(task)).await {
        let Ok(piece) = frame.map_err(|_| Uncompared::Reset)?.into_data() else { continue };
        kept.keep(&piece, bytes_max, charge).map_err(|not_kept| match not_kept {
            NotKept::OverCap => Uncompared::ReplyCap,
            NotKept::OverBudget => Uncompared::ByteBudget,
        })?;
    }
    Ok(kept)
}
