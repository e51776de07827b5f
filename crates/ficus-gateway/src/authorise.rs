//! Placeholder: what a boundary grants a request before any of its body is read.

use http::request::Parts;

use crate::refusal::Refusal;
use crate::table::{RouteTable, Routed};

/// Whether the boundary takes the request. `length` is its declared body length, in bytes.
pub(crate) fn authorise(
    _table: &RouteTable,
    _routed: Routed,
    _parts: &Parts,
    _length: Option<u64>,
) -> Result<(), Refusal> {
    Ok(())
}
