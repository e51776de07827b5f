//! Whole exchanges over a socket, held to the golden file that the Go side writes.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::*;
use crate::connection::FaultyListener;

const GOLDEN: &str = include_str!("../../../shop/internal/quotes/testdata/golden.json");

/// The rates of the Go side's test, from memory.
struct FixedRates(Vec<Sheet>);

fn micros(currency: &str) -> i64 {
    match currency {
        "EUR" => 1_000_000,
        "USD" => 1_084_250,
        "JPY" => 161_370_000,
        "TINY" => 1,
        _ => 0,
    }
}

fn sheet(
    zone: &str,
    name: &str,
    cents: [i64; 3],
    free_from: Option<i64>,
    taxes: [i64; 2],
) -> Sheet {
    Sheet {
        version: 3,
        effective_from: "2026-01-31T22:30:00.25Z".parse().unwrap(),
        valid_days: 14,
        zone: zone.to_owned(),
        zone_name: name.to_owned(),
        first_cents: cents[0],
        per_kg_cents: cents[1],
        free_from,
        remote_cents: cents[2],
        currency: String::new(),
        micros: 0,
        taxes: vec![("books".to_owned(), taxes[0]), ("standard".to_owned(), taxes[1])],
    }
}

fn fixed_rates() -> FixedRates {
    FixedRates(vec![
        sheet("eu-north", "North & <Baltic>", [690, 145, 350], None, [600, 2500]),
        sheet("eu-west", "Western Europe", [490, 95, 0], Some(10_000), [700, 1900]),
    ])
}

impl FixedRates {
    fn find(&self, zone: &str, currency: &str) -> Sheet {
        let unknown = || sheet(zone, "", [0; 3], None, [0; 2]);
        let found = self.0.iter().find(|sheet| sheet.zone == zone).cloned();
        let found = found.unwrap_or_else(unknown);
        Sheet { currency: currency.to_owned(), micros: micros(currency), ..found }
    }
}

impl Rates for FixedRates {
    async fn sheet(&self, version: i32, zone: &str, currency: &str) -> Result<Sheet, RatesError> {
        if version > 3 { Err(RatesError::NoRates) } else { Ok(self.find(zone, currency)) }
    }

    async fn list(&self, currency: &str, prefix: &str) -> Result<(Sheet, Vec<Sheet>), RatesError> {
        let matching = self.0.iter().filter(|sheet| sheet.zone.starts_with(prefix));
        let sheets = matching.map(|sheet| self.find(&sheet.zone, currency)).collect();
        Ok((self.find("", currency), sheets))
    }
}

/// A running service; ends with the test.
struct Running {
    address: SocketAddr,
    faults: Arc<Faults>,
    _runtime: Runtime,
}

struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Running {
    fn start(faults: &str) -> Self {
        let faults: Arc<Faults> = Arc::new(faults.parse().unwrap());
        let service = Service {
            rates: fixed_rates(),
            faults: Arc::clone(&faults),
            now: || "2026-02-03T04:05:06.07Z".parse().unwrap(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let inner = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = inner.local_addr().unwrap();
        let listener = FaultyListener { inner, faults: Arc::clone(&faults) };
        runtime.spawn(async move { axum::serve(listener, router(service)).await });
        Self { address, faults, _runtime: runtime }
    }

    /// Sends one request on a connection of its own; returns everything that comes back.
    fn raw(&self, method: &str, target: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn send(&self, method: &str, target: &str, body: &str) -> Reply {
        let answer = self.raw(method, target, body).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }
}

#[test]
fn every_golden_exchange_is_answered_byte_for_byte() {
    let running = Running::start("");
    let golden: Vec<serde_json::Value> = serde_json::from_str(GOLDEN).unwrap();
    assert!(golden.len() > 30);
    for exchange in &golden {
        let text = |key: &str| exchange[key].as_str().unwrap_or_default();
        let reply = running.send(text("method"), text("target"), text("body"));
        assert_eq!(reply.body, text("answer"), "{}", text("name"));
        assert_eq!(Some(u64::from(reply.status)), exchange["status"].as_u64(), "{}", text("name"));
        assert!(reply.head.contains("content-type: application/json\r\n"), "{}", reply.head);
        let location = text("location").to_ascii_lowercase();
        assert_eq!(reply.head.contains("location:"), !location.is_empty(), "{}", text("name"));
        assert!(reply.head.contains(&location), "{}", text("name"));
    }
}

#[test]
fn the_planted_differences_show_where_they_should() {
    let running = Running::start("null-list,rounding");
    let half = r#"{"zone":"eu-west","items":[{"sku":"a","quantity":1,"unit_cents":50}]}"#;
    let reply = running.send("POST", "/api/quotes", half);
    assert!(reply.body.contains(r#""surcharges":[],"#), "{}", reply.body);
    assert!(reply.body.contains(r#""tax_cents":10,"#), "9.5 goes to the even cent: {}", reply.body);
    let empty = running.send("GET", "/api/rates?zone=asia", "");
    assert!(empty.body.contains(r#""rates":[]"#), "{}", empty.body);

    running.faults.set("").unwrap();
    let reply = running.send("POST", "/api/quotes", half);
    assert!(reply.body.contains(r#""surcharges":null,"#), "{}", reply.body);
}

#[test]
fn planted_errors_are_answers_of_the_service() {
    let running = Running::start("errors=1000");
    let reply = running.send("GET", "/api/rates", "");
    assert_eq!((reply.status, reply.body.contains("internal")), (500, true));
    assert_eq!(running.send("GET", "/healthz", "").status, 200);
}

#[test]
fn connections_break_or_talk_nonsense_when_told_to() {
    let running = Running::start("garbage");
    let answer = running.raw("GET", "/api/rates", "").unwrap();
    assert_eq!(answer.matches("content-length").count(), 2, "{answer}");

    running.faults.set("reset").unwrap();
    let answer = running.raw("GET", "/api/rates", "").unwrap_or_default();
    assert_eq!(answer, "");
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let running = Running::start("");
    let reply = running.send("POST", "/api/quotes", &" ".repeat(BODY_BYTES_MAX + 1));
    assert_eq!((reply.status, reply.body.contains("request/too-large")), (413, true));
}

#[test]
fn faults_are_switched_over_http() {
    let faults = Arc::new(Faults::default());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let admin = admin_router(Arc::clone(&faults));
    runtime.spawn(async move { axum::serve(listener, admin).await });
    let running = Running { address, faults, _runtime: runtime };

    assert_eq!(running.send("POST", "/admin/faults", "tail=5").status, 200);
    assert!(running.send("GET", "/admin/faults", "").body.starts_with("tail=5"));
    assert_eq!(running.send("POST", "/admin/faults", "fire").status, 400);
    assert!(running.send("GET", "/admin/faults", "").body.starts_with("tail=5"));
    assert!(!running.faults.rounding());
}
