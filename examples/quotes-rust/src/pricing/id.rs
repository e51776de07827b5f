//! Quote ids: the inputs of a quote and the version of its rates, so that nothing need be stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Request;
use crate::gojson;
use crate::wire::{Inputs, read_inputs};

const PREFIX: &str = "q1.";

/// The id of a normalised request.
pub(crate) fn encode(request: &Request, version: i32) -> String {
    let text = gojson::marshal(&Inputs::of(request, version))
        .expect("strings and integers always have a JSON form");
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(text))
}

/// The request and the version an id carries; `None` if it is no id, or carries nothing that can be priced.
pub(crate) fn decode(id: &str) -> Option<(Request, i32)> {
    let text = URL_SAFE_NO_PAD.decode(id.strip_prefix(PREFIX)?).ok()?;
    let (mut request, version) = read_inputs(&gojson::parse(&text).ok()?).ok()?;
    request.normalise().ok()?;
    Some((request, i32::try_from(version).ok()?))
}
