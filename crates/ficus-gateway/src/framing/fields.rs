//! The few fields that say where a message ends and whom it is for.

use httparse::Header;

use super::Framing;
use crate::refusal::Refusal;

/// Most digits of a length: what fits 63 bits.
const LENGTH_DIGITS_MAX: usize = 18;

/// The lines of a head that decide about framing; everything else is left alone.
#[derive(Default)]
pub(super) struct Fields<'a> {
    hosts: Lines<'a>,
    lengths: Lengths,
    codings: Lines<'a>,
    upgrade: Lines<'a>,
    /// Whether any `Connection` line nominates a field that must stay.
    nominates: bool,
    /// Whether any `Connection` line says `upgrade`.
    says_upgrade: bool,
}

/// The first of the lines with one name, and how many there are.
#[derive(Default)]
struct Lines<'a> {
    first: &'a [u8],
    count: usize,
}

/// All `Content-Length` lines, folded.
#[derive(Default, Clone, Copy)]
enum Lengths {
    #[default]
    None,
    Equal(u64),
    Contradictory,
}

impl<'a> Fields<'a> {
    /// Reads the lines once.
    pub(super) fn read(headers: &[Header<'a>]) -> Self {
        let mut fields = Self::default();
        for header in headers {
            let name = header.name;
            let named = |wanted: &str| name.eq_ignore_ascii_case(wanted);
            match name.len() {
                4 if named("host") => fields.hosts.add(header.value),
                7 if named("upgrade") => fields.upgrade.add(header.value),
                10 if named("connection") => fields.read_connection(header.value),
                14 if named("content-length") => fields.lengths.add(header.value),
                17 if named("transfer-encoding") => fields.codings.add(header.value),
                _ => {}
            }
        }
        fields
    }

    fn read_connection(&mut self, value: &[u8]) {
        for option in members(value) {
            self.nominates |= [&b"host"[..], b"content-length", b"transfer-encoding"]
                .iter()
                .any(|field| option.eq_ignore_ascii_case(field));
            self.says_upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    /// What follows the head. A coding besides `chunked` is refused; so is a coding beside a length, and any coding in
    /// HTTP/1.0, because the next reader might go by the other field.
    pub(super) fn framing(&self, version: u8) -> Result<Framing, Refusal> {
        let chunked = self.chunked()?;
        match (chunked, self.lengths) {
            (_, Lengths::Contradictory) | (true, Lengths::Equal(_)) => Err(Refusal::Framing),
            (true, Lengths::None) if version == 0 => Err(Refusal::Framing),
            (true, Lengths::None) => Ok(Framing::Chunked),
            (false, Lengths::Equal(length)) if length > 0 => Ok(Framing::Length(length)),
            (false, Lengths::None | Lengths::Equal(_)) => {
                Ok(if self.asks_upgrade(version) { Framing::Upgrade } else { Framing::Empty })
            }
        }
    }

    fn chunked(&self) -> Result<bool, Refusal> {
        let value = self.codings.first;
        match self.codings.count {
            0 => Ok(false),
            1 if value.eq_ignore_ascii_case(b"chunked") => Ok(true),
            1 if self.codes_before_chunked() => Err(Refusal::Coding),
            _ => Err(Refusal::Framing),
        }
    }

    /// Whether the line is legal and merely more than is understood here: other codings, then `chunked`, once.
    fn codes_before_chunked(&self) -> bool {
        let mut codings = members(self.codings.first).rev();
        let chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
        codings.next().is_some_and(chunked)
            && codings.all(|coding| !coding.is_empty() && !chunked(coding))
    }

    /// An upgrade other than to HTTP/2, which is answered as HTTP/1.1.
    fn asks_upgrade(&self, version: u8) -> bool {
        let h2c = |protocol: &[u8]| protocol.eq_ignore_ascii_case(b"h2c");
        version == 1
            && self.says_upgrade
            && self.upgrade.count == 1
            && !members(self.upgrade.first).any(h2c)
    }

    /// The one host; `None` for a client of HTTP/1.0 that names none.
    pub(super) fn host(&self, version: u8) -> Result<Option<&'a [u8]>, Refusal> {
        match self.hosts.count {
            0 if version == 0 => Ok(None),
            1 if host_valid(self.hosts.first) => Ok(Some(self.hosts.first)),
            _ => Err(Refusal::Host),
        }
    }

    /// `Connection` must not take away the fields that the next reader needs.
    pub(super) fn check_nominated(&self) -> Result<(), Refusal> {
        if self.nominates { Err(Refusal::Nominated) } else { Ok(()) }
    }
}

impl<'a> Lines<'a> {
    fn add(&mut self, value: &'a [u8]) {
        if self.count == 0 {
            self.first = value;
        }
        self.count += 1;
    }
}

impl Lengths {
    fn add(&mut self, value: &[u8]) {
        *self = match (*self, length(value)) {
            (Self::None, Some(length)) => Self::Equal(length),
            (Self::Equal(before), Some(length)) if before == length => Self::Equal(length),
            _ => Self::Contradictory,
        };
    }
}

/// Digits only: no sign, no list, no space.
fn length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > LENGTH_DIGITS_MAX {
        return None;
    }
    value.iter().try_fold(0_u64, |length, digit| {
        digit.is_ascii_digit().then(|| length * 10 + u64::from(digit - b'0'))
    })
}

/// The members of a list, without the space around them.
fn members(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// A host with an optional port: nothing that could begin a path, a user or a second host.
pub(super) fn host_valid(host: &[u8]) -> bool {
    !host.is_empty()
        && host.iter().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'.' | b'-'
                        | b'_'
                        | b':'
                        | b'['
                        | b']'
                        | b'~'
                        | b'%'
                        | b'!'
                        | b'$'
                        | b'&'
                        | b'\''
                        | b'('
                        | b')'
                        | b'*'
                        | b'+'
                        | b';'
                        | b'='
                )
        })
}
