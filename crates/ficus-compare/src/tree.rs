//! The same hashes as [`crate::stream`], made from a tree: for aligning elements and for naming hidden values.

use crate::digest::{ArraySum, Digester, ObjectSum, Sum};
use crate::mask::{Hashed, Masker};
use crate::node::Node;
use crate::places::Cursor;

/// Both hashes of a value under the rules of its place.
pub(crate) fn hashed<'r>(node: &Node, cursor: Cursor<'r>, masker: &mut Masker<'r>) -> Hashed {
    match node {
        Node::Array(elements) => {
            let inside = masker.inside(cursor).index();
            let mut array = Masker::new_array(cursor);
            for element in elements {
                let element = hashed(element, inside, masker);
                masker.push(&mut array, element);
            }
            masker.array(cursor, &array)
        }
        Node::Object(members) => {
            let inside = masker.inside(cursor);
            let mut object = Masker::new_object(cursor);
            for (key, value) in members {
                let value = hashed(value, inside.key(key), masker);
                let key = masker.digester().text(key);
                masker.put(&mut object, key, value);
            }
            masker.object(cursor, &object)
        }
        Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => {
            let sum = strict(node, masker.digester());
            masker.scalar(cursor, node.kind(), sum)
        }
    }
}

/// The hash of what a value says.
pub(crate) fn strict(node: &Node, digester: &Digester) -> Sum {
    match node {
        Node::Null => digester.null(),
        Node::Boolean(value) => digester.boolean(*value),
        Node::Number(number) => digester.number(&number.canonical()),
        Node::Text(text) => digester.text(text),
        Node::Array(elements) => {
            let mut array = ArraySum::default();
            elements.iter().for_each(|value| digester.push(&mut array, strict(value, digester)));
            digester.ordered(&array)
        }
        Node::Object(members) => {
            let mut object = ObjectSum::default();
            for (key, value) in members {
                digester.put(&mut object, digester.text(key), strict(value, digester));
            }
            digester.object(&object)
        }
    }
}

#[cfg(test)]
mod tests;
