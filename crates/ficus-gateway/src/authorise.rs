//! What a boundary grants a request before any byte of its body is read.
//!
//! A place in flight is granted by the arm the request goes to, once its side is known. What is left to ask here is
//! whether the body is declared larger than the boundary accepts; one without a declared length is counted as it streams.
//! Policies over principals, and quotas, will be asked at this place.

use http::request::Parts;

use crate::refusal::Refusal;
use crate::table::{RouteTable, Routed};

/// Whether the boundary takes the request. `length` is its declared body length, in bytes.
pub(crate) fn authorise(
    table: &RouteTable,
    routed: Routed,
    _parts: &Parts,
    length: Option<u64>,
) -> Result<(), Refusal> {
    let bytes_max = table.lane(routed).map(|lane| lane.limits.request_bytes_max);
    match (length, bytes_max) {
        (Some(length), Some(bytes_max)) if length > bytes_max => Err(Refusal::BodyLimit),
        _ => Ok(()),
    }
}
