//! Rules as they act on hashes: what a rule overlooks is left out of the loose hash and kept in the rule's own sum.
//!
//! Every value has a strict hash, of what it says, and a loose one, of what is left once the rules of its place are
//! applied. Equal strict hashes prove a match. Equal loose hashes prove that the rules explain every difference, and
//! the rules whose own sums differ are the ones that were needed. Tolerances about nearness have no hash; values under
//! them stay as they are, and the diff decides.

use ficus_model::rule::Tolerance;

use crate::digest::{ArraySum, Digester, ObjectSum, Sum, Type};
use crate::places::Cursor;
use crate::rules::Applied;

/// What hashes say about one value. A loose hash of `None` means absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hashed {
    pub(crate) strict: Sum,
    pub(crate) loose: Option<Sum>,
}

/// Applies rules to hashes and keeps the sums of the rules.
#[derive(Debug)]
pub(crate) struct Masker<'r> {
    applied: Applied<'r>,
    digester: Digester,
    sums: Vec<Sum>,
}

/// The hashes of an array while its elements arrive. Where no rule is near, the strict one serves for all.
#[derive(Debug)]
pub(crate) struct HashedArray {
    strict: ArraySum,
    loose: Option<LooseArray>,
    length: usize,
}

/// What is left of an array under rules, in order and without.
#[derive(Debug, Default)]
struct LooseArray {
    ordered: ArraySum,
    unordered: ArraySum,
}

/// The hashes of an object while its members arrive. Where no rule is near, the strict one serves for both.
#[derive(Debug)]
pub(crate) struct HashedObject {
    strict: ObjectSum,
    loose: Option<ObjectSum>,
    length: usize,
}

impl<'r> Masker<'r> {
    /// A masker whose sums are all zero.
    pub(crate) fn new(applied: Applied<'r>, digester: Digester) -> Self {
        Self { applied, digester, sums: vec![0; applied.count()] }
    }

    /// The digester.
    pub(crate) fn digester(&self) -> &Digester {
        &self.digester
    }

    /// What each rule has overlooked.
    pub(crate) fn into_sums(self) -> Vec<Sum> {
        self.sums
    }

    /// The cursor for what lies inside a value: quiet where the value as a whole is overlooked.
    pub(crate) fn inside(&self, cursor: Cursor<'r>) -> Cursor<'r> {
        let whole = |tolerance| matches!(tolerance, Tolerance::Ignore | Tolerance::SameType);
        let masked = self.applied.at(cursor).any(|(_, tolerance)| whole(tolerance));
        if masked { Cursor::QUIET } else { cursor }
    }

    /// A value without parts.
    pub(crate) fn scalar(&mut self, cursor: Cursor<'r>, kind: Type, strict: Sum) -> Hashed {
        self.finish(cursor, kind, Hashed { strict, loose: Some(strict) }, kind == Type::Null)
    }

    /// An array about to be read at a place.
    pub(crate) fn new_array(cursor: Cursor<'r>) -> HashedArray {
        let loose = (!cursor.quiet()).then(LooseArray::default);
        HashedArray { strict: ArraySum::default(), loose, length: 0 }
    }

    /// Adds an element to an array.
    pub(crate) fn push(&self, array: &mut HashedArray, element: Hashed) {
        self.digester.push(&mut array.strict, element.strict);
        if let (Some(loose), Some(left)) = (&mut array.loose, element.loose) {
            self.digester.push(&mut loose.ordered, left);
            self.digester.mix(&mut loose.unordered, left);
        }
        array.length += 1;
    }

    /// A whole array.
    pub(crate) fn array(&mut self, cursor: Cursor<'r>, array: &HashedArray) -> Hashed {
        let strict = self.digester.ordered(&array.strict);
        let Some(left) = &array.loose else { return Hashed { strict, loose: Some(strict) } };
        let mut loose = self.digester.ordered(&left.ordered);
        let unordered =
            self.applied.at(cursor).find(|(_, tolerance)| *tolerance == Tolerance::Unordered);
        if let Some((rule, _)) = unordered {
            self.mask(rule, loose);
            loose = self.digester.unordered(&left.unordered);
        }
        let hashed = Hashed { strict, loose: Some(loose) };
        self.finish(cursor, Type::Array, hashed, array.length == 0)
    }

    /// An object about to be read at a place.
    pub(crate) fn new_object(cursor: Cursor<'r>) -> HashedObject {
        let loose = (!cursor.quiet()).then(ObjectSum::default);
        HashedObject { strict: ObjectSum::default(), loose, length: 0 }
    }

    /// Adds a member to an object.
    pub(crate) fn put(&self, object: &mut HashedObject, key: Sum, value: Hashed) {
        self.digester.put(&mut object.strict, key, value.strict);
        if let (Some(loose), Some(left)) = (&mut object.loose, value.loose) {
            self.digester.put(loose, key, left);
        }
        object.length += 1;
    }

    /// A whole object.
    pub(crate) fn object(&mut self, cursor: Cursor<'r>, object: &HashedObject) -> Hashed {
        let strict = self.digester.object(&object.strict);
        let Some(left) = &object.loose else { return Hashed { strict, loose: Some(strict) } };
        let loose = Some(self.digester.object(left));
        self.finish(cursor, Type::Object, Hashed { strict, loose }, object.length == 0)
    }

    fn finish(&mut self, cursor: Cursor<'r>, kind: Type, hashed: Hashed, empty: bool) -> Hashed {
        let Hashed { strict, loose } = hashed;
        for (rule, tolerance) in self.applied.at(cursor) {
            let masked = match tolerance {
                Tolerance::Ignore => None,
                Tolerance::SameType => Some(self.digester.shape(kind)),
                Tolerance::EmptyIsNull if empty => None,
                Tolerance::EmptyIsNull
                | Tolerance::Unordered
                | Tolerance::Absolute(_)
                | Tolerance::Relative(_)
                | Tolerance::TimeWithin(_) => continue,
            };
            self.mask(rule, strict);
            return Hashed { strict, loose: masked };
        }
        Hashed { strict, loose }
    }

    fn mask(&mut self, rule: usize, value: Sum) {
        let masked = self.digester.masked(value);
        if let Some(sum) = self.sums.get_mut(rule) {
            *sum = sum.wrapping_add(masked);
        }
    }
}

#[cfg(test)]
mod tests;
