//! The rules of the house as tests. A rule nobody breaks by accident is a rule nobody needs to remember.
//!
//! Each rule is a function over sources that yields what breaks it, so that it is itself tested with a planted breach.

mod cycles;
mod decisions;
mod dependencies;
mod edges;
mod findings;
mod glossary;
mod limits;
mod links;
mod manifests;
mod names;
mod purity;
mod sources;
mod wire_forms;

use self::sources::Source;

/// Fails with one line per breach.
fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n  {}\n", breaches.join("\n  "));
}

/// A planted file.
fn planted(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

/// Whether a line holds a word as a word.
fn has_word(line: &str, word: &str) -> bool {
    let in_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(in_word) && !after.is_some_and(in_word)
    })
}
