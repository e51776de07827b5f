//! Bodies without structure: text line by line, everything else byte by byte.

use ficus_model::comparison::{Difference, DifferenceKind};

use crate::digest::Digester;
use crate::redact::scrub;
use crate::show::excerpts;

/// What differs between two texts: the first line that does. Line ends and trailing white space are no difference.
pub(crate) fn lines(baseline: &str, candidate: &str, digester: &Digester) -> Option<Difference> {
    let (mut left, mut right) = (normal(baseline), normal(candidate));
    let mut number = 0;
    loop {
        number += 1;
        match (left.next(), right.next()) {
            (None, None) => return None,
            (left, right) if left == right => {}
            (left, right) => return Some(line(number, left, right, digester)),
        }
    }
}

fn normal(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().lines().map(str::trim_end)
}

fn line(number: usize, left: Option<&str>, right: Option<&str>, digester: &Digester) -> Difference {
    let shown = |line: Option<&str>| line.map(|line| scrub(line, digester)).unwrap_or_default();
    let (left_shown, right_shown) = excerpts(&shown(left), &shown(right));
    let told = |line: Option<&str>, shown: &str| match line {
        Some(_) => format!("line {number}: {shown}"),
        None => format!("ends before line {number}"),
    };
    Difference {
        path: "body".to_owned(),
        kind: DifferenceKind::Value,
        baseline: Some(told(left, &left_shown)),
        candidate: Some(told(right, &right_shown)),
    }
}

/// What differs between two bodies nobody can read: their lengths, hashes and where they part.
pub(crate) fn bytes(baseline: &[u8], candidate: &[u8], digester: &Digester) -> Difference {
    let same = baseline.iter().zip(candidate).take_while(|(left, right)| left == right).count();
    let told = |body: &[u8]| {
        let hash = digester.bytes(body) >> 80;
        Some(format!("{} bytes, first difference at {same}, hash {hash:012x}", body.len()))
    };
    Difference {
        path: "body".to_owned(),
        kind: DifferenceKind::Bytes,
        baseline: told(baseline),
        candidate: told(candidate),
    }
}

#[cfg(test)]
mod tests;
