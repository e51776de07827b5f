//! Which side answers a request.
//!
//! The strongest ground wins: an explicit `Ficus-Side` (where the installation allows it), then the subject, then the
//! session, then a coin. Subject and session draw from the lottery of the running rollout, so a key keeps its side
//! while the weight stands, a rising weight only adds keys, and a falling one takes the last added away first.
//!
//! The weight is read under the lane's ceiling, which the sentinel may close at any time: what the data plane has
//! aborted no request reaches any more, whatever the table says and whatever an override asks for.

use ficus_model::assignment::{Assigned, Ticket};
use ficus_model::{Side, Weight};
use http::header::{HeaderMap, HeaderName};
use http::request::Parts;

use crate::lane::Lane;
use crate::table::{RouteTable, Routed};

/// Asks for a side, where the installation allows it: `service` or `monolith`.
pub(crate) const SIDE: HeaderName = HeaderName::from_static("ficus-side");

/// Which side a request goes to, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The side.
    pub(crate) side: Side,
    /// How it was chosen.
    pub(crate) assigned: Assigned,
    /// The sticky key's pseudonym; `None` without a key or a rollout.
    pub(crate) key: Option<u64>,
    /// The service's weight it was assigned under.
    pub(crate) weight: Weight,
}

impl Assignment {
    /// To the monolith, without a key: where nothing is split.
    pub(crate) const fn monolith(weight: Weight) -> Self {
        Self { side: Side::Monolith, assigned: Assigned::Coin, key: None, weight }
    }
}

/// Assigns a request to a side; to the monolith where no boundary claims it.
pub(crate) fn assign(
    table: &RouteTable,
    routed: Routed,
    parts: &Parts,
    coin: impl FnOnce() -> u64,
) -> Assignment {
    match table.lane(routed) {
        Some(lane) => assign_on(lane, &parts.headers, coin),
        None => Assignment::monolith(Weight::ZERO),
    }
}

/// Assigns a request of a boundary. The coin is tossed at most once, and only for a request without a key.
fn assign_on(lane: &Lane, headers: &HeaderMap, coin: impl FnOnce() -> u64) -> Assignment {
    let weight = lane.weight();
    if let Some(side) = overridden(lane, headers) {
        return Assignment { side, assigned: Assigned::Override, key: None, weight };
    }
    let Some(lottery) = &lane.lottery else {
        return Assignment::monolith(weight).tossed(weight, coin);
    };
    let drawn = |key: &[u8], assigned| {
        let ticket = lottery.draw(key);
        Assignment { side: ticket.side(weight), assigned, key: Some(ticket.0), weight }
    };
    let subject = lane.key.subject(headers, |key| drawn(key, Assigned::Subject));
    subject
        .or_else(|| lane.key.session(headers).map(|key| drawn(key, Assigned::Session)))
        .unwrap_or_else(|| Assignment::monolith(weight).tossed(weight, coin))
}

impl Assignment {
    /// The same with the side a coin gives; no coin is tossed for nothing.
    fn tossed(self, weight: Weight, coin: impl FnOnce() -> u64) -> Self {
        match weight {
            Weight::ZERO => self,
            weight => Self { side: Ticket(coin()).side(weight), ..self },
        }
    }
}

/// The side an override asks for. The service only where it takes part: a kill and an abort outrank every request.
fn overridden(lane: &Lane, headers: &HeaderMap) -> Option<Side> {
    let asked = headers.get(&SIDE).filter(|_| lane.overrides)?;
    let side = Side::parse(asked.to_str().ok()?)?;
    (side == Side::Monolith || lane.service_takes_part()).then_some(side)
}

#[cfg(test)]
mod tests;
