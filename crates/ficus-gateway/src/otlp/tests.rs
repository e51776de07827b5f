use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};

use ficus_model::boundary::Upstream;
use http::HeaderMap;

use super::*;
use crate::fixture::{lane, local, placed, settings, wait_for};
use crate::trace::Identifiers;

/// A decoded message: its fields by number, in order.
type Fields = BTreeMap<u64, Vec<Field>>;

/// One decoded field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

impl Field {
    fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Bytes(_) => panic!("not a number: {self:?}"),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(_) => panic!("not bytes: {self:?}"),
        }
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes().to_vec()).expect("UTF-8")
    }

    fn message(&self) -> Fields {
        decoded(self.bytes())
    }
}

/// Reads a message by the wire format's own rules, knowing nothing of how it was written.
fn decoded(mut rest: &[u8]) -> Fields {
    let mut fields = Fields::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut rest)),
            1 => Field::Number(u64::from_le_bytes(taken(&mut rest, 8).try_into().expect("eight"))),
            2 => {
                let length = usize::try_from(varint(&mut rest)).expect("a length");
                Field::Bytes(taken(&mut rest, length).to_vec())
            }
            5 => {
                let bytes: [u8; 4] = taken(&mut rest, 4).try_into().expect("four");
                Field::Number(u32::from_le_bytes(bytes).into())
            }
            other => panic!("no such wire type: {other}"),
        };
        fields.entry(tag >> 3).or_default().push(field);
    }
    fields
}

fn taken<'bytes>(rest: &mut &'bytes [u8], count: usize) -> &'bytes [u8] {
    let (front, behind) = rest.split_at(count);
    *rest = behind;
    front
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = taken(rest, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a number without an end");
}

/// Attributes of a span or resource as text.
fn attributes(message: &Fields, field: u64) -> BTreeMap<String, String> {
    let pairs = message.get(&field).into_iter().flatten().map(|pair| {
        let pair = pair.message();
        let value = pair[&2][0].message();
        let text = value.get(&1).map(|text| text[0].text());
        let number = || value.values().flatten().next().map(|number| number.number().to_string());
        (pair[&1][0].text(), text.or_else(number).unwrap_or_default())
    });
    pairs.collect()
}

fn span(copy_of: Option<(TraceId, SpanId)>) -> Span {
    let mut headers = HeaderMap::new();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    headers.insert("traceparent", parent.parse().expect("a value"));
    Span {
        context: TraceContext::adopt(&headers, &Identifiers::new(1), || false),
        copy_of,
        lane: Some(lane(placed("quotes", &["GET /api/quotes/{id}"]), &settings())),
        route: 0,
        side: Some(Side::Service),
        assigned: Some(Assigned::Session),
        method: Method::GET,
        status: Some(503),
        outcome: Outcome::Answered(503),
        ended: Time::from_micros(2_000_000),
        latency: Duration::from_millis(1500),
    }
}

#[test]
fn a_span_decodes_to_what_it_says() {
    let live = span(None);
    let request = decoded(&encode::request(std::slice::from_ref(&live)));
    let [resource_spans] = request[&1].as_slice() else { panic!("one resource") };
    let resource_spans = resource_spans.message();
    let resource = attributes(&resource_spans[&1][0].message(), 1);
    assert_eq!(resource, [("service.name".to_owned(), "ficus-gateway".to_owned())].into());
    let scope_spans = resource_spans[&2][0].message();
    assert_eq!(scope_spans[&1][0].message()[&1][0].text(), "ficus");
    let span = scope_spans[&2][0].message();
    assert_eq!(span[&1][0].bytes(), live.context.trace.0);
    assert_eq!(span[&2][0].bytes(), live.context.span.0);
    assert_eq!(span[&4][0].bytes(), live.context.parent.expect("a parent").0);
    assert_eq!(span[&5][0].text(), "GET /api/quotes/{id}");
    assert_eq!(span[&6][0].number(), 2, "a server");
    assert_eq!(span[&7][0].number(), 500_000_000, "it began half a second after the epoch");
    assert_eq!(span[&8][0].number(), 2_000_000_000);
    assert_eq!(span[&15][0].message()[&3][0].number(), 2, "an error");
    assert_eq!(span[&16][0].number(), 1, "sampled");
    assert!(!span.contains_key(&13), "no link");
    let expected = [
        ("error.type", "5xx"),
        ("ficus.assigned", "session"),
        ("ficus.boundary", "quotes"),
        ("ficus.side", "service"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "503"),
        ("http.route", "GET /api/quotes/{id}"),
    ];
    assert_eq!(attributes(&span, 9), expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
}

#[test]
fn a_copy_has_a_resource_of_its_own_and_a_link() {
    let original = (TraceId([7; 16]), SpanId([8; 8]));
    let request = decoded(&encode::request(&[span(None), span(Some(original))]));
    let [_, copies] = request[&1].as_slice() else { panic!("two resources") };
    let copies = copies.message();
    let resource = attributes(&copies[&1][0].message(), 1);
    assert_eq!(resource.get("ficus.shadow").map(String::as_str), Some("1"), "a true value");
    let copy = copies[&2][0].message()[&2][0].message();
    assert_eq!(copy[&6][0].number(), 3, "a client");
    let link = copy[&13][0].message();
    assert_eq!(link[&1][0].bytes(), [7; 16]);
    assert_eq!(link[&2][0].bytes(), [8; 8]);
}

/// A collector that answers every post with `answer` and tells what it was sent.
fn collector(answer: &'static str) -> (Upstream, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (posts, received) = sync_channel(16);
    threads::start("collector", move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            let post = read_post(&mut connection);
            connection.write_all(answer.as_bytes()).expect("a listening exporter");
            if posts.send(post).is_err() {
                return;
            }
        }
    });
    (local(address.port()), received)
}

fn read_post(connection: &mut impl Read) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).expect("a head");
        head.extend(byte);
    }
    let head = String::from_utf8(head).expect("text");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok()).expect("a length");
    let mut body = vec![0; length];
    connection.read_exact(&mut body).expect("a body");
    (head, body)
}

#[test]
fn spans_are_posted_to_the_collector() {
    let (upstream, posts) = collector("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let losses = Arc::<Losses>::default();
    let sink = start(&OtlpSettings::new(upstream), Arc::clone(&losses));
    sink.send(span(None), &losses);
    let (head, body) = posts.recv_timeout(crate::fixture::DEADLINE).expect("a post");
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
    assert_eq!(body, encode::request(&[span(None)]));
    wait_for("the count", || losses.spans_exported.total() == 1);
    assert_eq!(losses.spans.total(), 0);
}

#[test]
fn what_the_collector_does_not_take_is_counted_and_the_rest_goes_on() {
    let (upstream, posts) = collector("HTTP/1.1 429 Slow Down\r\ncontent-length: 0\r\n\r\n");
    let losses = Arc::<Losses>::default();
    let sink = start(&OtlpSettings::new(upstream), Arc::clone(&losses));
    sink.send(span(None), &losses);
    wait_for("the first loss", || losses.spans.total() == 1);
    sink.send(span(None), &losses);
    wait_for("the second loss", || losses.spans.total() == 2);
    assert_eq!(posts.try_iter().count(), 2);
    let gone = start(&OtlpSettings::new(local(9)), Arc::clone(&losses));
    gone.send(span(None), &losses);
    wait_for("the third loss", || losses.spans.total() == 3);
}

#[test]
fn a_full_queue_drops_the_span() {
    let (spans, queue) = sync_channel(1);
    let (sink, losses) = (SpanSink { sample: Weight::FULL, spans }, Losses::default());
    sink.send(span(None), &losses);
    sink.send(span(None), &losses);
    assert_eq!((losses.spans.total(), queue.try_iter().count()), (1, 1));
}
