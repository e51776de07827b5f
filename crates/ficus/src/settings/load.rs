//! The files of a configuration: which they are, and reading all of them in one go.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ficus_model::Time;
use ficus_model::boundary::Upstream;
use ficus_model::finding::Severity;
use toml::de::{DeTable, DeValue};

use super::boundary::Placed;
use super::{InstanceSettings, Settings, Surroundings, Written, across, boundary, process};
use crate::file::{Document, Notes, Section, Source};

/// The name looked for when none is given.
pub(crate) const FILE_NAME: &str = "ficus.toml";

/// Largest configuration file, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// What the command line says, which outranks the files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    /// Where everything goes that no boundary claims.
    pub(crate) monolith: Option<Upstream>,
    /// Where clients connect.
    pub(crate) gateway: Option<SocketAddr>,
    /// Where the console and the API listen.
    pub(crate) control: Option<SocketAddr>,
    /// The state directory.
    pub(crate) state: Option<PathBuf>,
}

/// What loading brought up.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The settings; `None` when an error forbids them.
    pub(crate) settings: Option<Settings>,
    /// The process part as far as it was understood, whatever else is wrong: enough to find a running process by.
    pub(crate) process: Option<InstanceSettings>,
    /// Findings and the origin of every value.
    pub(crate) notes: Notes,
    /// The texts, for showing findings in place.
    pub(crate) sources: Vec<Source>,
}

/// Reads `file` (or, when it is `None` and there is one, `ficus.toml` here) and every boundary file it points to.
pub(crate) fn load(file: Option<&Path>, overrides: &Overrides, now: Time) -> Loaded {
    let mut loading = Loading { notes: Notes::default(), sources: Vec::new(), now };
    let settings = loading.settings(file, overrides);
    let Loading { mut notes, sources, .. } = loading;
    notes.findings.sort_by(|left, right| left.place.cmp(&right.place));
    let process = settings.as_ref().map(|settings| settings.process.clone());
    let settings = settings.filter(|_| notes.applicable());
    Loaded { settings, process, notes, sources }
}

/// A boundary, its text, and where it came from.
struct Found {
    placed: Placed,
    text: String,
    file: PathBuf,
    alone: bool,
}

struct Loading {
    notes: Notes,
    sources: Vec<Source>,
    now: Time,
}

impl Loading {
    fn settings(&mut self, file: Option<&Path>, overrides: &Overrides) -> Option<Settings> {
        let path = file.unwrap_or(Path::new(FILE_NAME));
        let fileless = file.is_none() && overrides.monolith.is_some() && !path.exists();
        let source = if fileless {
            Source { name: "(no file)".to_owned(), text: String::new() }
        } else {
            self.read_text(path)?
        };
        let directory = path.parent().unwrap_or(Path::new(""));
        let around = Surroundings { directory, now: self.now };
        let read = source.read(&mut self.notes, |table, notes| {
            Some(read_process(&source, table, notes, overrides, around))
        });
        self.sources.push(source);
        let (process, migration, mut found) = read?;
        for one in &mut found {
            path.clone_into(&mut one.file);
        }
        found.extend(self.boundary_files(&directory.join(&migration)));
        let placed: Vec<Placed> = found.iter().map(|one| one.placed.clone()).collect();
        across::check(&placed, &mut self.notes);
        let boundaries = found.into_iter().map(Written::from).collect();
        Some(Settings { process: process?, boundaries })
    }

    fn boundary_files(&mut self, directory: &Path) -> Vec<Found> {
        match toml_files(directory) {
            Ok(paths) => paths.iter().filter_map(|path| self.boundary_file(path)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.unreadable(directory, &error);
                Vec::new()
            }
        }
    }

    fn boundary_file(&mut self, path: &Path) -> Option<Found> {
        let source = self.read_text(path)?;
        let now = self.now;
        let placed = source.read(&mut self.notes, |table, notes| {
            boundary::read(Section::root(&source, Document::Boundary, table), notes, now)
        });
        let text = source.text.clone();
        self.sources.push(source);
        Some(Found { placed: placed?, text, file: path.to_owned(), alone: true })
    }

    fn read_text(&mut self, path: &Path) -> Option<Source> {
        match read_bounded(path) {
            Ok(text) => Some(Source { name: shown(path), text }),
            Err(error) => {
                self.unreadable(path, &error);
                None
            }
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let message = format!("`{}` could not be read: {error}", shown(path));
        let help = if error.kind() == io::ErrorKind::NotFound {
            "Name it with --config, or start without a file: ficus up --monolith http://127.0.0.1:9000"
        } else {
            "Is it a readable UTF-8 text?"
        };
        self.notes.note(Severity::Error, "config/unreadable-file", message, None, help.to_owned());
    }
}

impl From<Found> for Written {
    fn from(found: Found) -> Self {
        let Found { placed, text, file, alone } = found;
        Self { boundary: placed.boundary, text, file, alone }
    }
}

/// The process part, the migration directory, and the boundaries written inline.
type InstanceRead = (Option<InstanceSettings>, PathBuf, Vec<Found>);

fn read_process(
    source: &Source,
    table: &DeTable<'_>,
    notes: &mut Notes,
    overrides: &Overrides,
    around: Surroundings<'_>,
) -> InstanceRead {
    let mut root = Section::root(source, Document::Process, table);
    let process = process::read(&mut root, notes, overrides, around);
    let migration = root.value(notes, "migration", PathBuf::from("migration"));
    let sections = root.sections(notes, "boundary");
    root.finish(notes);
    let mut found = Vec::with_capacity(sections.len());
    for (section, text) in sections.into_iter().zip(inline_texts(table)) {
        let section = section.embedded(Document::Boundary);
        if let Some(placed) = boundary::read(section, notes, around.now) {
            found.push(Found { placed, text, file: PathBuf::new(), alone: false });
        }
    }
    (process, migration, found)
}

/// The text of each inline boundary as a file of its own would have it: what the ledger keeps.
fn inline_texts(table: &DeTable<'_>) -> Vec<String> {
    let Some(boundaries) = table.get("boundary") else { return Vec::new() };
    let DeValue::Array(array) = boundaries.get_ref() else { return Vec::new() };
    array
        .iter()
        .filter(|element| matches!(element.get_ref(), DeValue::Table(_)))
        .map(|element| toml::to_string(&plain(element.get_ref())).unwrap_or_default())
        .collect()
}

/// A value without its places.
fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix());
            toml::Value::Integer(number.unwrap_or(i64::MAX))
        }
        DeValue::Float(float) => toml::Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(word) => toml::Value::Boolean(*word),
        DeValue::Datetime(moment) => toml::Value::Datetime(*moment),
        DeValue::Array(array) => {
            toml::Value::Array(array.iter().map(|element| plain(element.get_ref())).collect())
        }
        DeValue::Table(table) => {
            let named = |(name, value): (&toml::Spanned<toml::de::DeString<'_>>, &_)| {
                (name.get_ref().to_string(), plain(toml::Spanned::get_ref(value)))
            };
            toml::Value::Table(table.iter().map(named).collect())
        }
    }
}

fn read_bounded(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(io::Error::other("it is larger than 4 MiB"));
    }
    fs::read_to_string(path)
}

fn toml_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A path as people write it: without the leading `./`.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
