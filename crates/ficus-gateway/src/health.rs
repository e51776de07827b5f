//! Whether the gateway works, with its dependencies.
//!
//! *Live* says that the process answers; *ready* that it should be sent requests: it has a table, it is not draining,
//! and the monolith, where everything goes that no boundary claims, can be reached. A service that can not be reached
//! is shown and makes nothing unready, because its boundary has a side that answers. A control plane that is lost makes
//! nothing unready either: the gateway goes on with the table it has, which is what it is for.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use ficus_model::Time;
use ficus_model::boundary::Upstream;

use crate::table::RouteTable;
use crate::threads;

/// Time between two rounds of probes.
const PROBE_INTERVAL: Duration = Duration::from_secs(2);
/// Longest wait for a probe's connection.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// Whether the gateway works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether it should be sent requests.
    pub ready: bool,
    /// Whether it is about to stop.
    pub draining: bool,
    /// Generation of the table in use.
    pub generation: u64,
    /// When control last applied a table, the one it was started with included. Old is not unhealthy: control speaks
    /// only when something is to change.
    pub control_seen: Time,
    /// The programs it depends on, the monolith first.
    pub dependencies: Vec<Dependency>,
}

/// A program the gateway depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// What it is to the gateway: `monolith`, or a boundary's name.
    pub name: String,
    /// Where it is.
    pub upstream: Upstream,
    /// Whether a connection could be made when it was last tried; `None` before that.
    pub reachable: Option<bool>,
    /// Whether live requests are turned away from it at present, because it failed too often in a row.
    pub ejected: bool,
}

/// What probing has found, upstream by upstream, and how to stop it.
#[derive(Debug)]
pub(crate) struct Probes {
    found: Arc<Mutex<Vec<(Upstream, bool)>>>,
    /// Dropped to end the probing.
    _running: SyncSender<()>,
}

impl Probes {
    /// Starts probing the upstreams of whatever table is in use.
    pub(crate) fn start(table: &Arc<ArcSwap<RouteTable>>) -> Self {
        let found = Arc::<Mutex<Vec<(Upstream, bool)>>>::default();
        let (running, stopped) = sync_channel(1);
        let (table, results) = (Arc::clone(table), Arc::clone(&found));
        threads::start("probes", move || probe(&table, &results, &stopped));
        Self { found, _running: running }
    }

    fn reachable(&self, upstream: &Upstream) -> Option<bool> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.iter().find(|(known, _)| known == upstream).map(|(_, reachable)| *reachable)
    }
}

/// Reads the health of the gateway.
pub(crate) fn read(table: &RouteTable, probes: &Probes, draining: bool) -> Health {
    let monolith = dependency("monolith", &table.fallback.origin.upstream, probes, false);
    let reachable = monolith.reachable.unwrap_or(false);
    let services = table.lanes.iter().map(|lane| {
        let ejected = lane.service.shows_ejected();
        dependency(lane.name.as_str(), &lane.service.origin.upstream, probes, ejected)
    });
    Health {
        ready: reachable && !draining,
        draining,
        generation: table.snapshot.generation,
        control_seen: table.compiled,
        dependencies: std::iter::once(monolith).chain(services).collect(),
    }
}

fn dependency(name: &str, upstream: &Upstream, probes: &Probes, ejected: bool) -> Dependency {
    let reachable = probes.reachable(upstream);
    Dependency { name: name.to_owned(), upstream: upstream.clone(), reachable, ejected }
}

/// Probes until the gateway is gone.
fn probe(
    table: &ArcSwap<RouteTable>,
    results: &Mutex<Vec<(Upstream, bool)>>,
    stopped: &Receiver<()>,
) {
    loop {
        let round: Vec<_> = upstreams(&table.load())
            .into_iter()
            .map(|upstream| {
                let reachable = connects(&upstream);
                (upstream, reachable)
            })
            .collect();
        *results.lock().unwrap_or_else(PoisonError::into_inner) = round;
        if stopped.recv_timeout(PROBE_INTERVAL) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Every upstream of a table, once.
fn upstreams(table: &RouteTable) -> Vec<Upstream> {
    let services = table.lanes.iter().map(|lane| &lane.service);
    let arms = std::iter::once(&table.fallback).chain(services);
    let mut upstreams: Vec<_> = arms.map(|arm| arm.origin.upstream.clone()).collect();
    upstreams.sort();
    upstreams.dedup();
    upstreams
}

/// Whether a connection can be made to any address of an upstream.
fn connects(upstream: &Upstream) -> bool {
    let addresses = (upstream.host.as_str(), upstream.port).to_socket_addrs();
    addresses.is_ok_and(|mut addresses| {
        addresses.any(|address| TcpStream::connect_timeout(&address, PROBE_TIMEOUT).is_ok())
    })
}

#[cfg(test)]
mod tests;
