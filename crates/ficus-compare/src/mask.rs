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

/// Both hashes of an array while its elements arrive.
#[derive(Debug, Default)]
pub(crate) struct HashedArray {
    strict: ArraySum,
    loose: ArraySum,
    length: usize,
}

/// Both hashes of an object while its members arrive.
#[derive(Debug, Default)]
pub(crate) struct HashedObject {
    strict: ObjectSum,
    loose: ObjectSum,
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

    /// Adds an element to an array.
    pub(crate) fn push(&self, array: &mut HashedArray, element: Hashed) {
        self.digester.push(&mut array.strict, element.strict);
        if let Some(loose) = element.loose {
            self.digester.push(&mut array.loose, loose);
        }
        array.length += 1;
    }

    /// A whole array.
    pub(crate) fn array(&mut self, cursor: Cursor<'r>, array: &HashedArray) -> Hashed {
        let strict = self.digester.ordered(&array.strict);
        let mut loose = self.digester.ordered(&array.loose);
        let unordered =
            self.applied.at(cursor).find(|(_, tolerance)| *tolerance == Tolerance::Unordered);
        if let Some((rule, _)) = unordered {
            self.mask(rule, loose);
            loose = self.digester.unordered(&array.loose);
        }
        let hashed = Hashed { strict, loose: Some(loose) };
        self.finish(cursor, Type::Array, hashed, array.length == 0)
    }

    /// Adds a member to an object.
    pub(crate) fn put(&self, object: &mut HashedObject, key: Sum, value: Hashed) {
        self.digester.put(&mut object.strict, key, value.strict);
        if let Some(loose) = value.loose {
            self.digester.put(&mut object.loose, key, loose);
        }
        object.length += 1;
    }

    /// A whole object.
    pub(crate) fn object(&mut self, cursor: Cursor<'r>, object: &HashedObject) -> Hashed {
        let strict = self.digester.object(&object.strict);
        let loose = Some(self.digester.object(&object.loose));
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
