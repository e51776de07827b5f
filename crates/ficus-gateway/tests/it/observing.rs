//! What is remembered of requests: observations, traces, spans, log lines.

use std::io::Write;

use ficus_gateway::{AccessLogSettings, LogDestination, OtlpSettings};
use ficus_model::assignment::Assigned;
use ficus_model::observation::{Observation, Outcome};
use ficus_model::{Side, Weight};

use crate::boundaries::{canary, count, table, wait};
use crate::origin::{OK, Origin, Then, contains};
use crate::world::World;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

fn observations(world: &World) -> Vec<Observation> {
    let batches = world.reports.observations.lock().unwrap();
    batches.iter().flat_map(|batch| batch.observations.clone()).collect()
}

#[test]
fn every_request_of_a_boundary_is_observed_once() {
    let (monolith, service) = (Origin::plain(), Origin::scripted(|_, _| Then::Close));
    let placed = canary(service.upstream(), Weight::FULL);
    let world = World::with(table(1, monolith.upstream(), placed), |_| {});
    let mut client = world.client();
    client.send("GET /api/quotes/7 HTTP/1.1\r\nHost: h\r\nCookie: session=a\r\n\r\n");
    assert_eq!(client.answer("GET").unwrap().status(), 502);
    assert_eq!(world.client().get("/login").status(), 200, "no boundary: not observed");
    wait("the observation", || !observations(&world).is_empty());
    let assigned = world.reports.observations.lock().unwrap()[0].assigned;
    assert_eq!((assigned.monolith, assigned.service), (0, 1));
    let seen = observations(&world);
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].route, seen[0].side, seen[0].outcome), (1, Side::Service, Outcome::Reset));
    assert_eq!((seen[0].assigned, seen[0].weight), (Assigned::Session, Weight::FULL));
    assert!(seen[0].key.is_some() && !seen[0].streamed);
    assert_eq!(count(&world.controls, "ficus_requests_total", "outcome=\"reset\""), 1);
}

#[test]
fn traces_pass_through_and_carry_the_side() {
    let (monolith, service) = (Origin::plain(), Origin::plain());
    let placed = canary(service.upstream(), Weight::FULL);
    let world = World::with(table(1, monolith.upstream(), placed), |_| {});
    let mut client = world.client();
    let mut sent = |path: &str, fields: &str| {
        client.send(format!("GET {path} HTTP/1.1\r\nHost: h\r\n{fields}\r\n"));
        client.answer("GET").unwrap();
        let origin = if path == "/login" { &monolith } else { &service };
        origin.requests().last().unwrap().message.clone()
    };
    let unsampled = sent(
        "/api/rates",
        &format!("traceparent: {PARENT}-00\r\ntracestate: a=1\r\nbaggage: user=7\r\n"),
    );
    let parent = unsampled.fields("traceparent")[0];
    assert!(parent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && parent.ends_with("-00"));
    assert!(!parent.contains("00f067aa0ba902b7"), "a span of the gateway's own");
    assert_eq!(unsampled.fields("tracestate"), ["a=1"]);
    assert_eq!(unsampled.fields("baggage"), ["user=7,ficus.side=service"]);
    let invalid = sent("/api/rates", "traceparent: 00-nonsense\r\ntracestate: a=1\r\n");
    assert_eq!(invalid.fields("traceparent")[0].len(), 55);
    assert_eq!(invalid.fields("tracestate"), Vec::<&str>::new());
    let unclaimed = sent("/login", "baggage: user=7\r\n");
    assert_eq!(unclaimed.fields("traceparent").len(), 1);
    assert_eq!(unclaimed.fields("baggage"), ["user=7"], "no side where nothing is split");
}

#[test]
fn sampled_requests_are_exported_as_spans() {
    let (monolith, collector) = (Origin::plain(), Origin::plain());
    let closing = Origin::scripted(|_, stream| {
        stream.write_all(OK).ok();
        Then::Close
    });
    drop(collector);
    let snapshot = table(1, monolith.upstream(), canary(monolith.upstream(), Weight::ZERO));
    let world = World::with(snapshot, |settings| {
        settings.otlp = Some(OtlpSettings::new(closing.upstream()));
    });
    let mut client = world.client();
    for flags in ["00", "01"] {
        client.send(format!(
            "GET /api/rates?token=secret HTTP/1.1\r\nHost: h\r\ntraceparent: {PARENT}-{flags}\r\n\r\n"
        ));
        client.answer("GET").unwrap();
    }
    wait("a post", || !closing.requests().is_empty());
    let post = closing.requests().remove(0).message;
    assert_eq!(post.line(), "POST /v1/traces HTTP/1.1");
    let trace = [0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6];
    let spans = post.body.windows(trace.len()).filter(|window| *window == trace).count();
    assert_eq!(spans, 1, "only the sampled one");
    assert!(contains(&post.body, "GET /api/rates") && !contains(&post.body, "secret"));
    wait("the count", || count(&world.controls, "ficus_spans_exported_total", "") > 0);
}

#[test]
fn the_access_log_names_the_trace_and_never_the_query() {
    let monolith = Origin::plain();
    let path = std::env::temp_dir().join(format!("ficus-it-{}.log", std::process::id()));
    let snapshot = table(1, monolith.upstream(), canary(monolith.upstream(), Weight::ZERO));
    let destination = LogDestination::File(path.clone());
    let world = World::with(snapshot, |settings| {
        settings.access_log = Some(AccessLogSettings { destination, sample: Weight::FULL });
    });
    let mut client = world.client();
    client.send(format!(
        "GET /api/quotes/7?token=secret HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer hidden\r\n\
         traceparent: {PARENT}-00\r\n\r\n"
    ));
    client.answer("GET").unwrap();
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    wait("the line", || text().ends_with('\n'));
    let line = text();
    assert!(line.contains(r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736""#), "{line}");
    assert!(line.contains(r#""route":"GET /api/quotes/{id}""#), "{line}");
    assert!(!line.contains("secret") && !line.contains("hidden"), "{line}");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_gateway_without_control_is_ready() {
    let monolith = Origin::plain();
    let world = World::before(&monolith);
    wait("readiness", || world.controls.health().ready);
    world.begin_stop();
    wait("the drain", || !world.controls.health().ready);
    assert!(world.controls.health().draining);
}
