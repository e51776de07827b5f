//! The traffic against a small server of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use super::client::PATIENCE;
use super::schedule::Random;
use super::*;

/// Answers every connection's requests with the text that `answer` gives for a request line and a body.
fn serve(answer: fn(&str) -> String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || answer_all(stream.unwrap(), answer));
        }
    });
    address
}

fn answer_all(stream: TcpStream, answer: fn(&str) -> String) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = vec![String::new()];
        while reader.read_line(lines.last_mut().unwrap()).unwrap_or(0) > 2 {
            lines.push(String::new());
        }
        let Some(request) = lines.first().filter(|line| line.len() > 2) else { return };
        let length = lines.iter().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.trim().parse().unwrap());
        reader.read_exact(&mut vec![0; length]).unwrap();
        let text = answer(request.trim());
        if text.is_empty() || reader.get_mut().write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

fn sized(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A shop of one product, whose quotes come from the service and are sometimes in error.
fn small_shop(request: &str) -> String {
    let monolith = "X-Request-Id: 1\r\n";
    match request.split(' ').nth(1).unwrap().split('?').next().unwrap() {
        "/api/login" => sized("200 OK", monolith, r#"{"token":"t"}"#),
        "/api/products" => {
            let product = r#"{"sku":"tea","name":"Tea","price_cents":1,"weight_grams":2,"tax_class":"standard"}"#;
            sized("200 OK", monolith, &format!(r#"{{"items":[{product}]}}"#))
        }
        "/api/rates" => sized("200 OK", monolith, r#"{"rates":[{"zone":"uk"}]}"#),
        "/api/orders/events" => {
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n: hi\n\r\n".to_owned()
        }
        "/api/orders" if request.starts_with("POST") => sized("201 Created", monolith, "{}"),
        "/api/quotes" => sized("201 Created", "", r#"{"id":"q1.x"}"#),
        "/api/quotes/q1.x" => sized("500 Internal Server Error", "", "{}"),
        "/api/search" => sized("502 Bad Gateway", "", "{}"),
        _ => sized("200 OK", monolith, "{}"),
    }
}

fn settings(target: SocketAddr) -> LoadSettings {
    LoadSettings { target, rate: 2000.0, connections: 8, customers: 20, streams: 2 }
}

/// Waits until enough requests have ended.
fn enough(traffic: &Traffic, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while traffic.records().len() < count {
        assert!(Instant::now() < deadline, "only {} requests", traffic.records().len());
        std::thread::yield_now();
    }
}

#[test]
fn every_request_is_kept_with_its_side_and_its_failure() {
    let traffic = Traffic::start(&settings(serve(small_shop))).unwrap();
    enough(&traffic, 1500);
    let (records, broken) = traffic.stop();
    assert_eq!(broken, []);
    for record in &records {
        let expected = match record.route {
            "POST /api/quotes" => Answered { service: Some(true), failure: None },
            "GET /api/quotes/{id}" => {
                Answered { service: Some(true), failure: Some(Cause::Status(500)) }
            }
            "GET /api/search" => Answered::failed(Cause::Status(502)),
            _ => Answered { service: Some(false), failure: None },
        };
        assert_eq!(record.answered, expected, "{}", record.route);
    }
    let tally = Tally::of(&records);
    assert_eq!(tally.requests, records.len());
    assert!(tally.monolith > 0 && tally.service > 0);
    assert_eq!(tally.failures.len(), 2, "{tally:?}");
    let unknown = records.iter().filter(|record| record.answered.service.is_none()).count();
    assert_eq!(tally.monolith + tally.service + unknown, tally.requests);
}

#[test]
fn a_broken_stream_is_noted() {
    let target =
        serve(
            |request| {
                if request.contains("/events") { String::new() } else { small_shop(request) }
            },
        );
    let traffic = Traffic::start(&settings(target)).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while traffic.broken_streams().len() < 2 {
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    assert_eq!(traffic.stop().1, [Cause::Closed, Cause::Closed]);
}

#[test]
fn an_empty_shop_is_refused() {
    let target = serve(|request| match request.contains("/api/login") {
        true => small_shop(request),
        false => sized("200 OK", "", "{}"),
    });
    let error = Traffic::start(&settings(target)).unwrap_err();
    assert!(format!("{error:#}").contains("was it seeded"), "{error:#}");
}

fn receive(answer: fn(&str) -> String) -> Result<client::Reply, Cause> {
    let mut connection = Connection::open(serve(answer), PATIENCE)?;
    connection.send("GET", "/", None, "")?;
    connection.receive()
}

#[test]
fn answers_are_read_strictly() {
    let chunked = receive(|_| {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Request-Id: 7\r\n\r\n\
         3;x=y\r\nabc\r\n2\r\nde\r\n0\r\ntrailer: 1\r\n\r\n"
            .to_owned()
    });
    let reply = chunked.unwrap();
    assert_eq!((reply.status, reply.body.as_slice(), reply.numbered), (200, &b"abcde"[..], true));
    assert!(receive(|_| sized("200 OK", "connection: close\r\n", "x")).unwrap().closing);
    assert_eq!(receive(|_| "HTTP/1.1 204 No Content\r\n\r\n".to_owned()).unwrap().status, 204);

    for (answer, cause) in [
        ((|_: &str| String::new()) as fn(&str) -> String, Cause::Closed),
        (|_| "HTTP/1.1 200 OK\r\n\r\n".to_owned(), Cause::Nonsense("an answer without a length")),
        (|_| "garbage\r\n\r\n".to_owned(), Cause::Nonsense("no status line")),
        (|_| sized("200 OK", "content-length: 3\r\n", "ab"), Cause::Nonsense("two lengths")),
    ] {
        assert_eq!(receive(answer), Err(cause));
    }
}

#[test]
fn due_times_keep_their_rate_whatever_happens() {
    let start = Instant::now();
    let schedule = Schedule::new(start, 1000.0);
    let due: Vec<_> = (0..20_000).map(|_| schedule.take().at).collect();
    assert!(due.is_sorted());
    let span = due.last().unwrap().duration_since(start).as_secs_f64();
    assert!((19.0..21.0).contains(&span), "20,000 requests in {span} s");
}

#[test]
fn a_slow_machine_is_asked_for_less() {
    let target = SocketAddr::from(([127, 0, 0, 1], 1));
    let settings = LoadSettings { customers: 3000, rate: 900.0, ..settings(target) };
    let rate = |milliseconds| bearable_rate(&settings, Duration::from_millis(milliseconds));
    assert!((rate(500) - 900.0).abs() < 1e-9);
    assert!((rate(3000) - 400.0).abs() < 1e-9);
    assert!((rate(60_000) - RATE_MIN).abs() < 1e-9);
}

#[test]
fn lots_are_fair_and_the_same_in_every_run() {
    let mut random = Random(7);
    let mut counts = [0_u32; 5];
    for _ in 0..50_000 {
        counts[random.below(5)] += 1;
    }
    assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    assert_eq!(Random(3).next(), Random(3).next());
    assert_eq!(Random(3).pick::<u8>(&[]), None);
}

#[test]
fn quantiles_are_those_of_the_sorted_latencies() {
    let record = |milliseconds| Record {
        route: "GET /",
        sent_at: SystemTime::UNIX_EPOCH,
        latency: Duration::from_millis(milliseconds),
        answered: Answered { service: Some(false), failure: None },
    };
    let records: Vec<_> = (1..=100).rev().map(record).collect();
    let latency = Latency::of(&records);
    let quantile = |per_mille| latency.quantile(per_mille).unwrap().as_millis();
    assert_eq!((quantile(0), quantile(500), quantile(990), quantile(1000)), (1, 50, 99, 100));
    assert_eq!(Latency::default().quantile(500), None);
}
