//! One client connection: hyper over the guarded socket, its clock, and its end.

mod watch;

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::core::Core;
use crate::framing;
use crate::guard::{Guard, Signals};
use crate::peer::Peer;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::request;
use watch::{Watch, Watched};

/// Bytes of a client that hyper may buffer; more than the longest head, which is never seen in part.
const READ_BYTES_MAX: usize = 2 * framing::HEAD_BYTES_MAX;

/// Serves one client until it leaves, its time runs out, or the drain closes it.
pub(crate) async fn serve(core: Rc<Core>, stream: TcpStream, address: SocketAddr, place: Place) {
    let signals = Arc::new(Signals::default());
    let clock = core.alarms.alarm();
    let peer = Rc::new(Peer::new(text_of(address), Arc::clone(&signals), core.alarms.alarm()));
    let guard = TokioIo::new(Guard::new(stream, signals));
    let (client, served_by) = (&peer, &core);
    let service = service_fn(|request| async move {
        Ok::<_, Infallible>(request::serve(request, client, served_by).await)
    });
    let connection = http1::Builder::new()
        .auto_date_header(false)
        .title_case_headers(true)
        .header_read_timeout(None)
        .max_buf_size(READ_BYTES_MAX)
        .serve_connection(guard, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut known = false;
    let mut watched = Watched::new(clock, &core);
    let ended = poll_fn(|task| {
        if !std::mem::replace(&mut known, true) {
            peer.signals.remember(task.waker());
        }
        loop {
            if watched.begins_drain() {
                connection.as_mut().graceful_shutdown();
            }
            if let Poll::Ready(ended) = connection.as_mut().poll(task) {
                return Poll::Ready(Some(ended));
            }
            match watched.poll(&peer, task) {
                Watch::Goes => return Poll::Pending,
                Watch::Again => {}
                Watch::Over => return Poll::Ready(None),
            }
        }
    });
    match ended.await {
        Some(Err(error)) if error.is_parse() => core.counts.refused(Refusal::Malformed),
        Some(Err(error)) => tracing::trace!(error = %error, "client connection ended"),
        Some(Ok(())) => {}
        None => tracing::debug!("client took no more of its answer"),
    }
    drop(place);
}

fn text_of(address: SocketAddr) -> HeaderValue {
    HeaderValue::try_from(address.ip().to_canonical().to_string())
        .unwrap_or(HeaderValue::from_static("unknown"))
}
