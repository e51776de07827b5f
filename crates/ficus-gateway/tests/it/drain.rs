//! The end of a gateway: nothing new, what is under way may end, the rest is cut.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crate::origin::{OK, Origin, Then};
use crate::world::{DEADLINE, Kept, World, to_monolith};

/// An origin that answers when it is told to.
fn held() -> (Origin, SyncSender<()>) {
    let (go, wait) = sync_channel::<()>(1);
    let wait = Mutex::new(wait);
    let origin = Origin::scripted(move |_seen, stream| {
        wait.lock().unwrap().recv_timeout(DEADLINE).ok();
        stream.write_all(OK).ok();
        Then::Serve
    });
    (origin, go)
}

fn refuses(address: std::net::SocketAddr) -> bool {
    let until = Instant::now() + DEADLINE;
    while Instant::now() < until {
        if TcpStream::connect(address).is_err() {
            return true;
        }
    }
    false
}

#[test]
fn a_request_under_way_is_answered_and_its_connection_closed() {
    let (origin, go) = held();
    let world =
        World::with(to_monolith(1, origin.upstream()), |settings| settings.drain = DEADLINE);
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait("the request", |requests, _| requests.len() == 1);
    world.begin_stop();
    assert!(refuses(world.address), "a draining gateway accepts nobody");
    go.send(()).unwrap();
    let answer = client.answer("GET").expect("an answer");
    assert_eq!((answer.status(), answer.fields("connection")), (200, vec!["close"]));
    assert!(client.rest().is_empty());
    world.stop();
}

#[test]
fn idle_connections_are_closed_at_once() {
    let origin = Origin::plain();
    let world =
        World::with(to_monolith(1, origin.upstream()), |settings| settings.drain = DEADLINE);
    let (mut used, mut fresh) = (world.client(), world.client());
    assert_eq!(used.get("/1").status(), 200);
    let began = Instant::now();
    world.begin_stop();
    assert!(used.rest().is_empty());
    assert!(fresh.rest().is_empty());
    world.stop();
    assert!(began.elapsed() < DEADLINE);
}

#[test]
fn what_outlives_the_drain_is_cut_and_counted() {
    let (origin, _go) = held();
    let world = World::with(to_monolith(1, origin.upstream()), |settings| {
        settings.drain = Duration::from_millis(50);
    });
    let mut client = world.client();
    client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait("the request", |requests, _| requests.len() == 1);
    let controls = world.controls.clone();
    world.stop();
    assert!(client.rest().is_empty());
    let metrics = controls.metrics_text();
    let cut = metrics.lines().find(|line| line.contains("cut") && line.ends_with(" 1"));
    assert!(cut.is_some(), "{metrics}");
}

#[test]
fn a_second_gateway_on_the_same_address_is_refused() {
    let origin = Origin::plain();
    let world = World::before(&origin);
    let settings = ficus_gateway::GatewaySettings::new(world.address, [7; 32]);
    let table = std::sync::Arc::new(to_monolith(1, origin.upstream()));
    let second =
        ficus_gateway::Gateway::bind(settings, table, std::sync::Arc::new(Kept::default()));
    let Err(ficus_gateway::BindError::Listen { address, source }) = second else {
        panic!("two gateways share a port");
    };
    assert_eq!(address, world.address);
    assert_eq!(source.kind(), std::io::ErrorKind::AddrInUse);
    world.stop();
}

#[test]
fn several_workers_share_a_port() {
    let origin = Origin::plain();
    let world = World::with(to_monolith(1, origin.upstream()), |settings| {
        settings.workers = std::num::NonZeroUsize::MIN.saturating_add(2);
    });
    for _ in 0..30 {
        assert_eq!(world.client().get("/1").status(), 200);
    }
    world.stop();
    assert_eq!(origin.requests().len(), 30);
}
