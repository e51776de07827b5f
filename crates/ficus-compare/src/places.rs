//! Many paths as one tree, walked beside a body while it is read.
//!
//! A body is walked once and never looked up by path: a [`Cursor`] goes down with the reader and says at every place
//! which items (rules, redactions) apply there. Where no path leads any more the cursor is quiet, and the reader needs
//! to ask nothing.

use std::collections::BTreeMap;

use crate::path::{Part, Path};

/// A tree of places; an item is an index into the owner's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    here: Vec<usize>,
    below: Vec<usize>,
    keys: BTreeMap<String, Places>,
    any_key: Option<Box<Places>>,
    index: Option<Box<Places>>,
}

/// Where a reader is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'p> {
    place: Option<&'p Places>,
    inherited: &'p [usize],
}

impl Places {
    /// The tree of all paths. Items keep the order of their indices everywhere.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = (usize, &'a Path)>) -> Self {
        let mut root = Self::default();
        for (item, path) in paths {
            root.insert(item, path);
        }
        root.settle(&[]);
        root
    }

    /// A cursor at the root, above `status`, `header` and `body`.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor { place: Some(self), inherited: &[] }
    }

    fn insert(&mut self, item: usize, path: &Path) {
        let mut place = self;
        for part in &path.parts {
            place = match part {
                Part::Key(key) => place.keys.entry(key.clone()).or_default(),
                Part::AnyKey => place.any_key.get_or_insert_default(),
                Part::Index => place.index.get_or_insert_default(),
            };
        }
        if path.below { &mut place.below } else { &mut place.here }.push(item);
    }

    /// Spreads `*` into the named keys beside it and `**` downwards, so that a walk has one place to look at.
    fn settle(&mut self, inherited: &[usize]) {
        merge_items(&mut self.here, inherited);
        merge_items(&mut self.below, inherited);
        if let Some(any_key) = &self.any_key {
            self.keys.values_mut().for_each(|place| place.merge(any_key));
        }
        let children = self
            .keys
            .values_mut()
            .chain(self.any_key.as_deref_mut())
            .chain(self.index.as_deref_mut());
        for child in children {
            child.settle(&self.below);
        }
    }

    fn merge(&mut self, other: &Self) {
        merge_items(&mut self.here, &other.here);
        merge_items(&mut self.below, &other.below);
        for (key, place) in &other.keys {
            self.keys.entry(key.clone()).or_default().merge(place);
        }
        if let Some(any_key) = &other.any_key {
            self.any_key.get_or_insert_default().merge(any_key);
        }
        if let Some(index) = &other.index {
            self.index.get_or_insert_default().merge(index);
        }
    }
}

impl<'p> Cursor<'p> {
    /// A cursor no path leads to.
    pub(crate) const QUIET: Self = Self { place: None, inherited: &[] };

    /// The items that apply exactly here, lowest first.
    pub(crate) fn here(self) -> &'p [usize] {
        self.place.map_or(self.inherited, |place| &place.here)
    }

    /// Nothing applies here or below.
    pub(crate) fn quiet(self) -> bool {
        self.place.is_none() && self.inherited.is_empty()
    }

    /// One key down.
    pub(crate) fn key(self, key: &str) -> Self {
        self.down(|place| place.keys.get(key).or(place.any_key.as_deref()))
    }

    /// One index down; all indices are one place.
    pub(crate) fn index(self) -> Self {
        self.down(|place| place.index.as_deref())
    }

    fn down(self, child: impl FnOnce(&'p Places) -> Option<&'p Places>) -> Self {
        match self.place {
            Some(place) => Self { place: child(place), inherited: &place.below },
            None => self,
        }
    }
}

fn merge_items(items: &mut Vec<usize>, more: &[usize]) {
    items.extend_from_slice(more);
    items.sort_unstable();
    items.dedup();
}

#[cfg(test)]
mod tests;
