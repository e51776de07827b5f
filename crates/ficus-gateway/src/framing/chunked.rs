//! A chunked body, byte by byte where it is framing and by leaps where it is data.
//!
//! Stricter than most readers on purpose: every line ends in CRLF, a size is hexadecimal digits and nothing else, and
//! extensions and trailers are bounded. An extension is allowed and means nothing.

use crate::refusal::Refusal;

/// Most hexadecimal digits of a chunk size: what fits 60 bits.
const SIZE_DIGITS_MAX: u8 = 15;
/// Bytes of extensions in one body; they carry nothing.
const EXTENSION_BYTES_MAX: u32 = 4 * 1024;
/// Bytes of the trailer section.
const TRAILER_BYTES_MAX: u32 = 16 * 1024;

/// How far a chunked body has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunked {
    place: Place,
    extension_bytes: u32,
    trailer_bytes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the digits of a size, after this many of them.
    Size { size: u64, digits: u8 },
    /// In the space or the extension behind a size.
    Extension { size: u64, begun: bool },
    /// At the line feed that ends the size.
    SizeEnd { size: u64 },
    /// In the data, with this many bytes to come.
    Data { left: u64 },
    /// At the carriage return behind the data.
    DataReturn,
    /// At the line feed behind the data.
    DataEnd,
    /// At the start of a trailer line, or of the last, empty line.
    Trailer,
    /// Within a trailer line.
    TrailerLine,
    /// At the line feed of a trailer line.
    TrailerEnd,
    /// At the last line feed.
    LastEnd,
    /// Behind the body.
    Done,
}

impl Chunked {
    /// Before the first byte.
    pub(crate) const START: Self =
        Self { place: Place::Size { size: 0, digits: 0 }, extension_bytes: 0, trailer_bytes: 0 };

    /// Reads on and says how many of `bytes` belong to the body. Fewer than all means that the body has ended, or that
    /// what follows breaks it, which the next call says; so what is passed on does not depend on packets.
    ///
    /// # Errors
    ///
    /// [`Refusal::Framing`] when the first of `bytes` must not stand here.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Result<usize, Refusal> {
        let mut read = 0;
        while self.place != Place::Done {
            let Some(rest) = bytes.get(read..).filter(|rest| !rest.is_empty()) else { break };
            match self.step(rest) {
                Ok(count) => read += count,
                Err(_) if read > 0 => break,
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(read)
    }

    /// Whether the body has been read whole.
    pub(crate) fn done(&self) -> bool {
        self.place == Place::Done
    }

    /// Takes one byte, or all data at once.
    fn step(&mut self, rest: &[u8]) -> Result<usize, Refusal> {
        if let Place::Data { left } = self.place {
            let taken = left.min(rest.len() as u64);
            self.place =
                if taken == left { Place::DataReturn } else { Place::Data { left: left - taken } };
            return usize::try_from(taken).map_err(|_| Refusal::Framing);
        }
        let byte = rest.first().copied().ok_or(Refusal::Framing)?;
        self.place = self.after(byte).ok_or(Refusal::Framing)?;
        Ok(1)
    }

    /// The place behind `byte`; `None` when it must not stand here.
    fn after(&mut self, byte: u8) -> Option<Place> {
        match (self.place, byte) {
            (Place::Size { size, digits }, _) => self.after_size(size, digits, byte),
            (Place::Extension { size, .. }, b'\r') => Some(Place::SizeEnd { size }),
            (Place::Extension { size, begun }, _) => self.after_extension(size, begun, byte),
            (Place::SizeEnd { size: 0 } | Place::TrailerEnd, b'\n') => Some(Place::Trailer),
            (Place::SizeEnd { size }, b'\n') => Some(Place::Data { left: size }),
            (Place::DataReturn, b'\r') => Some(Place::DataEnd),
            (Place::DataEnd, b'\n') => Some(Place::Size { size: 0, digits: 0 }),
            (Place::Trailer, b'\r') => Some(Place::LastEnd),
            (Place::TrailerLine, b'\r') => Some(Place::TrailerEnd),
            (Place::Trailer | Place::TrailerLine, _) => self.after_trailer(byte),
            (Place::LastEnd, b'\n') => Some(Place::Done),
            _ => None,
        }
    }

    fn after_size(&mut self, size: u64, digits: u8, byte: u8) -> Option<Place> {
        let digit = char::from(byte).to_digit(16).map(u64::from);
        match (digit, byte) {
            (Some(digit), _) if digits < SIZE_DIGITS_MAX => {
                Some(Place::Size { size: size << 4 | digit, digits: digits + 1 })
            }
            (None, b'\r') if digits > 0 => Some(Place::SizeEnd { size }),
            (None, _) if digits > 0 => self.after_extension(size, false, byte),
            _ => None,
        }
    }

    /// Space may stand before the semicolon that begins the extension; within it anything visible.
    fn after_extension(&mut self, size: u64, begun: bool, byte: u8) -> Option<Place> {
        self.extension_bytes += 1;
        let begun = begun || byte == b';';
        let legal = if begun {
            byte == b'\t' || !byte.is_ascii_control()
        } else {
            matches!(byte, b' ' | b'\t')
        };
        (legal && self.extension_bytes <= EXTENSION_BYTES_MAX)
            .then_some(Place::Extension { size, begun })
    }

    fn after_trailer(&mut self, byte: u8) -> Option<Place> {
        self.trailer_bytes += 1;
        let starts_line = self.place == Place::Trailer;
        let legal = if starts_line {
            byte.is_ascii_graphic() && byte != b':'
        } else {
            byte == b'\t' || !byte.is_ascii_control()
        };
        (legal && self.trailer_bytes <= TRAILER_BYTES_MAX).then_some(Place::TrailerLine)
    }
}
