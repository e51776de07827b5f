//! The bytes that copies hold, and their bound.
//!
//! A piece of a body that is kept by reference keeps the whole read buffer it was cut from. So small pieces are copied
//! out, which is cheap, and large ones are charged for more than their length. Once the bound is reached copies are
//! given up; the pieces themselves go on to the other side regardless.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

/// Pieces below this many bytes are copied out of the buffer they were cut from.
const COPIED_BELOW: usize = 16 << 10;
/// A piece kept by reference is charged this many times its length.
const PINNED_FACTOR: usize = 2;
/// What a piece costs besides its bytes.
const PIECE_OVERHEAD: usize = 64;

/// The bytes that all copies of the process hold.
#[derive(Debug)]
pub(crate) struct Budget {
    held: AtomicUsize,
    bytes_max: usize,
}

/// The bytes that one copy holds; given back when dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    budget: Arc<Budget>,
    bytes: usize,
}

/// Why a piece was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotKept {
    /// The body is larger than copies may be.
    OverCap,
    /// All copies together hold as much as they may.
    OverBudget,
}

/// The pieces of a body that were kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pieces: Vec<Bytes>,
    bytes: usize,
}

impl Budget {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), bytes_max })
    }

    /// Bytes held now.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

impl Charge {
    /// A charge of nothing yet.
    pub(crate) fn on(budget: &Arc<Budget>) -> Self {
        Self { budget: Arc::clone(budget), bytes: 0 }
    }

    fn grow(&mut self, bytes: usize) -> Result<(), NotKept> {
        let before = self.budget.held.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.budget.bytes_max {
            self.budget.held.fetch_sub(bytes, Ordering::Relaxed);
            return Err(NotKept::OverBudget);
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Kept {
    /// Keeps a piece, as long as the body stays within its cap and all bodies within the budget.
    pub(crate) fn keep(
        &mut self,
        piece: &Bytes,
        bytes_max: usize,
        charge: &mut Charge,
    ) -> Result<(), NotKept> {
        if self.bytes + piece.len() > bytes_max {
            return Err(NotKept::OverCap);
        }
        let copied = piece.len() < COPIED_BELOW;
        let factor = if copied { 1 } else { PINNED_FACTOR };
        charge.grow(piece.len() * factor + PIECE_OVERHEAD)?;
        self.bytes += piece.len();
        self.pieces.push(if copied { Bytes::copy_from_slice(piece) } else { piece.clone() });
        Ok(())
    }

    /// The pieces, in order.
    pub(crate) fn into_pieces(self) -> Vec<Bytes> {
        self.pieces
    }
}

#[cfg(test)]
mod tests;
