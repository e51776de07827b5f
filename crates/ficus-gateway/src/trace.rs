//! W3C trace context: every request belongs to a trace, and the gateway never breaks one.
//!
//! A valid `traceparent` is continued with a span of the gateway's own, whatever its flags say: an unsampled context
//! keeps its trace id, because the two halves of a trace are otherwise found in two places. An invalid one restarts
//! the trace and takes `tracestate` with it, as the recommendation demands. `baggage` always passes and is given the
//! side that answers, so that a service three hops on knows which arm it works for.
//!
//! Identifiers come from a counter mixed by a permutation, seeded once per core from the operating system. They are
//! names, not secrets.

use std::cell::Cell;
use std::fmt::{self, Write as _};

use ficus_model::Side;
use http::header::{HeaderMap, HeaderName, HeaderValue};

mod state;

/// The trace and the caller's span.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What vendors add to it.
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
/// What applications add to it.
pub(crate) const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// The baggage member that carries the side.
const SIDE_MEMBER: &str = "ficus.side";
/// Longest baggage the recommendation asks anybody to pass on, in bytes.
const BAGGAGE_BYTES_MAX: usize = 8192;
/// `00-` trace `-` span `-` flags.
const TRACEPARENT_BYTES: usize = 55;
/// The one flag the gateway acts on.
const SAMPLED: u8 = 0b01;
/// The flags the gateway knows, so the ones it passes on: sampled, and random trace id.
const FLAGS_KNOWN: u8 = 0b11;

/// Names a trace; never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(pub(crate) [u8; 16]);

/// Names a span; never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpanId(pub(crate) [u8; 8]);

/// The trace a request belongs to, and the gateway's own span in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// The trace.
    pub(crate) trace: TraceId,
    /// The caller's span; `None` when the trace begins here.
    pub(crate) parent: Option<SpanId>,
    /// The gateway's span.
    pub(crate) span: SpanId,
    /// The flags that are passed on.
    flags: u8,
    /// Whether the caller's `tracestate` belongs to this trace.
    keeps_state: bool,
}

/// A source of trace and span ids for one core.
#[derive(Debug)]
pub(crate) struct Identifiers {
    counter: Cell<u64>,
}

/// What a `traceparent` says.
struct Parent {
    trace: TraceId,
    span: SpanId,
    flags: u8,
}

impl Identifiers {
    /// A source that starts at `seed`; two cores must not share one.
    pub(crate) fn new(seed: u64) -> Self {
        Self { counter: Cell::new(seed) }
    }

    /// The next number: a counter through the SplitMix64 permutation.
    pub(crate) fn next(&self) -> u64 {
        let counter = self.counter.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.counter.set(counter);
        let mixed = (counter ^ (counter >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn span(&self) -> SpanId {
        SpanId(self.next().max(1).to_be_bytes())
    }

    fn trace(&self) -> TraceId {
        let halves = u128::from(self.next()) << 64 | u128::from(self.next().max(1));
        TraceId(halves.to_be_bytes())
    }
}

impl TraceContext {
    /// The context of a request with these headers: the caller's trace, or a new one that is sampled when `sample`
    /// says so.
    pub(crate) fn adopt(
        headers: &HeaderMap,
        identifiers: &Identifiers,
        sample: impl FnOnce() -> bool,
    ) -> Self {
        let Some(parent) = only_parent(headers) else {
            return Self::begin(identifiers, sample());
        };
        Self {
            trace: parent.trace,
            parent: Some(parent.span),
            span: identifiers.span(),
            flags: parent.flags & FLAGS_KNOWN,
            keeps_state: state::valid(headers),
        }
    }

    /// The context that headers carry after [`TraceContext::inject`].
    pub(crate) fn sent(headers: &HeaderMap, identifiers: &Identifiers) -> Self {
        match only_parent(headers) {
            None => Self::begin(identifiers, false),
            Some(Parent { trace, span, flags }) => {
                Self { trace, parent: None, span, flags, keeps_state: true }
            }
        }
    }

    /// A new trace.
    fn begin(identifiers: &Identifiers, sampled: bool) -> Self {
        Self {
            trace: identifiers.trace(),
            parent: None,
            span: identifiers.span(),
            flags: u8::from(sampled),
            keeps_state: false,
        }
    }

    /// The context of a shadow copy: a trace of its own, so that it never sits in the chain of the request it copies.
    pub(crate) fn shadow(&self, identifiers: &Identifiers) -> Self {
        Self::begin(identifiers, self.sampled())
    }

    /// The flags that are passed on.
    pub(crate) fn flags(&self) -> u32 {
        u32::from(self.flags)
    }

    /// Whether spans of this trace are exported.
    pub(crate) fn sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Writes the context into the headers that go upstream. `side` is `None` where no boundary claims the request.
    pub(crate) fn inject(&self, headers: &mut HeaderMap, side: Option<Side>) {
        if let Ok(value) = HeaderValue::from_bytes(&self.traceparent()) {
            drop(headers.insert(TRACEPARENT, value));
        }
        if !self.keeps_state && headers.contains_key(TRACESTATE) {
            drop(headers.remove(TRACESTATE));
        }
        if let Some(side) = side {
            carry_side(headers, side);
        }
    }

    /// The `traceparent` that goes upstream. Written digit by digit: every request pays for it.
    fn traceparent(&self) -> [u8; TRACEPARENT_BYTES] {
        let mut text = [b'-'; TRACEPARENT_BYTES];
        write_hexadecimal(&[0], text.get_mut(..2));
        write_hexadecimal(&self.trace.0, text.get_mut(3..35));
        write_hexadecimal(&self.span.0, text.get_mut(36..52));
        write_hexadecimal(&[self.flags], text.get_mut(53..));
        text
    }
}

/// The digits of `bytes`, into a place of twice their length.
fn write_hexadecimal(bytes: &[u8], place: Option<&mut [u8]>) {
    let (pairs, _none) = place.unwrap_or_default().as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [letter(byte >> 4), letter(byte & 0xf)];
    }
}

fn letter(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

/// The parent, when there is exactly one `traceparent` and it is valid.
fn only_parent(headers: &HeaderMap) -> Option<Parent> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    parse_parent(value.as_bytes().trim_ascii())
}

/// Reads version 00 exactly, and the known front part of later versions.
fn parse_parent(text: &[u8]) -> Option<Parent> {
    let (front, rest) = text.split_at_checked(TRACEPARENT_BYTES)?;
    let mut fields = front.split(|byte| *byte == b'-');
    let [version] = hexadecimal::<1>(fields.next()?)?;
    let trace = hexadecimal::<16>(fields.next()?)?;
    let span = hexadecimal::<8>(fields.next()?)?;
    let [flags] = hexadecimal::<1>(fields.next()?)?;
    let rest_fits = match version {
        0 => rest.is_empty(),
        0xff => false,
        _ => rest.is_empty() || rest.starts_with(b"-"),
    };
    let named = trace != [0; 16] && span != [0; 8];
    (rest_fits && named).then_some(Parent { trace: TraceId(trace), span: SpanId(span), flags })
}

/// Exactly `N` bytes in lower-case hexadecimal.
fn hexadecimal<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, odd) = text.as_chunks::<2>();
    if pairs.len() != N || !odd.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

/// Puts the side into the baggage, in place of whatever a caller claims it to be.
///
/// A baggage that would grow over the limit, or that is not text, passes unchanged.
fn carry_side(headers: &mut HeaderMap, side: Side) {
    if !headers.contains_key(BAGGAGE) {
        let alone = match side {
            Side::Monolith => HeaderValue::from_static("ficus.side=monolith"),
            Side::Service => HeaderValue::from_static("ficus.side=service"),
        };
        drop(headers.insert(BAGGAGE, alone));
        return;
    }
    let mut members = String::new();
    for value in headers.get_all(BAGGAGE) {
        let Ok(text) = value.to_str() else { return };
        for member in text.split(',').map(str::trim).filter(|member| !names_side(member)) {
            members.push_str(member);
            members.push(',');
        }
    }
    members.push_str(SIDE_MEMBER);
    members.push('=');
    members.push_str(side.as_str());
    if members.len() > BAGGAGE_BYTES_MAX {
        return;
    }
    if let Ok(value) = HeaderValue::try_from(members) {
        drop(headers.insert(BAGGAGE, value));
    }
}

/// Whether a baggage member is empty or claims a side.
fn names_side(member: &str) -> bool {
    member.is_empty() || member.split('=').next().is_some_and(|key| key.trim() == SIDE_MEMBER)
}

impl fmt::Display for TraceContext {
    /// The `traceparent` that goes upstream.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_letters(formatter, &self.traceparent())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 32];
        write_hexadecimal(&self.0, Some(&mut text));
        write_letters(formatter, &text)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 16];
        write_hexadecimal(&self.0, Some(&mut text));
        write_letters(formatter, &text)
    }
}

fn write_letters(formatter: &mut fmt::Formatter<'_>, letters: &[u8]) -> fmt::Result {
    letters.iter().try_for_each(|letter| formatter.write_char(char::from(*letter)))
}

#[cfg(test)]
mod tests;
