//! One TOML table being read: asked key by key, it knows at the end what nobody asked for.

use std::collections::BTreeSet;
use std::ops::Range;

use ficus_model::finding::Place;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Document;
use super::nearest::nearest;
use super::shape::Shape;
use super::{Known, Notes, Origin, Source};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Located<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it is written; for a default, the section that lacks it.
    pub(crate) place: Place,
}

/// One table of one document.
pub(crate) struct Section<'d> {
    source: &'d Source,
    document: Document,
    /// Path inside the document, such as `canary.steps`.
    path: String,
    /// What precedes the path in the full key, such as `boundary.quotes.`.
    prefix: String,
    table: Option<&'d DeTable<'d>>,
    span: Range<usize>,
    asked: BTreeSet<&'static str>,
}

impl<'d> Section<'d> {
    /// The root of a document.
    pub(crate) fn root(source: &'d Source, document: Document, table: &'d DeTable<'d>) -> Self {
        Self {
            source,
            document,
            path: String::new(),
            prefix: String::new(),
            table: Some(table),
            span: 0..0,
            asked: BTreeSet::new(),
        }
    }

    /// The same table as the root of another document, its keys shown below `prefix`.
    pub(crate) fn embedded(mut self, document: Document) -> Self {
        self.document = document;
        self.path = String::new();
        self
    }

    /// Shows the keys read from now on below `boundary.<name>.`.
    pub(crate) fn shown_below(&mut self, prefix: String) {
        self.prefix = prefix;
    }

    /// Where the section begins.
    pub(crate) fn place(&self) -> Place {
        self.source.place(self.span.clone())
    }

    /// The value of a key that has a default; a bad value is a finding, and the default goes on.
    pub(crate) fn value<T: Shape>(
        &mut self,
        notes: &mut Notes,
        key: &'static str,
        default: T,
    ) -> T {
        self.located(notes, key, default).value
    }

    /// The same with its place.
    pub(crate) fn located<T: Shape>(
        &mut self,
        notes: &mut Notes,
        key: &'static str,
        default: T,
    ) -> Located<T> {
        match self.look::<T>(notes, key) {
            Looked::Good(located) => located,
            Looked::Bad => Located { value: default, place: self.place() },
            Looked::Absent => {
                self.know(notes, key, Some(default.write()), Origin::Default);
                Located { value: default, place: self.place() }
            }
        }
    }

    /// The value of a key that must be there; its absence is a finding.
    pub(crate) fn required<T: Shape>(
        &mut self,
        notes: &mut Notes,
        key: &'static str,
        help: &str,
    ) -> Option<Located<T>> {
        match self.look::<T>(notes, key) {
            Looked::Good(located) => Some(located),
            Looked::Bad => None,
            Looked::Absent => {
                self.know(notes, key, None, Origin::Default);
                let message = format!("key `{}` is missing", self.path_of(key));
                notes.error("config/missing-key", message, self.place(), help);
                None
            }
        }
    }

    /// The value of a key that may be left out.
    pub(crate) fn optional<T: Shape>(
        &mut self,
        notes: &mut Notes,
        key: &'static str,
    ) -> Option<Located<T>> {
        match self.look::<T>(notes, key) {
            Looked::Good(located) => Some(located),
            Looked::Bad => None,
            Looked::Absent => {
                self.know(notes, key, None, Origin::Default);
                None
            }
        }
    }

    /// The elements of an array, each with its place; `None` when the key is left out.
    pub(crate) fn list<T: Shape>(
        &mut self,
        notes: &mut Notes,
        key: &'static str,
    ) -> Option<Vec<Located<T>>> {
        let Some((name, value)) = self.find(key) else {
            self.know(notes, key, None, Origin::Default);
            return None;
        };
        let DeValue::Array(array) = value.get_ref() else {
            self.mismatch(notes, key, value, "expected a list in brackets");
            return None;
        };
        self.know_written(notes, key, name, value);
        let mut elements = Vec::with_capacity(array.len());
        for element in array.iter() {
            match T::read(element.get_ref()) {
                Ok(good) => {
                    let place = self.source.place(element.span());
                    elements.push(Located { value: good, place });
                }
                Err(problem) => self.mismatch(notes, key, element, &problem),
            }
        }
        Some(elements)
    }

    /// A list of texts that has a default.
    pub(crate) fn texts(
        &mut self,
        notes: &mut Notes,
        key: &'static str,
        default: Vec<String>,
    ) -> Vec<String> {
        match self.list::<String>(notes, key) {
            Some(texts) => texts.into_iter().map(|located| located.value).collect(),
            None => {
                if let Some(known) = notes.known.last_mut().filter(|known| known.value.is_none()) {
                    known.value = Some(format!("{default:?}"));
                }
                default
            }
        }
    }

    /// The names and texts of a free table, such as header predicates.
    pub(crate) fn pairs(&mut self, notes: &mut Notes, key: &'static str) -> Vec<(String, String)> {
        let Some((name, value)) = self.find(key) else {
            self.know(notes, key, None, Origin::Default);
            return Vec::new();
        };
        let DeValue::Table(table) = value.get_ref() else {
            self.mismatch(notes, key, value, "expected a table of names and texts");
            return Vec::new();
        };
        self.know_written(notes, key, name, value);
        let mut pairs = Vec::with_capacity(table.len());
        for (name, value) in table {
            match String::read(value.get_ref()) {
                Ok(text) => pairs.push((name.get_ref().to_string(), text)),
                Err(problem) => self.mismatch(notes, key, value, &problem),
            }
        }
        pairs
    }

    /// The section below a key; an empty one when it is left out.
    pub(crate) fn section(&mut self, notes: &mut Notes, key: &'static str) -> Section<'d> {
        let found = self.find(key);
        let (table, span) = match found {
            Some((name, value)) => {
                let table = self.table_in(notes, key, value);
                (table, name.span())
            }
            None => (None, self.span.clone()),
        };
        self.below(key, table, span)
    }

    /// The sections of an array of tables.
    pub(crate) fn sections(&mut self, notes: &mut Notes, key: &'static str) -> Vec<Section<'d>> {
        let Some((_, value)) = self.find(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            let help = format!("expected tables written `[[{}]]`", self.path_of(key));
            self.mismatch(notes, key, value, &help);
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(array.len());
        for element in array.iter() {
            if let Some(table) = self.table_in(notes, key, element) {
                sections.push(self.below(key, Some(table), element.span()));
            }
        }
        sections
    }

    /// Ends the reading: every key nobody asked for is a finding.
    pub(crate) fn finish(self, notes: &mut Notes) {
        let Some(table) = self.table else { return };
        for name in table.keys() {
            let written = name.get_ref().as_ref();
            if self.asked.contains(written) {
                continue;
            }
            let place = self.source.place(name.span());
            let message = format!("unknown key `{}`", self.path_of(written));
            let help = match nearest(written, self.asked.iter().copied()) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => self.known_here(),
            };
            notes.error("config/unknown-key", message, place, help);
        }
    }

    fn table_in(
        &self,
        notes: &mut Notes,
        key: &str,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Option<&'d DeTable<'d>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.mismatch(notes, key, value, "expected a table");
        None
    }

    fn known_here(&self) -> String {
        let known = self.asked.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>();
        format!("Known here: {}.", known.join(", "))
    }

    fn below(&self, key: &str, table: Option<&'d DeTable<'d>>, span: Range<usize>) -> Self {
        Self {
            source: self.source,
            document: self.document,
            path: self.path_of(key),
            prefix: self.prefix.clone(),
            table,
            span,
            asked: BTreeSet::new(),
        }
    }

    fn look<T: Shape>(&mut self, notes: &mut Notes, key: &'static str) -> Looked<T> {
        let Some((name, value)) = self.find(key) else { return Looked::Absent };
        match T::read(value.get_ref()) {
            Ok(good) => {
                self.know_written(notes, key, name, value);
                let place = self.source.place(value.span());
                Looked::Good(Located { value: good, place })
            }
            Err(problem) => {
                self.mismatch(notes, key, value, &problem);
                Looked::Bad
            }
        }
    }

    fn find(&mut self, key: &'static str) -> Option<Entry<'d>> {
        self.asked.insert(key);
        let table = self.table?;
        table.iter().find(|(name, _)| name.get_ref().as_ref() == key)
    }

    fn mismatch(&self, notes: &mut Notes, key: &str, value: &Spanned<DeValue<'_>>, problem: &str) {
        let message = format!("key `{}`: {problem}", self.path_of(key));
        let help = self
            .document
            .key(&self.path_of(key))
            .map_or_else(String::new, |known| format!("Expected {}.", known.kind.phrase()));
        notes.error("config/bad-value", message, self.source.place(value.span()), help);
    }

    fn know_written(
        &self,
        notes: &mut Notes,
        key: &str,
        name: &Spanned<toml::de::DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let text = self.source.text.get(value.span()).unwrap_or_default().to_owned();
        self.know(notes, key, Some(text), Origin::File(self.source.place(name.span())));
    }

    fn know(&self, notes: &mut Notes, key: &str, value: Option<String>, origin: Origin) {
        let schema = self.path_of(key);
        let key = format!("{}{schema}", self.prefix);
        notes.known.push(Known { key, schema, document: self.document, value, origin });
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// A key with its value, both with their spans.
type Entry<'d> = (&'d Spanned<toml::de::DeString<'d>>, &'d Spanned<DeValue<'d>>);

/// What came of looking for a key.
enum Looked<T> {
    /// There and good.
    Good(Located<T>),
    /// There and noted as bad.
    Bad,
    /// Not there.
    Absent,
}
