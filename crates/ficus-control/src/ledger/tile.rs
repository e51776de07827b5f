//! Tiles: the cut of the tree that C2SP tlog-tiles names, stores and serves.
//!
//! A tile of level *l* holds up to 256 hashes of subtrees of 256^l leaves. Its path says level and number; the
//! number is written in groups of three digits so that no directory grows without bound.

use std::fmt;

/// Levels of the tree one tile spans.
pub const TILE_HEIGHT: u8 = 8;
/// Hashes, or entries of a bundle, in a full tile.
pub const TILE_HASHES: u16 = 256;

/// A tile of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Level, from the leaves up.
    pub level: u8,
    /// Number within the level, from the left.
    pub number: u64,
    /// Hashes in it: 1 to 256.
    pub width: u16,
}

/// A bundle of entries: the leaves themselves under a tile of level 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bundle {
    /// Number from the left.
    pub number: u64,
    /// Entries in it: 1 to 256.
    pub width: u16,
}

impl Tile {
    /// All tiles a tree of `size` leaves consists of, level by level; a partial tile only at each level's end.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let levels = (0u8..).map_while(move |level| {
            let hashes = hashes_at(size, level);
            (hashes > 0).then_some((level, hashes))
        });
        levels.flat_map(|(level, hashes)| {
            widths(hashes).map(move |(number, width)| Self { level, number, width })
        })
    }

    /// Whether there is nothing to add to it.
    pub const fn full(self) -> bool {
        self.width == TILE_HASHES
    }
}

impl Bundle {
    /// All bundles of `size` entries.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        widths(size).map(|(number, width)| Self { number, width })
    }

    /// The position of its first entry.
    pub const fn first(self) -> u64 {
        self.number * TILE_HASHES as u64
    }
}

/// Complete subtrees of 256^level leaves among `size` leaves.
fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(TILE_HEIGHT) * u32::from(level)).unwrap_or(0)
}

fn widths(hashes: u64) -> impl Iterator<Item = (u64, u16)> {
    let step = u64::from(TILE_HASHES);
    (0..hashes.div_ceil(step)).map(move |number| {
        let width = (hashes - number * step).min(step);
        (number, u16::try_from(width).unwrap_or(TILE_HASHES))
    })
}

/// `1234067` as `x001/x234/067`.
fn write_number(formatter: &mut fmt::Formatter<'_>, number: u64) -> fmt::Result {
    if number >= 1000 {
        write_leading(formatter, number / 1000)?;
    }
    write!(formatter, "{:03}", number % 1000)
}

fn write_leading(formatter: &mut fmt::Formatter<'_>, number: u64) -> fmt::Result {
    if number >= 1000 {
        write_leading(formatter, number / 1000)?;
    }
    write!(formatter, "x{:03}/", number % 1000)
}

fn write_width(formatter: &mut fmt::Formatter<'_>, width: u16) -> fmt::Result {
    if width < TILE_HASHES { write!(formatter, ".p/{width}") } else { Ok(()) }
}

impl fmt::Display for Tile {
    /// The path below the log's root.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "tile/{}/", self.level)?;
        write_number(formatter, self.number)?;
        write_width(formatter, self.width)
    }
}

impl fmt::Display for Bundle {
    /// The path below the log's root.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("tile/entries/")?;
        write_number(formatter, self.number)?;
        write_width(formatter, self.width)
    }
}

#[cfg(test)]
mod tests;
