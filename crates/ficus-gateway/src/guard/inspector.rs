//! Follows a client's bytes from message to message.

use crate::framing::{self, Chunked, Framing};
use crate::refusal::Refusal;

use super::signals::{Signals, Waits};

/// What is to be done with the bytes behind the accepted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There are none.
    More,
    /// They wait for what follows them.
    Hold,
    /// They begin a head that must not be passed on.
    Refuse(Refusal),
    /// They break the body they belong to.
    Break(Refusal),
}

/// Where in the stream of messages the client is.
#[derive(Debug)]
pub(super) struct Inspector {
    place: Place,
    /// How much of a held head was searched for its end.
    searched: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At or within a head.
    Head,
    /// Within a body, with this many bytes to come.
    Length(u64),
    /// Within a chunked body.
    Chunked(Chunked),
    /// Behind a request for an upgrade: what follows is kept for whoever takes over, or thrown away.
    Undecided,
}

impl Inspector {
    /// At the first head.
    pub(super) fn new() -> Self {
        Self { place: Place::Head, searched: 0 }
    }

    /// Whether bytes are to be held until an upgrade is decided.
    pub(super) fn undecided(&self) -> bool {
        self.place == Place::Undecided
    }

    /// What the client is waited for.
    pub(super) fn waits(&self, holds: bool) -> Waits {
        match self.place {
            Place::Head if holds => Waits::Head,
            Place::Head => Waits::Request,
            Place::Length(_) | Place::Chunked(_) => Waits::Body,
            Place::Undecided => Waits::Nothing,
        }
    }

    /// Reads fresh bytes; says how many of them are accepted.
    pub(super) fn read(&mut self, bytes: &[u8], signals: &Signals) -> (usize, Step) {
        let mut accepted = 0;
        loop {
            let rest = bytes.get(accepted..).unwrap_or_default();
            if rest.is_empty() {
                return (accepted, Step::More);
            }
            let stop = match self.advance(rest, signals) {
                Ok(Some(count)) => {
                    accepted += count;
                    continue;
                }
                Ok(None) => Step::Hold,
                Err(refusal) if self.place == Place::Head => Step::Refuse(refusal),
                Err(refusal) => Step::Break(refusal),
            };
            return (accepted, stop);
        }
    }

    /// Reads held bytes, which begin with a head whose end had not arrived. Its end is searched for in the new bytes
    /// only, so a head that trickles in costs no more than one that comes at once.
    pub(super) fn read_held(&mut self, held: &[u8], signals: &Signals) -> (usize, Step) {
        let from = self.searched.saturating_sub(3);
        let ends = held.get(from..).is_some_and(has_empty_line);
        self.searched = held.len();
        if !ends && held.len() < framing::HEAD_BYTES_MAX {
            return (0, Step::Hold);
        }
        self.searched = 0;
        let (accepted, step) = self.read(held, signals);
        if step == Step::Hold {
            self.searched = held.len() - accepted;
        }
        (accepted, step)
    }

    /// Accepts one head, or as much of a body as there is; `None` when a head is not whole.
    fn advance(&mut self, bytes: &[u8], signals: &Signals) -> Result<Option<usize>, Refusal> {
        match &mut self.place {
            Place::Head => {
                let Some(head) = framing::read_head(bytes)? else { return Ok(None) };
                self.place = match head.framing {
                    Framing::Empty => Place::Head,
                    Framing::Length(length) => Place::Length(length),
                    Framing::Chunked => Place::Chunked(Chunked::START),
                    Framing::Upgrade => Place::Undecided,
                };
                signals.head(head.framing);
                Ok(Some(head.length))
            }
            Place::Length(left) => {
                let count = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= count as u64;
                if *left == 0 {
                    self.place = Place::Head;
                }
                Ok(Some(count))
            }
            Place::Chunked(chunked) => {
                let count = chunked.advance(bytes)?;
                if chunked.done() {
                    self.place = Place::Head;
                }
                Ok(Some(count))
            }
            Place::Undecided => Ok(None),
        }
    }
}

/// Whether an empty line ends here, in either of its spellings.
fn has_empty_line(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n")
}
