//! The order-free hash of structured values.
//!
//! Scalars hash with a tag for their type, arrays in order, objects as a sum over their members so that member order
//! never matters. 128 bits under the process's key: what two different bodies must do to collide cannot be planned
//! from outside, and by chance it takes 2⁶⁴ bodies. Sign and magnitude are hashed apart, so `-1` is not `u64::MAX`.

use siphasher::sip128::{Hasher128 as _, SipHasher13};
use std::hash::Hasher as _;

use crate::key::HashKey;
use crate::number::Canonical;

/// A hash of 128 bits.
pub(crate) type Sum = u128;

/// Says what is hashed, so that a string never hashes like the number it spells.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Tag {
    Null = 0,
    Boolean = 1,
    Integer = 2,
    Fraction = 3,
    Text = 4,
    Element = 5,
    Array = 6,
    Member = 7,
    Object = 8,
    Decimal = 9,
    Unordered = 10,
    Type = 11,
    Masked = 12,
}

/// The types JSON tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

/// Makes the hashes of one process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digester {
    fresh: SipHasher13,
}

/// An array while its elements arrive: in order, and as a multiset.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ArraySum {
    ordered: Sum,
    unordered: Sum,
    count: u64,
}

/// An object while its members arrive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ObjectSum {
    members: Sum,
    count: u64,
}

impl Digester {
    /// A digester under a key.
    pub(crate) fn new(key: &HashKey) -> Self {
        Self { fresh: SipHasher13::new_with_key(key.as_bytes()) }
    }

    /// The hash of `null`.
    pub(crate) fn null(&self) -> Sum {
        self.sum(Tag::Null, &[], &[])
    }

    /// The hash of a boolean.
    pub(crate) fn boolean(&self, value: bool) -> Sum {
        self.sum(Tag::Boolean, &[u8::from(value)], &[])
    }

    /// The hash of a string, decoded: `"\u003c"` is `"<"`.
    pub(crate) fn text(&self, text: &str) -> Sum {
        self.sum(Tag::Text, text.as_bytes(), &[])
    }

    /// The hash of any bytes, for bodies without structure.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Sum {
        self.sum(Tag::Text, bytes, &[])
    }

    /// The hash of an integer of any machine size.
    pub(crate) fn integer(&self, negative: bool, magnitude: u64) -> Sum {
        self.sum(Tag::Integer, &[u8::from(negative)], &magnitude.to_le_bytes())
    }

    /// The hash of a number.
    pub(crate) fn number(&self, number: &Canonical) -> Sum {
        match number {
            Canonical::Integer { negative, magnitude } => self.integer(*negative, *magnitude),
            Canonical::Fraction(bits) => self.sum(Tag::Fraction, &bits.to_le_bytes(), &[]),
            Canonical::Decimal(digits) => self.sum(Tag::Decimal, digits.as_bytes(), &[]),
        }
    }

    /// What is left of a value of which only the type counts.
    pub(crate) fn shape(&self, kind: Type) -> Sum {
        self.sum(Tag::Type, &[kind as u8], &[])
    }

    /// A value a rule has masked, as it enters the rule's own sum.
    pub(crate) fn masked(&self, value: Sum) -> Sum {
        self.sum(Tag::Masked, &value.to_le_bytes(), &[])
    }

    /// Adds an element.
    pub(crate) fn push(&self, array: &mut ArraySum, element: Sum) {
        let element_bytes = element.to_le_bytes();
        array.ordered = self.sum(Tag::Element, &array.ordered.to_le_bytes(), &element_bytes);
        array.unordered =
            array.unordered.wrapping_add(self.sum(Tag::Unordered, &element_bytes, &[]));
        array.count += 1;
    }

    /// The hash of an array in order.
    pub(crate) fn ordered(&self, array: &ArraySum) -> Sum {
        self.sum(Tag::Array, &array.ordered.to_le_bytes(), &array.count.to_le_bytes())
    }

    /// The hash of an array whose order does not count.
    pub(crate) fn unordered(&self, array: &ArraySum) -> Sum {
        self.sum(Tag::Unordered, &array.unordered.to_le_bytes(), &array.count.to_le_bytes())
    }

    /// Adds a member; `key` is the hash of the key as text.
    pub(crate) fn put(&self, object: &mut ObjectSum, key: Sum, value: Sum) {
        let member = self.sum(Tag::Member, &key.to_le_bytes(), &value.to_le_bytes());
        object.members = object.members.wrapping_add(member);
        object.count += 1;
    }

    /// The hash of an object.
    pub(crate) fn object(&self, object: &ObjectSum) -> Sum {
        self.sum(Tag::Object, &object.members.to_le_bytes(), &object.count.to_le_bytes())
    }

    fn sum(&self, tag: Tag, first: &[u8], second: &[u8]) -> Sum {
        let mut hasher = self.fresh;
        hasher.write(&[tag as u8]);
        hasher.write(first);
        hasher.write(second);
        hasher.finish128().as_u128()
    }
}

#[cfg(test)]
mod tests;
