//! Values as people read them: compact JSON, bounded, nothing hidden shown.

use crate::digest::Digester;
use crate::node::Node;
use crate::redact::{Veil, hidden, scrub};
use crate::tree::strict;

/// Longest shown value, in bytes.
pub(crate) const VALUE_BYTES_MAX: usize = 200;
/// Bytes shown before the first difference of two long texts.
const LEAD_BYTES: usize = 40;
/// Stands for what was left out.
const LEFT_OUT: &str = "…";

/// One value.
pub(crate) fn value(node: &Node, veil: Veil<'_>, digester: &Digester) -> String {
    let mut shown = String::new();
    write(&mut shown, node, veil, digester);
    shorten(&shown, VALUE_BYTES_MAX)
}

/// Two values that differ; of long texts the part where they begin to.
pub(crate) fn values(
    baseline: &Node,
    candidate: &Node,
    veil: Veil<'_>,
    digester: &Digester,
) -> (String, String) {
    if let (Node::Text(left), Node::Text(right)) = (baseline, candidate)
        && !veil.drawn()
    {
        let (left, right) = excerpts(&scrub(left, digester), &scrub(right, digester));
        return (quoted(&left), quoted(&right));
    }
    (value(baseline, veil, digester), value(candidate, veil, digester))
}

/// Both texts from shortly before their first difference on, when either is long.
pub(crate) fn excerpts(left: &str, right: &str) -> (String, String) {
    if left.len().max(right.len()) <= VALUE_BYTES_MAX {
        return (left.to_owned(), right.to_owned());
    }
    let same = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    let start = left.floor_char_boundary(same.saturating_sub(LEAD_BYTES));
    let cut = |text: &str| {
        let rest = text.get(start..).unwrap_or_default();
        let lead = if start == 0 { "" } else { LEFT_OUT };
        format!("{lead}{}", shorten(rest, VALUE_BYTES_MAX - 2 * LEFT_OUT.len()))
    };
    (cut(left), cut(right))
}

/// The text, or its beginning and an ellipsis within `bytes_max`.
pub(crate) fn shorten(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes_max.saturating_sub(LEFT_OUT.len()));
    format!("{}{LEFT_OUT}", text.get(..end).unwrap_or_default())
}

/// Writes compact JSON and stops soon after the bound, so that a large value costs no more than a small one.
fn write(shown: &mut String, node: &Node, veil: Veil<'_>, digester: &Digester) {
    if shown.len() > VALUE_BYTES_MAX {
        return;
    }
    if veil.drawn() && !node.empty() {
        shown.push_str(&hidden(strict(node, digester)));
        return;
    }
    match node {
        Node::Null => shown.push_str("null"),
        Node::Boolean(value) => shown.push_str(if *value { "true" } else { "false" }),
        Node::Number(number) => shown.push_str(&scrub(number.as_str(), digester)),
        Node::Text(text) => shown.push_str(&quoted(&scrub(text, digester))),
        Node::Array(elements) => {
            write_listed(shown, ['[', ']'], elements, |shown, element| {
                write(shown, element, veil.index(), digester);
            });
        }
        Node::Object(members) => {
            write_listed(shown, ['{', '}'], members, |shown, (key, value)| {
                shown.push_str(&quoted(&scrub(key, digester)));
                shown.push(':');
                write(shown, value, veil.key(key), digester);
            });
        }
    }
}

fn write_listed<T>(
    shown: &mut String,
    [open, close]: [char; 2],
    items: &[T],
    mut write_item: impl FnMut(&mut String, &T),
) {
    shown.push(open);
    for (place, item) in items.iter().enumerate() {
        if shown.len() > VALUE_BYTES_MAX {
            break;
        }
        if place > 0 {
            shown.push(',');
        }
        write_item(shown, item);
    }
    shown.push(close);
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests;
