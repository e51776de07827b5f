//! A body as a tree, built only where a hash could not prove two bodies equal.

use crate::digest::Type;
use crate::number::Number;

/// A structured value. JSON and forms become one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    Array(Vec<Node>),
    /// Members sorted by key; a key that stood twice stands here twice, in the order it came.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// An object from members in any order.
    pub(crate) fn object(mut members: Vec<(String, Self)>) -> Self {
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        Self::Object(members)
    }

    /// Its type.
    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Boolean(_) => Type::Boolean,
            Self::Number(_) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::Array(_) => Type::Array,
            Self::Object(_) => Type::Object,
        }
    }

    /// `null`, `[]` or `{}`: what Go writes for nothing, depending on how nothing was made.
    pub(crate) fn empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Array(elements) => elements.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Boolean(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// Whether both say the same, member order and spelling of numbers aside.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => {
                left == right || left.canonical() == right.canonical()
            }
            (Self::Array(left), Self::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.same(r))
            }
            (Self::Object(left), Self::Object(right)) => {
                let alike =
                    |((left_key, left), (right_key, right)): (&(String, Self), &(String, Self))| {
                        left_key == right_key && left.same(right)
                    };
                left.len() == right.len() && left.iter().zip(right).all(alike)
            }
            _ => self == other,
        }
    }
}

#[cfg(test)]
mod tests;
