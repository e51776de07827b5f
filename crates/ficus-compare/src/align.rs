//! Which elements of two arrays belong together, so that one inserted element is one difference.
//!
//! Equal ends are paired first, then equal elements wherever they stand, then objects that share a key field, and at
//! last what is left between two pairs, by position. Pairs that stand in another order are told apart from pairs that
//! do not by a longest increasing run, so everything costs `n log n` and no array is too long to be aligned.
//!
//! **Invariant:** swapping the arrays swaps the pairs and changes nothing else.

use std::collections::{BTreeMap, VecDeque};

use crate::digest::{Digester, Sum};
use crate::node::Node;
use crate::tree::strict;

/// Fields that name an element, the surest first.
const KEY_FIELDS: [&str; 9] =
    ["id", "uuid", "key", "sku", "code", "slug", "symbol", "currency", "name"];

/// An element with what is left of it under the rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'n> {
    pub(crate) node: &'n Node,
    pub(crate) sum: Sum,
}

/// What belongs together, in the order of the arrays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Alignment {
    /// Indices of elements that belong together.
    pub(crate) pairs: Vec<(usize, usize)>,
    /// Elements only the left array has.
    pub(crate) left: Vec<usize>,
    /// Elements only the right array has.
    pub(crate) right: Vec<usize>,
    /// Some pairs stand in another order.
    pub(crate) reordered: bool,
}

/// Aligns two arrays. Without `ordered`, what is left over is paired wherever it stands.
pub(crate) fn align(
    left: &[Element<'_>],
    right: &[Element<'_>],
    ordered: bool,
    digester: &Digester,
) -> Alignment {
    let sums = |elements: &[Element<'_>]| -> Vec<Sum> {
        elements.iter().map(|element| element.sum).collect()
    };
    if sums(left) <= sums(right) {
        return oriented(left, right, ordered, digester);
    }
    let Alignment { pairs, left, right, reordered } = oriented(right, left, ordered, digester);
    let mut pairs: Vec<(usize, usize)> = pairs.into_iter().map(|(l, r)| (r, l)).collect();
    pairs.sort_unstable();
    Alignment { pairs, left: right, right: left, reordered }
}

fn oriented(
    left: &[Element<'_>],
    right: &[Element<'_>],
    ordered: bool,
    digester: &Digester,
) -> Alignment {
    let mut pairs = equal_ends(left, right);
    let free = |pairs: &[(usize, usize)]| Free::of(left.len(), right.len(), pairs);
    pairs.extend(equal_elements(left, right, &free(&pairs)));
    let rest = free(&pairs);
    let open = !rest.left.is_empty() && !rest.right.is_empty();
    let keyed = open.then(|| same_keys(left, right, digester)).flatten();
    let keys_tell = keyed.is_some();
    pairs.extend(rest.both(keyed.unwrap_or_default()));
    pairs.sort_unstable();
    let backbone = longest_increasing(&pairs);
    let reordered = backbone.len() < pairs.len();
    if !keys_tell {
        let anchors = if ordered { backbone.as_slice() } else { &[] };
        pairs.extend(between(&free(&pairs), anchors));
        pairs.sort_unstable();
    }
    let free = free(&pairs);
    Alignment { pairs, left: free.left, right: free.right, reordered }
}

/// Indices that are in no pair yet.
struct Free {
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Free {
    fn of(left: usize, right: usize, pairs: &[(usize, usize)]) -> Self {
        let (mut left_free, mut right_free) = (vec![true; left], vec![true; right]);
        for (l, r) in pairs {
            left_free.get_mut(*l).into_iter().for_each(|slot| *slot = false);
            right_free.get_mut(*r).into_iter().for_each(|slot| *slot = false);
        }
        let indices = |free: Vec<bool>| {
            free.into_iter().enumerate().filter_map(|(at, free)| free.then_some(at)).collect()
        };
        Self { left: indices(left_free), right: indices(right_free) }
    }

    /// The pairs of which both ends are free.
    fn both(self, pairs: Vec<(usize, usize)>) -> impl Iterator<Item = (usize, usize)> {
        pairs.into_iter().filter(move |(left, right)| {
            self.left.binary_search(left).is_ok() && self.right.binary_search(right).is_ok()
        })
    }
}

fn equal_ends(left: &[Element<'_>], right: &[Element<'_>]) -> Vec<(usize, usize)> {
    let same = |(left, right): &(&Element<'_>, &Element<'_>)| left.sum == right.sum;
    let head = left.iter().zip(right).take_while(same).count();
    let shorter = left.len().min(right.len());
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
    let tail = tail.min(shorter - head);
    let heads = (0..head).map(|at| (at, at));
    heads.chain((1..=tail).map(|back| (left.len() - back, right.len() - back))).collect()
}

/// The first free occurrence on one side with the first on the other, and so on.
fn equal_elements(left: &[Element<'_>], right: &[Element<'_>], free: &Free) -> Vec<(usize, usize)> {
    let mut places: BTreeMap<Sum, VecDeque<usize>> = BTreeMap::new();
    for &at in &free.right {
        right.get(at).into_iter().for_each(|e| places.entry(e.sum).or_default().push_back(at));
    }
    let pair = |&at: &usize| {
        let place = places.get_mut(&left.get(at)?.sum)?.pop_front()?;
        Some((at, place))
    };
    free.left.iter().filter_map(pair).collect()
}

/// Pairs by the first key field that tells the elements apart on both sides and that at least half of the smaller
/// side shares; `None` when there is no such field.
fn same_keys(
    left: &[Element<'_>],
    right: &[Element<'_>],
    digester: &Digester,
) -> Option<Vec<(usize, usize)>> {
    KEY_FIELDS.iter().find_map(|field| {
        let (left, right) = (by_key(left, field, digester)?, by_key(right, field, digester)?);
        let shared: Vec<(usize, usize)> = left
            .iter()
            .filter_map(|(key, &left)| right.get(key).map(|&right| (left, right)))
            .collect();
        (!shared.is_empty() && shared.len() * 2 >= left.len().min(right.len())).then_some(shared)
    })
}

/// Where each key stands; `None` when an element has no such key or two share one.
fn by_key(
    elements: &[Element<'_>],
    field: &str,
    digester: &Digester,
) -> Option<BTreeMap<Sum, usize>> {
    let mut places = BTreeMap::new();
    for (at, element) in elements.iter().enumerate() {
        if places.insert(key_of(element.node, field, digester)?, at).is_some() {
            return None;
        }
    }
    Some(places)
}

fn key_of(node: &Node, field: &str, digester: &Digester) -> Option<Sum> {
    let Node::Object(members) = node else { return None };
    match members.iter().find(|(key, _)| key == field)? {
        (_, key @ (Node::Text(_) | Node::Number(_))) => Some(strict(key, digester)),
        (_, Node::Null | Node::Boolean(_) | Node::Array(_) | Node::Object(_)) => None,
    }
}

/// A longest run of pairs, sorted by their left, whose right indices rise: patience sorting with back links.
fn longest_increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, &(_, right)) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|(top, _)| *top < right);
        before.push(pile.checked_sub(1).and_then(|under| tops.get(under)).map(|(_, at)| *at));
        match tops.get_mut(pile) {
            Some(top) => *top = (right, at),
            None => tops.push((right, at)),
        }
    }
    let mut run = Vec::with_capacity(tops.len());
    let mut next = tops.last().map(|(_, at)| *at);
    while let Some(at) = next {
        run.extend(pairs.get(at));
        next = before.get(at).copied().flatten();
    }
    run.reverse();
    run
}

/// What is free between two anchors belongs together by position.
fn between(free: &Free, anchors: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut left, mut right) = (free.left.as_slice(), free.right.as_slice());
    for (left_anchor, right_anchor) in anchors.iter().copied().chain([(usize::MAX, usize::MAX)]) {
        let (left_gap, left_rest) = left.split_at(left.partition_point(|at| *at < left_anchor));
        let (right_gap, right_rest) =
            right.split_at(right.partition_point(|at| *at < right_anchor));
        pairs.extend(left_gap.iter().copied().zip(right_gap.iter().copied()));
        (left, right) = (left_rest, right_rest);
    }
    pairs
}

#[cfg(test)]
mod tests;
