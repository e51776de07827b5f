//! Mismatches grouped by what differs where, each class with its smallest example.

use std::collections::BTreeMap;

use ficus_model::comparison::{Compared, Difference, DifferenceKind};

use crate::state::{MismatchClass, MismatchExample};

/// Classes kept; mismatches of further ones are counted only.
pub(crate) const CLASSES_MAX: usize = 256;

/// Classes of mismatches, bounded.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    kept: BTreeMap<(String, String, DifferenceKind), MismatchClass>,
    unclassed: u64,
}

impl Classes {
    /// Counts every difference of a mismatch in its class.
    pub(crate) fn add(&mut self, route: &str, compared: &Compared, differences: &[Difference]) {
        for difference in differences {
            let key = (route.to_owned(), difference.path.clone(), difference.kind);
            if let Some(class) = self.kept.get_mut(&key) {
                class.count += 1;
                class.last = class.last.max(compared.at);
                let example = example(compared, difference);
                if weight(&example) < weight(&class.example) {
                    class.example = example;
                }
            } else if self.kept.len() < CLASSES_MAX {
                self.kept.insert(key, first(route, compared, difference));
            } else {
                self.unclassed += 1;
            }
        }
    }

    /// The classes, the most frequent first.
    pub(crate) fn by_frequency(&self) -> Vec<MismatchClass> {
        let mut classes: Vec<_> = self.kept.values().cloned().collect();
        classes.sort_by_key(|class| std::cmp::Reverse(class.count));
        classes
    }

    /// Differences of classes that are not kept.
    pub(crate) const fn unclassed(&self) -> u64 {
        self.unclassed
    }
}

fn first(route: &str, compared: &Compared, difference: &Difference) -> MismatchClass {
    MismatchClass {
        route: route.to_owned(),
        path: difference.path.clone(),
        kind: difference.kind,
        count: 1,
        first: compared.at,
        last: compared.at,
        example: example(compared, difference),
    }
}

fn example(compared: &Compared, difference: &Difference) -> MismatchExample {
    MismatchExample {
        request: compared.request.clone(),
        trace: compared.trace.clone(),
        baseline: difference.baseline.clone(),
        candidate: difference.candidate.clone(),
    }
}

/// How much there is to read.
fn weight(example: &MismatchExample) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    length(&example.baseline) + length(&example.candidate) + example.request.len()
}

#[cfg(test)]
mod tests;
