//! Copies: whatever the candidate does, clients see nothing of it, and every request is accounted for.

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ficus_gateway::MirrorSettings;
use ficus_model::Weight;
use ficus_model::boundary::{Credentials, Upstream};
use ficus_model::comparison::{Compared, Comparison};
use ficus_model::snapshot::Placed;

use crate::boundaries::{accounted, all_ended, canary, count, percent, quotes, table, wait};
use crate::origin::{Origin, Then};
use crate::world::{DEADLINE, World};

/// What the monolith answers.
const RATES: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n\
                       {\"EUR\":1,\"b\":2}";
/// The same, said differently.
const SAME_RATES: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
      6\r\n{\"b\":2\r\nb\r\n, \"EUR\": 1}\r\n0\r\n\r\n";
/// Requests of a test, on two connections.
const REQUESTS: u64 = 40;

fn world(monolith: &Origin, placed: Placed) -> World {
    world_with(monolith, placed, |_| {})
}

/// A world whose machine may be as busy as it likes.
fn world_with(
    monolith: &Origin,
    placed: Placed,
    adjust: impl FnOnce(&mut MirrorSettings),
) -> World {
    World::with(table(1, monolith.upstream(), placed), |settings| {
        settings.mirror.lag_max = DEADLINE;
        adjust(&mut settings.mirror);
    })
}

/// Every client gets the monolith's answer, whatever the candidate does; then every copy has ended as it must.
fn isolated(candidate: Upstream, adjust: impl FnOnce(&mut Placed), how: &str) {
    let monolith = Origin::replying(RATES);
    let mut placed = quotes(candidate);
    adjust(&mut placed);
    let world = world(&monolith, placed);
    served(&world);
    all_ended(&world.controls, REQUESTS, how);
    wait("all places to be given back", || {
        count(&world.controls, "ficus_mirror_held_bytes", "") == 0
            && count(&world.controls, "ficus_mirror_copies_in_flight", "") == 0
    });
    let live = count(&world.controls, "ficus_requests_total", "outcome=\"2xx\"");
    assert_eq!(live, REQUESTS, "copies are no live requests");
}

fn served(world: &World) {
    let mut clients = [world.client(), world.client()];
    for number in 0..REQUESTS {
        let client = &mut clients[usize::try_from(number % 2).unwrap()];
        let answer = client.get("/api/rates");
        assert_eq!((answer.status(), answer.text().as_str()), (200, "{\"EUR\":1,\"b\":2}"));
    }
}

fn quickly(placed: &mut Placed) {
    placed.boundary.shadow.timeout = Duration::from_millis(50);
}

#[test]
fn a_candidate_that_agrees_matches() {
    isolated(Origin::replying(SAME_RATES).upstream(), |_| {}, "match");
}

#[test]
fn a_hung_candidate_hurts_nobody() {
    let candidate = Origin::scripted(|_, _| Then::Hang);
    isolated(candidate.upstream(), quickly, "timeout");
}

#[test]
fn a_candidate_that_does_not_listen_hurts_nobody() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    isolated(Upstream { host: "127.0.0.1".to_owned(), port }, |_| {}, "connect");
}

#[test]
fn a_resetting_candidate_hurts_nobody() {
    let candidate = Origin::scripted(|_, _| Then::Reset);
    isolated(candidate.upstream(), |_| {}, "reset");
}

#[test]
fn an_endless_candidate_hurts_nobody() {
    let candidate = Origin::scripted(|_, stream| {
        let endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".iter();
        let mut bytes: Vec<u8> = endless.copied().collect();
        while stream.write_all(&bytes).is_ok() {
            bytes = [b"1000\r\n".to_vec(), vec![b'x'; 0x1000], b"\r\n".to_vec()].concat();
        }
        Then::Close
    });
    isolated(candidate.upstream(), |_| {}, "reply_cap");
}

#[test]
fn a_candidate_that_talks_nonsense_hurts_nobody() {
    isolated(Origin::replying(b"\x16\x03\x01 nonsense\r\n\r\n").upstream(), |_| {}, "reset");
}

#[test]
fn a_candidate_that_breaks_off_hurts_nobody() {
    let candidate = Origin::scripted(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").ok();
        Then::Close
    });
    isolated(candidate.upstream(), |_| {}, "reset");
}

#[test]
fn clients_have_their_answers_before_a_slow_candidate_has_given_one() {
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let waiting = Arc::clone(&gate);
    let candidate = Origin::scripted(move |_, stream| {
        let (open, opened) = &*waiting;
        let _open = opened.wait_while(open.lock().unwrap(), |open| !*open).unwrap();
        stream.write_all(RATES).ok();
        Then::Serve
    });
    let monolith = Origin::replying(RATES);
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.timeout = DEADLINE;
    let world = world(&monolith, placed);
    served(&world);
    wait("copies under way", || candidate.requests().len() > 1);
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    all_ended(&world.controls, REQUESTS, "match");
}

#[test]
fn only_what_is_declared_safe_is_copied() {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let world = world(&monolith, quotes(candidate.upstream()));
    let mut client = world.client();
    for path in ["/api/quotes", "/api/price"] {
        client.send(format!(
            "POST {path}?q=1 HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 7\r\n\r\n{{\"a\":1}}"
        ));
        assert_eq!(client.answer("POST").unwrap().status(), 200);
    }
    client.send("POST /api/price HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("3\r\nabc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    assert_eq!(client.answer("POST").unwrap().status(), 200);
    assert_eq!(client.get("/login").status(), 200, "no boundary: not eligible");
    let ended = accounted(&world.controls, 3);
    assert_eq!(ended, [("match".to_owned(), 2), ("unsafe".to_owned(), 1)].into());
    let copies = candidate.requests();
    let bodies: Vec<String> = copies.iter().map(|copy| copy.message.text()).collect();
    assert_eq!(bodies, ["{\"a\":1}", "abcde"]);
    assert_eq!(copies[0].message.line(), "POST /api/price?q=1 HTTP/1.1");
    assert_eq!(copies[0].message.fields("host"), ["shop.test"], "the original host");
}

const WITH_CREDENTIALS: &str = "GET /api/rates HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\n\
    Cookie: session=1\r\nFicus-Shadow: 0\r\nFicus-Side: service\r\nIdempotency-Key: k1\r\n\
    Accept: */*\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\r\n\
    tracestate: a=1\r\n\r\n";

fn copy_of(request: &str, credentials: Credentials) -> crate::message::Message {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.credentials = credentials;
    let world = world(&monolith, placed);
    let mut client = world.client();
    client.send(request);
    assert_eq!(client.answer("GET").unwrap().status(), 200);
    all_ended(&world.controls, 1, "match");
    let live = monolith.requests()[0].message.clone();
    assert_eq!(live.fields("ficus-shadow"), Vec::<&str>::new(), "the live request is no copy");
    assert_eq!(live.fields("authorization"), ["Bearer t"]);
    candidate.requests()[0].message.clone()
}

#[test]
fn a_copy_is_marked_and_can_not_act_as_its_caller() {
    let copy = copy_of(WITH_CREDENTIALS, Credentials::Strip);
    assert_eq!(copy.fields("ficus-shadow"), ["1"]);
    for gone in ["authorization", "cookie", "ficus-side", "tracestate"] {
        assert_eq!(copy.fields(gone), Vec::<&str>::new(), "{gone}");
    }
    assert_eq!(copy.fields("accept"), ["*/*"]);
    let key = copy.fields("idempotency-key")[0];
    assert!(key.starts_with("shadow-") && key.len() == 71, "{key}");
    let trace = copy.fields("traceparent")[0];
    assert!(!trace.contains("4bf92f3577b34da6a3ce929d0e0e4736"), "a trace of its own: {trace}");
    assert!(trace.ends_with("-00"), "as little sampled as the request: {trace}");
    assert_eq!(copy.fields("baggage"), ["ficus.side=service"]);
}

#[test]
fn a_boundary_may_let_copies_carry_the_callers_credentials() {
    let copy = copy_of(WITH_CREDENTIALS, Credentials::Forward);
    assert_eq!(copy.fields("authorization"), ["Bearer t"]);
    assert_eq!(copy.fields("cookie"), ["session=1"]);
}

#[test]
fn streams_and_upgrades_are_never_copied() {
    let monolith = Origin::scripted(|seen, stream| {
        if seen.message.fields("upgrade").is_empty() {
            let events = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\
                           Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n";
            stream.write_all(events).ok();
            return Then::Serve;
        }
        let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                       Connection: upgrade\r\n\r\n";
        stream.write_all(switch).ok();
        Then::Echo
    });
    let candidate = Origin::replying(RATES);
    let world = world(&monolith, quotes(candidate.upstream()));
    let mut client = world.client();
    assert_eq!(client.get("/api/rates").text(), "data: 1\n\n");
    client.send(
        "GET /api/quotes/1 HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    assert_eq!(client.answer("GET").unwrap().status(), 101);
    client.send("hello");
    assert_eq!(client.take(10), b"echo:hello");
    all_ended(&world.controls, 2, "upgrade_or_stream");
    assert!(candidate.requests().is_empty());
}

#[test]
fn copies_in_flight_are_bounded() {
    let monolith = Origin::replying(RATES);
    let candidate = Origin::scripted(|_, _| Then::Hang);
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.in_flight_max = 3;
    placed.boundary.shadow.timeout = Duration::from_millis(400);
    let world = world(&monolith, placed);
    let mut client = world.client();
    for _ in 0..10 {
        assert_eq!(client.get("/api/rates").status(), 200);
    }
    let ended = accounted(&world.controls, 10);
    assert_eq!(ended, [("in_flight_cap".to_owned(), 7), ("timeout".to_owned(), 3)].into());
}

#[test]
fn a_core_lets_copies_wait_and_gives_up_the_newest() {
    let monolith = Origin::replying(RATES);
    let candidate = Origin::scripted(|_, _| Then::Hang);
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.timeout = Duration::from_millis(200);
    let world = world_with(&monolith, placed, |mirror| {
        mirror.in_flight_max = std::num::NonZeroUsize::MIN;
        mirror.waiting_max = 2;
    });
    let mut client = world.client();
    for _ in 0..6 {
        assert_eq!(client.get("/api/rates").status(), 200);
    }
    let ended = accounted(&world.controls, 6);
    assert_eq!(ended, [("queue_full".to_owned(), 3), ("timeout".to_owned(), 3)].into());
    wait("the waiting copies to be sent", || candidate.requests().len() == 3);
}

#[test]
fn copies_that_wait_when_the_boundary_is_killed_are_never_sent() {
    let monolith = Origin::replying(RATES);
    let candidate = Origin::scripted(|_, _| Then::Hang);
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.timeout = Duration::from_millis(300);
    let world = world_with(&monolith, placed.clone(), |mirror| {
        mirror.in_flight_max = std::num::NonZeroUsize::MIN;
    });
    let mut client = world.client();
    for _ in 0..5 {
        assert_eq!(client.get("/api/rates").status(), 200);
    }
    wait("the first copy", || candidate.requests().len() == 1);
    placed.desired.mirror = Weight::ZERO;
    world.controls.apply(table(2, monolith.upstream(), placed).into()).unwrap();
    let ended = accounted(&world.controls, 5);
    assert_eq!(ended, [("aborted".to_owned(), 4), ("timeout".to_owned(), 1)].into());
    assert_eq!(candidate.requests().len(), 1);
}

#[test]
fn bodies_are_bounded_one_by_one_and_together() {
    let long = "x".repeat(3000);
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.body_bytes_max = 1000;
    let world = world(&monolith, placed.clone());
    let mut client = world.client();
    client
        .send(format!("POST /api/price HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n{long}"));
    assert_eq!(client.answer("POST").unwrap().status(), 200, "the live request is not bounded");
    client.send(format!(
        "POST /api/price HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nbb8\r\n{long}\r\n0\r\n\r\n"
    ));
    assert_eq!(client.answer("POST").unwrap().status(), 200);
    all_ended(&world.controls, 2, "body_cap");
    placed.boundary.shadow.body_bytes_max = 1 << 20;
    let tight = world_with(&monolith, placed, |mirror| mirror.bytes_max = 50);
    assert_eq!(tight.client().get("/api/rates").status(), 200);
    all_ended(&tight.controls, 1, "byte_budget");
    assert!(candidate.requests().is_empty());
}

#[test]
fn a_large_answer_is_passed_on_and_not_compared() {
    let body = "y".repeat(5000);
    let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{body}");
    let monolith = Origin::scripted(move |_, stream| {
        stream.write_all(reply.as_bytes()).ok();
        Then::Serve
    });
    let candidate = Origin::replying(RATES);
    let mut placed = quotes(candidate.upstream());
    placed.boundary.shadow.body_bytes_max = 4999;
    let world = world(&monolith, placed);
    assert_eq!(world.client().get("/api/rates").text(), body);
    all_ended(&world.controls, 1, "reply_cap");
    assert!(candidate.requests().is_empty(), "there is nothing to compare an answer with");
}

#[test]
fn half_an_answer_is_never_compared() {
    let monolith = Origin::scripted(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").ok();
        Then::Close
    });
    let candidate = Origin::replying(RATES);
    let world = world(&monolith, quotes(candidate.upstream()));
    let mut client = world.client();
    client.send("GET /api/rates HTTP/1.1\r\nHost: h\r\n\r\n");
    client.rest();
    all_ended(&world.controls, 1, "aborted");
    assert!(candidate.requests().is_empty());
}

#[test]
fn a_client_that_leaves_leaves_nothing_to_compare() {
    let monolith = Origin::scripted(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").ok();
        Then::Hang
    });
    let candidate = Origin::replying(RATES);
    let world = world(&monolith, quotes(candidate.upstream()));
    let mut client = world.client();
    client.send("GET /api/rates HTTP/1.1\r\nHost: h\r\n\r\n");
    client.take_until("half");
    drop(client);
    all_ended(&world.controls, 1, "aborted");
}

#[test]
fn the_mirrors_share_is_kept() {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let mut placed = quotes(candidate.upstream());
    placed.desired.mirror = percent(50);
    let world = world(&monolith, placed);
    let mut client = world.client();
    for _ in 0..200 {
        client.get("/api/rates");
    }
    let ended = accounted(&world.controls, 200);
    // Five standard deviations of a binomial of 200 at one half.
    assert!((65..=135).contains(&ended["sampled_out"]), "{ended:?}");
    assert_eq!(ended.len(), 2, "{ended:?}");
}

#[test]
fn a_mirror_that_is_off_costs_and_counts_nothing() {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let mut placed = quotes(candidate.upstream());
    placed.desired.mirror = Weight::ZERO;
    let world = world(&monolith, placed);
    world.client().get("/api/rates");
    assert_eq!(count(&world.controls, "ficus_mirror_eligible_total", "quotes"), 0);
}

#[test]
fn what_the_service_answered_itself_is_not_compared_with_itself() {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let mut placed = canary(candidate.upstream(), Weight::FULL);
    placed.desired.mirror = Weight::FULL;
    let world = world(&monolith, placed);
    world.client().get("/api/rates");
    all_ended(&world.controls, 1, "served_by_service");
    assert_eq!((monolith.requests().len(), candidate.requests().len()), (0, 1));
}

#[test]
fn connections_to_the_candidate_are_kept() {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let world = world(&monolith, quotes(candidate.upstream()));
    let mut client = world.client();
    for number in 1..=10 {
        client.get("/api/rates");
        all_ended(&world.controls, number, "match");
    }
    let connections = candidate.requests().iter().map(|seen| seen.connection).max();
    assert!(connections <= Some(2), "{connections:?}");
}

#[test]
fn differences_are_told_with_route_and_trace() {
    let monolith = Origin::replying(RATES);
    let candidate = Origin::replying(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n\
          {\"EUR\":2,\"b\":2}",
    );
    let world = world(&monolith, quotes(candidate.upstream()));
    let mut client = world.client();
    client.send(
        "GET /api/quotes/7?token=secret HTTP/1.1\r\nHost: h\r\n\
         traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n",
    );
    client.answer("GET").unwrap();
    all_ended(&world.controls, 1, "mismatch");
    let told = || -> Vec<Compared> {
        let batches = world.reports.comparisons.lock().unwrap();
        batches.iter().flat_map(|batch| batch.compared.clone()).collect()
    };
    wait("the news", || told().len() == 1);
    let compared = told().remove(0);
    assert_eq!((compared.route, compared.status), (1, 200));
    assert_eq!(compared.trace.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert!(!compared.request.contains("secret"), "{}", compared.request);
    let Comparison::Mismatch(differences) = compared.comparison else { panic!("equal") };
    assert_eq!(differences[0].path, "body.EUR");
}

#[test]
fn a_core_that_is_late_makes_no_copies() {
    let (monolith, candidate) = (Origin::replying(RATES), Origin::replying(RATES));
    let world = world_with(&monolith, quotes(candidate.upstream()), |mirror| {
        mirror.lag_max = Duration::ZERO;
    });
    // Every core is later than not at all, once it has looked at its clock.
    wait("a first look", || {
        assert_eq!(world.client().get("/api/rates").status(), 200);
        count(&world.controls, "ficus_mirror_uncompared_total", "queue_full") > 0
    });
}
