//! The full comparison of two trees, made only where a hash could not prove them equal.
//!
//! What is reported is the smallest set a person needs: one difference per class, that is per path and kind, with the
//! shortest example. Paths are written as a rule would name them, so that a path can be copied into one.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use ficus_model::comparison::{Difference, DifferenceKind};
use ficus_model::rule::Tolerance;

use crate::align::{Element, align};
use crate::digest::Digester;
use crate::mask::Masker;
use crate::node::Node;
use crate::number::Number;
use crate::rules::Applied;
use crate::show;
use crate::spot::Spot;
use crate::timestamp::Timestamp;
use crate::tree;

/// Classes kept while comparing; more differ in their path only and would not be read.
const CLASSES_MAX: usize = 256;
/// Elements that are listed as missing or extra; beyond it the lengths say more.
const UNPAIRED_LISTED_MAX: usize = 3;
/// How far beyond a bound a difference of doubles may lie: `1.10 - 1.09` is a little more than `0.01`.
const ROUNDING: f64 = 1e-9;

/// Compares trees and collects what differs and which rules were needed.
#[derive(Debug)]
pub(crate) struct Differ<'r> {
    applied: Applied<'r>,
    digester: Digester,
    found: BTreeMap<(String, DifferenceKind), Difference>,
    used: BTreeSet<usize>,
}

impl<'r> Differ<'r> {
    /// A differ that has seen nothing.
    pub(crate) fn new(applied: Applied<'r>, digester: Digester) -> Self {
        Self { applied, digester, found: BTreeMap::new(), used: BTreeSet::new() }
    }

    /// The differences by path, and the rules that were needed.
    pub(crate) fn finish(self) -> (Vec<Difference>, BTreeSet<usize>) {
        (self.found.into_values().collect(), self.used)
    }

    /// Compares two values at one place.
    pub(crate) fn values(&mut self, left: &Node, right: &Node, spot: &Spot<'_>) {
        if left.same(right) || self.excused(left, right, spot) {
            return;
        }
        match (left, right) {
            (Node::Object(left), Node::Object(right)) => self.objects(left, right, spot),
            (Node::Array(left), Node::Array(right)) => self.arrays(left, right, spot),
            _ => {
                let kind = if left.kind() == right.kind() {
                    DifferenceKind::Value
                } else {
                    DifferenceKind::Type
                };
                let (left, right) = show::values(left, right, spot.veil(), &self.digester);
                self.report(spot, kind, Some(left), Some(right));
            }
        }
    }

    /// Whether a rule covers the difference of two values as a whole; notes the rule.
    fn excused(&mut self, left: &Node, right: &Node, spot: &Spot<'_>) -> bool {
        let covering =
            self.applied.at(spot.rules()).find(|(_, tolerance)| covers(*tolerance, left, right));
        self.used.extend(covering.map(|(rule, _)| rule));
        covering.is_some()
    }

    /// Whether a rule covers a value that the other side lacks; notes the rule.
    fn excused_absence(&mut self, present: &Node, spot: &Spot<'_>) -> bool {
        let covering =
            self.applied.at(spot.rules()).find(|(_, tolerance)| absorbs(*tolerance, present));
        self.used.extend(covering.map(|(rule, _)| rule));
        covering.is_some()
    }

    fn objects(&mut self, left: &[(String, Node)], right: &[(String, Node)], spot: &Spot<'_>) {
        let (mut left, mut right) = (left, right);
        while let Some(key) = first_key(left, right) {
            let (here, there) = (take_run(&mut left, key), take_run(&mut right, key));
            let inside = spot.key(key);
            let both = here.len().min(there.len());
            for ((_, left), (_, right)) in here.iter().zip(there) {
                self.values(left, right, &inside);
            }
            here.iter().skip(both).for_each(|(_, value)| self.missing(value, &inside));
            there.iter().skip(both).for_each(|(_, value)| self.extra(value, &inside));
        }
    }

    fn missing(&mut self, value: &Node, spot: &Spot<'_>) {
        if !self.excused_absence(value, spot) {
            let shown = show::value(value, spot.veil(), &self.digester);
            self.report(spot, DifferenceKind::Missing, Some(shown), None);
        }
    }

    fn extra(&mut self, value: &Node, spot: &Spot<'_>) {
        if !self.excused_absence(value, spot) {
            let shown = show::value(value, spot.veil(), &self.digester);
            self.report(spot, DifferenceKind::Extra, None, Some(shown));
        }
    }

    fn arrays(&mut self, left: &[Node], right: &[Node], spot: &Spot<'_>) {
        let inside = spot.index();
        let (left, left_absorbed) = self.elements(left, &inside);
        let (right, right_absorbed) = self.elements(right, &inside);
        self.absorbed(&left_absorbed, &right_absorbed, &inside);
        let mut holding = self.applied.at(spot.rules());
        let unordered = holding.find(|(_, tolerance)| *tolerance == Tolerance::Unordered);
        let alignment = align(&left, &right, unordered.is_none(), &self.digester);
        if alignment.reordered {
            match unordered {
                Some((rule, _)) => drop(self.used.insert(rule)),
                None => self.order(&left, &right, spot),
            }
        }
        for (l, r) in &alignment.pairs {
            if let (Some(left), Some(right)) = (left.get(*l), right.get(*r)) {
                self.values(left.node, right.node, &inside);
            }
        }
        let unpaired = alignment.left.len() + alignment.right.len();
        if unpaired > UNPAIRED_LISTED_MAX && left.len() != right.len() {
            let count = |elements: &[Element<'_>]| match elements.len() {
                1 => Some("1 element".to_owned()),
                count => Some(format!("{count} elements")),
            };
            self.report(spot, DifferenceKind::Length, count(&left), count(&right));
            return;
        }
        let lacking = alignment.left.iter().filter_map(|at| left.get(*at));
        lacking.for_each(|element| self.missing(element.node, &inside));
        let added = alignment.right.iter().filter_map(|at| right.get(*at));
        added.for_each(|element| self.extra(element.node, &inside));
    }

    /// The elements with what the rules leave of them, and those of which they leave nothing with their places.
    fn elements<'n>(
        &self,
        nodes: &'n [Node],
        spot: &Spot<'_>,
    ) -> (Vec<Element<'n>>, Vec<(usize, &'n Node)>) {
        let mut masker = Masker::new(self.applied, self.digester);
        let (mut elements, mut absorbed) = (Vec::with_capacity(nodes.len()), Vec::new());
        for (at, node) in nodes.iter().enumerate() {
            match tree::hashed(node, spot.rules(), &mut masker).loose {
                Some(sum) => elements.push(Element { node, sum }),
                None => absorbed.push((at, node)),
            }
        }
        (elements, absorbed)
    }

    /// Notes the rule that absorbed elements, where without it the arrays would differ in them.
    fn absorbed(&mut self, left: &[(usize, &Node)], right: &[(usize, &Node)], spot: &Spot<'_>) {
        let alike = |((l, left), (r, right)): (&(usize, &Node), &(usize, &Node))| {
            l == r && left.same(right)
        };
        if left.len() == right.len() && left.iter().zip(right).all(alike) {
            return;
        }
        for (_, node) in left.iter().chain(right) {
            let _noted = self.excused_absence(node, spot);
        }
    }

    /// Reports another order by the first elements that stand where others do.
    fn order(&mut self, left: &[Element<'_>], right: &[Element<'_>], spot: &Spot<'_>) {
        let first = left.iter().zip(right).find(|(left, right)| left.sum != right.sum);
        let inside = spot.index();
        let shown =
            |element: &Element<'_>| show::value(element.node, inside.veil(), &self.digester);
        let (left, right) = first.map(|(left, right)| (shown(left), shown(right))).unzip();
        self.report(spot, DifferenceKind::Order, left, right);
    }

    fn report(
        &mut self,
        spot: &Spot<'_>,
        kind: DifferenceKind,
        baseline: Option<String>,
        candidate: Option<String>,
    ) {
        let path = spot.path(&self.digester);
        let classes = self.found.len();
        let difference = Difference { path: path.clone(), kind, baseline, candidate };
        match self.found.entry((path, kind)) {
            Entry::Occupied(mut kept) if shorter(&difference, kept.get()) => {
                kept.insert(difference);
            }
            Entry::Vacant(free) if classes < CLASSES_MAX => {
                free.insert(difference);
            }
            Entry::Occupied(_) | Entry::Vacant(_) => {}
        }
    }
}

/// The key that sorts first among what is left of two objects.
fn first_key<'n>(left: &'n [(String, Node)], right: &'n [(String, Node)]) -> Option<&'n str> {
    let first = |members: &'n [(String, Node)]| members.first().map(|(key, _)| key.as_str());
    match (first(left), first(right)) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

/// Takes the members with this key off the front: none, one, or more where a key stands twice.
fn take_run<'n>(members: &mut &'n [(String, Node)], key: &str) -> &'n [(String, Node)] {
    let end = members.iter().take_while(|(name, _)| name == key).count();
    let (run, rest) = members.split_at(end);
    *members = rest;
    run
}

/// The shorter example is the better one; among equals the one that sorts first whichever side is left.
fn shorter(one: &Difference, other: &Difference) -> bool {
    let size = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let rank = |difference: &Difference| {
        let mut texts = [difference.baseline.clone(), difference.candidate.clone()];
        texts.sort();
        (size(&difference.baseline) + size(&difference.candidate), texts)
    };
    rank(one) < rank(other)
}

/// Whether a tolerance covers two different values.
fn covers(tolerance: Tolerance, left: &Node, right: &Node) -> bool {
    match tolerance {
        Tolerance::Ignore => true,
        Tolerance::SameType => left.kind() == right.kind(),
        Tolerance::EmptyIsNull => left.empty() && right.empty(),
        Tolerance::Unordered => false,
        Tolerance::Absolute(bound) => numbers(left, right).is_some_and(|(l, r)| near(l, r, bound)),
        Tolerance::Relative(share) => {
            numbers(left, right).is_some_and(|(l, r)| near(l, r, share * l.abs().max(r.abs())))
        }
        Tolerance::TimeWithin(span) => {
            times(left, right).is_some_and(|(left, right)| left.within(right, span))
        }
    }
}

/// Whether a tolerance covers the absence of a value.
fn absorbs(tolerance: Tolerance, present: &Node) -> bool {
    match tolerance {
        Tolerance::Ignore => true,
        Tolerance::EmptyIsNull => present.empty(),
        Tolerance::SameType
        | Tolerance::Unordered
        | Tolerance::Absolute(_)
        | Tolerance::Relative(_)
        | Tolerance::TimeWithin(_) => false,
    }
}

fn numbers(left: &Node, right: &Node) -> Option<(f64, f64)> {
    let (Node::Number(left), Node::Number(right)) = (left, right) else { return None };
    Some((Number::value(left), Number::value(right)))
}

fn near(left: f64, right: f64, bound: f64) -> bool {
    let representable = f64::EPSILON * left.abs().max(right.abs());
    let apart = (left - right).abs();
    apart.is_finite() && apart <= bound * (1.0 + ROUNDING) + representable
}

fn times(left: &Node, right: &Node) -> Option<(Timestamp, Timestamp)> {
    let (Node::Text(left), Node::Text(right)) = (left, right) else { return None };
    Timestamp::parse(left).zip(Timestamp::parse(right))
}

#[cfg(test)]
mod tests;
