use std::net::{Ipv4Addr, TcpListener};

use super::*;
use crate::fixture::{bound, local, placed, settings, wait_for};
use ficus_model::Snapshot;

fn listener() -> (TcpListener, Upstream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    (listener, local(port))
}

fn snapshot(monolith: &Upstream, service: &Upstream) -> Arc<Snapshot> {
    let mut placed = placed("quotes", &["GET /a"]);
    placed.boundary.service = service.clone();
    Arc::new(Snapshot { generation: 4, monolith: monolith.clone(), boundaries: vec![placed] })
}

#[test]
fn ready_is_a_gateway_whose_monolith_can_be_reached() {
    let (_monolith, reachable) = listener();
    let (gone, unreachable) = listener();
    drop(gone);
    let (controls, _) = bound(settings(), snapshot(&reachable, &unreachable));
    wait_for("readiness", || controls.health().ready);
    let health = controls.health();
    assert_eq!(health.generation, 4);
    assert!(health.control_seen > Time::EPOCH);
    let names: Vec<_> = health.dependencies.iter().map(|dependency| &*dependency.name).collect();
    assert_eq!(names, ["monolith", "quotes"]);
    let found: Vec<_> = health.dependencies.iter().map(|dependency| dependency.reachable).collect();
    assert_eq!(found, [Some(true), Some(false)], "a lost service makes nothing unready");
}

#[test]
fn a_lost_monolith_makes_the_gateway_unready() {
    let (gone, unreachable) = listener();
    drop(gone);
    let (_service, reachable) = listener();
    let (controls, _) = bound(settings(), snapshot(&unreachable, &reachable));
    wait_for("a first probe", || controls.health().dependencies[0].reachable.is_some());
    assert!(!controls.health().ready);
    assert_eq!(controls.health().dependencies[1].reachable, Some(true));
}
