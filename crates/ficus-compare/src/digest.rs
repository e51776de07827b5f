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
#[repr(u64)]
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
    words: [u64; 8],
}

/// An array while its elements arrive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ArraySum {
    elements: Sum,
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
        let fresh = SipHasher13::new_with_key(key.as_bytes());
        let mut words = [0; 8];
        for (place, pair) in (0u8..).zip(words.as_chunks_mut::<2>().0) {
            let (low, high) = halves(fresh.hash(&[place]).as_u128());
            *pair = [low, high];
        }
        Self { fresh, words }
    }

    /// The hash of `null`.
    pub(crate) fn null(&self) -> Sum {
        self.sum(Tag::Null, &[])
    }

    /// The hash of a boolean.
    pub(crate) fn boolean(&self, value: bool) -> Sum {
        self.sum(Tag::Boolean, &[u8::from(value)])
    }

    /// The hash of a string, decoded: `"\u003c"` is `"<"`.
    pub(crate) fn text(&self, text: &str) -> Sum {
        self.sum(Tag::Text, text.as_bytes())
    }

    /// The hash of any bytes, for bodies without structure.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Sum {
        self.sum(Tag::Text, bytes)
    }

    /// The hash of an integer of any machine size.
    pub(crate) fn integer(&self, negative: bool, magnitude: u64) -> Sum {
        self.pair(Tag::Integer, Sum::from(negative), Sum::from(magnitude))
    }

    /// The hash of a number.
    pub(crate) fn number(&self, number: &Canonical) -> Sum {
        match number {
            Canonical::Integer { negative, magnitude } => self.integer(*negative, *magnitude),
            Canonical::Fraction(bits) => self.sum(Tag::Fraction, &bits.to_le_bytes()),
            Canonical::Decimal(digits) => self.sum(Tag::Decimal, digits.as_bytes()),
        }
    }

    /// What is left of a value of which only the type counts.
    pub(crate) fn shape(&self, kind: Type) -> Sum {
        self.sum(Tag::Type, &[kind as u8])
    }

    /// A value as it enters a sum without order: of a rule's own, or of an array's elements.
    pub(crate) fn masked(&self, value: Sum) -> Sum {
        self.sum(Tag::Masked, &value.to_le_bytes())
    }

    /// Adds an element where order counts.
    pub(crate) fn push(&self, array: &mut ArraySum, element: Sum) {
        array.elements = self.pair(Tag::Element, array.elements, element);
        array.count += 1;
    }

    /// Adds an element where order does not count.
    pub(crate) fn mix(&self, array: &mut ArraySum, element: Sum) {
        array.elements = array.elements.wrapping_add(self.masked(element));
        array.count += 1;
    }

    /// The hash of an array in order.
    pub(crate) fn ordered(&self, array: &ArraySum) -> Sum {
        self.pair(Tag::Array, array.elements, Sum::from(array.count))
    }

    /// The hash of an array whose order does not count.
    pub(crate) fn unordered(&self, array: &ArraySum) -> Sum {
        self.pair(Tag::Unordered, array.elements, Sum::from(array.count))
    }

    /// Adds a member; `key` is the hash of the key as text.
    pub(crate) fn put(&self, object: &mut ObjectSum, key: Sum, value: Sum) {
        object.members = object.members.wrapping_add(self.pair(Tag::Member, key, value));
        object.count += 1;
    }

    /// The hash of an object.
    pub(crate) fn object(&self, object: &ObjectSum) -> Sum {
        self.pair(Tag::Object, object.members, Sum::from(object.count))
    }

    /// Two hashes into one: every half of one is multiplied with every half of the other, under secret words.
    ///
    /// What goes in is keyed already and what comes out is never shown, so that there is nothing to choose inputs by
    /// and nothing to learn from; SipHash would be as good here and takes ten times as long.
    fn pair(&self, tag: Tag, first: Sum, second: Sum) -> Sum {
        let [a, b, c, d, e, f, g, h] = self.words.map(|word| word ^ (tag as u64));
        let (first_low, first_high) = halves(first);
        let (second_low, second_high) = halves(second);
        let straight = fold(first_low ^ a, second_low ^ b) ^ fold(first_high ^ c, second_high ^ d);
        let crossed = fold(first_low ^ e, second_high ^ f) ^ fold(first_high ^ g, second_low ^ h);
        Sum::from(straight) << 64 | Sum::from(crossed)
    }

    /// The tag fills a whole block, so that what follows is read in blocks too.
    fn sum(&self, tag: Tag, bytes: &[u8]) -> Sum {
        let mut hasher = self.fresh;
        hasher.write_u64(tag as u64);
        hasher.write(bytes);
        hasher.finish128().as_u128()
    }
}

/// The lower and the upper half.
#[expect(clippy::cast_possible_truncation, reason = "the half that is cut off is the other one")]
fn halves(sum: Sum) -> (u64, u64) {
    (sum as u64, (sum >> 64) as u64)
}

/// The two halves of a product, one upon the other.
fn fold(left: u64, right: u64) -> u64 {
    let (low, high) = halves(Sum::from(left) * Sum::from(right));
    low ^ high
}

#[cfg(test)]
mod tests;
