//! A program that answers HTTP, as all cores see it: its name, its addresses, its number.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use ficus_model::boundary::Upstream;
use http::HeaderValue;

/// An upstream, shared by all arms and cores that use it.
#[derive(Debug)]
pub(crate) struct Origin {
    /// As it was configured.
    pub(crate) upstream: Upstream,
    /// Its place in the pools of every core; never reused.
    pub(crate) ordinal: usize,
    /// `host:port`, for requests of clients that named no host.
    pub(crate) authority: HeaderValue,
    /// Where it was last found; kept when a later look-up fails.
    pub(crate) addresses: ArcSwap<Vec<SocketAddr>>,
    /// When its name was looked up last.
    pub(crate) looked_up: Mutex<Option<Instant>>,
}

/// Every upstream this gateway ever used, so that a reload finds the same one again.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    known: Mutex<Vec<Arc<Origin>>>,
}

impl Origins {
    /// The origin of an upstream; the same one for equal upstreams.
    pub(crate) fn of(&self, upstream: &Upstream) -> Arc<Origin> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(origin) = known.iter().find(|origin| origin.upstream == *upstream) {
            return Arc::clone(origin);
        }
        let origin = Arc::new(Origin::new(upstream.clone(), known.len()));
        known.push(Arc::clone(&origin));
        origin
    }
}

impl Origin {
    fn new(upstream: Upstream, ordinal: usize) -> Self {
        let authority = format!("{}:{}", upstream.host, upstream.port);
        let authority =
            HeaderValue::try_from(authority).unwrap_or(HeaderValue::from_static("upstream"));
        let addresses = ArcSwap::from_pointee(Vec::new());
        Self { upstream, ordinal, authority, addresses, looked_up: Mutex::new(None) }
    }
}
