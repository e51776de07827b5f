//! The files of the repository as the rules look at them.

use std::path::{Path, PathBuf};

use crate::run::root;

/// Folders that are nobody's source.
const NOT_SOURCE: [&str; 4] = ["target", ".git", "node_modules", "proptest-regressions"];

/// One file, its path relative to the root, with `/`.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Whether it is test code.
    pub(crate) fn test(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        parts.iter().any(|part| matches!(*part, "tests" | "tests.rs" | "testdata" | "tidy"))
            || self.path.ends_with("_test.go")
    }

    /// Its lines with their numbers, comments cut off.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, without_comment(line)))
    }
}

/// All text files with one of these endings under a folder, by path.
pub(crate) fn under(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let mut sources: Vec<Source> = found
        .into_iter()
        .filter(|path| endings.iter().any(|ending| has_ending(path, ending)))
        .filter_map(|path| read(&path))
        .collect();
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    sources
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(listing) = std::fs::read_dir(folder) else { return };
    for path in listing.filter_map(std::result::Result::ok).map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !NOT_SOURCE.contains(&name.as_str()) {
            walk(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Option<Source> {
    let text = std::fs::read_to_string(path).ok()?;
    let relative = path.strip_prefix(root()).ok()?;
    Some(Source { path: relative.to_string_lossy().replace('\\', "/"), text })
}

/// A line up to its comment. A `//` after a colon or inside quotes is an address and stays.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, letter) in line.char_indices() {
        match letter {
            '"' if before != '\\' => quoted = !quoted,
            '/' if before == '/' && !quoted => return line.get(..at - 1).unwrap_or_default(),
            _ => {}
        }
        before = letter;
    }
    line
}

#[cfg(test)]
mod tests;
