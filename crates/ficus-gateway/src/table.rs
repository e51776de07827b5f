//! The route table: which boundary a request belongs to.
//!
//! A table is compiled from one [`Snapshot`], never changed afterwards, and swapped whole. Requests keep the table
//! they began with, so a swap fails nobody.
//!
//! Routes are kept in a tree with one level per path segment. A general radix tree refuses `{id}` beside `{rest...}`
//! and knows neither methods nor headers; this one walks literal before parameter before rest and asks the predicates
//! at each leaf, so its answer is the model's `RoutePattern::matches` by construction, and a property test says so.
//! What nobody claims goes to the monolith.
//!
//! **Invariant:** a table of an older generation never replaces a newer one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ficus_model::route::{RoutePattern, Segment};
use ficus_model::{BoundaryName, Side, Snapshot, Time};
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;

use crate::arm::Arm;
use crate::lane::{Lane, LaneSettings, Live};
use crate::origin::Origins;
use crate::wall;

mod canonical;
mod current;

pub(crate) use current::CurrentTable;

/// A snapshot, compiled: what requests are routed by.
#[derive(Debug)]
pub(crate) struct RouteTable {
    /// What it was compiled from.
    pub(crate) snapshot: Arc<Snapshot>,
    /// When.
    pub(crate) compiled: Time,
    /// Where everything goes that no boundary claims.
    pub(crate) fallback: Arc<Arm>,
    /// The boundaries, as in the snapshot.
    pub(crate) lanes: Vec<Arc<Lane>>,
    /// The counters of what no boundary claims.
    pub(crate) unclaimed: Arc<Live>,
    /// Requests whose path means one route as written and another once normalised.
    pub(crate) ambiguous: Arc<AtomicU64>,
    root: Node,
}

/// Which boundary and route claim a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Routed {
    /// Index into [`RouteTable::lanes`]; `None` when no boundary claims the request.
    pub(crate) lane: Option<u16>,
    /// Index of the route in the boundary's surface.
    pub(crate) route: u16,
}

/// The part of a request that routes are matched on.
#[derive(Debug, Clone, Copy)]
struct Target<'request> {
    method: &'request str,
    /// The host as the client sent it, with or without a port.
    host: &'request [u8],
    /// The raw path without the query.
    path: &'request str,
    headers: &'request HeaderMap,
}

/// The routes below one path segment.
#[derive(Debug, Default)]
struct Node {
    literals: BTreeMap<String, Node>,
    parameter: Option<Box<Node>>,
    /// Routes that end here.
    ends: Vec<Leaf>,
    /// Routes that take everything from here on.
    rests: Vec<Leaf>,
}

/// One route of one boundary.
#[derive(Debug)]
struct Leaf {
    place: Routed,
    pattern: RoutePattern,
}

impl RouteTable {
    /// Compiles a snapshot. What outlives a table (arms, counters, ceilings) is carried over from `before` by the
    /// boundary's name.
    pub(crate) fn compile(
        snapshot: Arc<Snapshot>,
        before: Option<&Self>,
        origins: &Origins,
        settings: &LaneSettings,
    ) -> Self {
        let mut root = Node::default();
        let mut lanes = Vec::with_capacity(snapshot.boundaries.len());
        for (index, placed) in (0..u16::MAX).zip(&snapshot.boundaries) {
            for (route, pattern) in (0..u16::MAX).zip(&placed.boundary.surface) {
                root.insert(&pattern.path, Routed { lane: Some(index), route }, pattern);
            }
            let known = before.and_then(|table| table.lane_named(&placed.boundary.name));
            let monolith = origins.of(&snapshot.monolith);
            let service = origins.of(&placed.boundary.service);
            let lane = Lane::compile(placed, known, [monolith, service], settings);
            lanes.push(Arc::new(lane));
        }
        root.sort();
        let fallback = origins.of(&snapshot.monolith);
        let fallback = match before.map(|table| &table.fallback) {
            Some(arm) if Arc::ptr_eq(&arm.origin, &fallback) => Arc::clone(arm),
            _ => Arc::new(Arm::unlimited(fallback)),
        };
        let unclaimed = before.map(|table| Arc::clone(&table.unclaimed));
        let ambiguous = before.map(|table| Arc::clone(&table.ambiguous));
        Self {
            snapshot,
            compiled: wall::now(),
            fallback,
            lanes,
            unclaimed: unclaimed.unwrap_or_else(|| Live::new(settings.cores)),
            ambiguous: ambiguous.unwrap_or_default(),
            root,
        }
    }

    /// The boundary that claims a request.
    pub(crate) fn lane(&self, routed: Routed) -> Option<&Arc<Lane>> {
        self.lanes.get(usize::from(routed.lane?))
    }

    /// The boundary of this name.
    pub(crate) fn lane_named(&self, name: &BoundaryName) -> Option<&Arc<Lane>> {
        self.lanes.iter().find(|lane| lane.name == *name)
    }

    /// The arm a request goes to.
    pub(crate) fn arm(&self, routed: Routed, side: Side) -> &Arc<Arm> {
        self.lane(routed).map_or(&self.fallback, |lane| lane.arm(side))
    }

    /// What outlives the table, of the boundary that claims a request or of the unclaimed.
    pub(crate) fn live(&self, routed: Routed) -> &Arc<Live> {
        self.lane(routed).map_or(&self.unclaimed, |lane| &lane.live)
    }

    fn find(&self, target: &Target<'_>) -> Option<Routed> {
        let leaf = self.root.find(target.path.strip_prefix('/'), target)?;
        Some(leaf.place)
    }
}

/// Finds the boundary and the route of a request. What nobody claims, and what two readers could take for two routes,
/// is the monolith's.
pub(crate) fn route(table: &RouteTable, parts: &Parts) -> Routed {
    const UNCLAIMED: Routed = Routed { lane: None, route: 0 };
    let host = parts.headers.get(HOST).map_or(&b""[..], |host| host.as_bytes());
    let target = Target {
        method: parts.method.as_str(),
        host,
        path: parts.uri.path(),
        headers: &parts.headers,
    };
    let found = table.find(&target);
    if let Some(path) = canonical::of(target.path)
        && table.find(&Target { path: &path, ..target }) != found
    {
        table.ambiguous.fetch_add(1, Ordering::Relaxed);
        return UNCLAIMED;
    }
    found.unwrap_or(UNCLAIMED)
}

impl Node {
    fn insert(&mut self, path: &[Segment], place: Routed, pattern: &RoutePattern) {
        let leaf = || Leaf { place, pattern: pattern.clone() };
        match path.split_first() {
            None => self.ends.push(leaf()),
            Some((Segment::Rest, _)) => self.rests.push(leaf()),
            Some((Segment::Literal(text), below)) => {
                self.literals.entry(text.clone()).or_default().insert(below, place, pattern);
            }
            Some((Segment::Parameter(_), below)) => {
                self.parameter.get_or_insert_default().insert(below, place, pattern);
            }
        }
    }

    /// The most demanding leaf first, the order of the files after that.
    fn sort(&mut self) {
        self.ends.sort_by_key(Leaf::looseness);
        self.rests.sort_by_key(Leaf::looseness);
        self.literals.values_mut().for_each(Self::sort);
        if let Some(below) = &mut self.parameter {
            below.sort();
        }
    }

    /// The leaf for the rest of a path; `None` for the path once every segment is used up.
    fn find(&self, path: Option<&str>, target: &Target<'_>) -> Option<&Leaf> {
        let deeper = match path {
            None => self.ends.iter().find(|leaf| leaf.admits(target)),
            Some(path) => {
                let (segment, below) =
                    path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
                let literal = self.literals.get(segment);
                let parameter = self.parameter.as_deref().filter(|_| !segment.is_empty());
                literal
                    .and_then(|node| node.find(below, target))
                    .or_else(|| parameter.and_then(|node| node.find(below, target)))
            }
        };
        deeper.or_else(|| self.rests.iter().find(|leaf| leaf.admits(target)))
    }
}

impl Leaf {
    /// Smaller for a route that asks more.
    fn looseness(&self) -> (bool, std::cmp::Reverse<usize>, bool) {
        let headers = std::cmp::Reverse(self.pattern.headers.len());
        (self.pattern.host.is_none(), headers, self.pattern.method.is_none())
    }

    /// Whether method, host and headers fit; the path has led here.
    fn admits(&self, target: &Target<'_>) -> bool {
        let pattern = &self.pattern;
        pattern.method.as_deref().is_none_or(|method| method == target.method)
            && pattern.host.as_deref().is_none_or(|host| host_is(target.host, host))
            && pattern.headers.iter().all(|(name, value)| {
                target.headers.get_all(name).iter().any(|line| line.as_bytes() == value.as_bytes())
            })
    }
}

/// Whether a `Host` names this host, on whatever port.
fn host_is(sent: &[u8], wanted: &str) -> bool {
    let (name, rest) = sent.split_at_checked(wanted.len()).unwrap_or((sent, b""));
    let port = rest.strip_prefix(b":").unwrap_or(rest);
    name.eq_ignore_ascii_case(wanted.as_bytes())
        && (rest.is_empty() || rest.len() > port.len() && port.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests;
