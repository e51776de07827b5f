//! Spans as an `ExportTraceServiceRequest` of `opentelemetry/proto/trace/v1`. The numbers are that file's.

use ficus_model::assignment::Assigned;

use super::Span;
use super::protobuf::Message;

/// `Span.kind`: the gateway answers a remote caller.
const KIND_SERVER: u64 = 2;
/// `Span.kind`: the gateway asks, and nobody waits for the answer.
const KIND_CLIENT: u64 = 3;
/// `Status.code`: an error.
const STATUS_ERROR: u64 = 2;

/// The body of one post: live requests and copies under resources of their own.
pub(super) fn request(spans: &[Span]) -> Vec<u8> {
    let (copies, live): (Vec<&Span>, Vec<&Span>) =
        spans.iter().partition(|span| span.copy_of.is_some());
    let groups = [(live, false), (copies, true)];
    let filled = groups.into_iter().filter(|(spans, _)| !spans.is_empty());
    let request = filled.fold(Message::default(), |request, (spans, shadow)| {
        request.message(1, resource_spans(&spans, shadow))
    });
    request.into_bytes()
}

fn resource_spans(spans: &[&Span], shadow: bool) -> Message {
    let name = text_attribute("service.name", "ficus-gateway");
    let mut resource = Message::default().message(1, name);
    if shadow {
        resource = resource.message(1, attribute("ficus.shadow", Message::default().number(2, 1)));
    }
    let scope = Message::default().bytes(1, b"ficus");
    let scoped = spans.iter().fold(Message::default().message(1, scope), |scoped, span| {
        scoped.message(2, encoded(span))
    });
    Message::default().message(1, resource).message(2, scoped)
}

fn encoded(span: &Span) -> Message {
    let context = &span.context;
    let ended = span.ended.as_micros().saturating_mul(1000);
    let latency = u64::try_from(span.latency.as_nanos()).unwrap_or(u64::MAX);
    let kind = if span.copy_of.is_some() { KIND_CLIENT } else { KIND_SERVER };
    let mut message = Message::default()
        .bytes(1, &context.trace.0)
        .bytes(2, &context.span.0)
        .bytes(4, context.parent.as_ref().map_or(&[], |parent| parent.0.as_slice()))
        .bytes(5, span.name().as_bytes())
        .number(6, kind)
        .fixed64(7, ended.saturating_sub(latency))
        .fixed64(8, ended);
    for attribute in attributes(span) {
        message = message.message(9, attribute);
    }
    if let Some((trace, original)) = &span.copy_of {
        let link = Message::default().bytes(1, &trace.0).bytes(2, &original.0);
        message = message.message(13, link);
    }
    let status = if span.error().is_some() { STATUS_ERROR } else { 0 };
    message.message(15, Message::default().number(3, status)).fixed32(16, context.flags())
}

fn attributes(span: &Span) -> Vec<Message> {
    let mut attributes = vec![text_attribute("http.request.method", span.method.as_str())];
    if let Some(status) = span.status {
        let value = Message::default().number(3, u64::from(status));
        attributes.push(attribute("http.response.status_code", value));
    }
    if let Some(lane) = &span.lane {
        attributes.push(text_attribute("http.route", lane.route(span.route)));
        attributes.push(text_attribute("ficus.boundary", lane.name.as_str()));
    }
    if let Some(side) = span.side {
        attributes.push(text_attribute("ficus.side", side.as_str()));
    }
    if let Some(assigned) = span.assigned {
        attributes.push(text_attribute("ficus.assigned", word(assigned)));
    }
    if let Some(error) = span.error() {
        attributes.push(text_attribute("error.type", error));
    }
    attributes
}

fn text_attribute(key: &str, value: &str) -> Message {
    attribute(key, Message::default().bytes(1, value.as_bytes()))
}

/// A `KeyValue`; `value` is an `AnyValue`.
fn attribute(key: &str, value: Message) -> Message {
    Message::default().bytes(1, key.as_bytes()).message(2, value)
}

fn word(assigned: Assigned) -> &'static str {
    match assigned {
        Assigned::Override => "override",
        Assigned::Subject => "subject",
        Assigned::Session => "session",
        Assigned::Coin => "coin",
    }
}
