//! `ficus mismatches`: what differs, class by class with the smallest example, and accepting a class as noise.
//!
//! Accepting writes a rule into the boundary's own file, where its team reviews it like any other line, keeps the
//! file's comments, and has the running ficus apply it. When the result would not be applicable the file is put back.

mod rule;

use std::fs;
use std::path::Path;

use ficus_control::wire::{AppliedView, MismatchView, MismatchesView};

use super::act::boundary_path;
use super::{client, settings};
use crate::cli::{Cli, MismatchesArgs};
use crate::client::Client;
use crate::failure::{Answer, Failure};
use crate::settings::Settings;
use crate::terminal::{Terminal, Tone};

/// Shows the classes, or accepts one.
pub(super) fn run(cli: &Cli, args: &MismatchesArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let client = client(cli)?;
    let view: MismatchesView = client.read(&format!("{}/mismatches", boundary_path(&args.name)))?;
    match &args.accept {
        Some(wanted) => accept(cli, args, wanted, &view, &client, terminal),
        None if args.json => terminal.json(&view).map(|()| Answer::of(view.classes.is_empty())),
        None => {
            terminal.data(&text(&view, terminal));
            Ok(Answer::of(view.classes.is_empty()))
        }
    }
}

/// The classes, the most frequent first.
fn text(view: &MismatchesView, terminal: Terminal) -> String {
    if view.classes.is_empty() {
        return format!("{}: no differences found\n", view.boundary);
    }
    let classes: Vec<String> =
        view.classes.iter().map(|class| class_text(class, terminal)).collect();
    classes.join("\n")
}

fn class_text(class: &MismatchView, terminal: Terminal) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "(absent)".to_owned());
    let title = format!("{}  {}  {}", class.id, class.route, class.path);
    let times = if class.count == 1 { "once".to_owned() } else { format!("{} times", class.count) };
    [
        terminal.paint(&title, Tone::Strong),
        format!("  {} Seen {times}, last at {}.", class.meaning, class.last),
        format!("  example   {}", class.example.request),
        format!("  monolith  {}", value(&class.example.baseline)),
        format!("  service   {}", value(&class.example.candidate)),
        format!("  accept    {}\n", class.accept),
    ]
    .join("\n")
}

fn accept(
    cli: &Cli,
    args: &MismatchesArgs,
    wanted: &str,
    view: &MismatchesView,
    client: &Client,
    terminal: Terminal,
) -> Result<Answer, Failure> {
    let class = find(view, wanted, args.route.as_deref())?;
    let rule = rule::make(&class.rule, args)?;
    if args.print {
        terminal.data(&rule.to_string());
        return Ok(Answer::Yes);
    }
    let settings = settings(cli, terminal)?;
    let target = target(&settings, &args.name)?;
    let before = read(&target.file)?;
    let after = rule::insert(&before, target.inline.as_deref(), &rule)?;
    write(&target.file, &after)?;
    let applied: Result<AppliedView, Failure> = client.send("/api/v1/config/apply", &(), None);
    match applied {
        Ok(_) => {
            let file = target.file.display();
            terminal.talk(&format!("the rule is in {file} and applied; review and commit it"));
            Ok(Answer::Yes)
        }
        Err(failure) => {
            write(&target.file, &before)?;
            let message = format!("{}; the file was put back", failure.message);
            Err(Failure { message, ..failure })
        }
    }
}

/// The one class meant by an id or a path.
fn find<'v>(
    view: &'v MismatchesView,
    wanted: &str,
    route: Option<&str>,
) -> Result<&'v MismatchView, Failure> {
    let meant = |class: &&MismatchView| {
        (class.id == wanted || class.path == wanted)
            && route.is_none_or(|route| class.route == route)
    };
    let mut found = view.classes.iter().filter(meant);
    match (found.next(), found.next()) {
        (Some(class), None) => Ok(class),
        (None, _) => Err(Failure::usage(
            format!("there is no class `{wanted}` among the differences of {}", view.boundary),
            format!("See `ficus mismatches {}`; name a class by its id.", view.boundary),
        )),
        (Some(first), Some(second)) => Err(Failure::usage(
            format!("`{wanted}` names several classes, such as {} and {}", first.id, second.id),
            "Name one by its id, or add --route.",
        )),
    }
}

/// The file a boundary is written in.
struct Target {
    file: std::path::PathBuf,
    /// Its name, when it is one `[[boundary]]` among others.
    inline: Option<String>,
}

fn target(settings: &Settings, name: &str) -> Result<Target, Failure> {
    let mut boundaries = settings.boundaries.iter();
    let written = boundaries.find(|written| written.boundary.name.as_str() == name);
    let written = written.ok_or_else(|| {
        Failure::usage(
            format!("boundary `{name}` is not in the files here"),
            "Run this where the files are, or print the rule with --print.",
        )
    })?;
    let inline = (!written.alone).then(|| name.to_owned());
    Ok(Target { file: written.file.clone(), inline })
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::undone(format!("`{}` could not be read: {error}", path.display()), "")
    })
}

/// Whole or not at all: a reader never sees half a file.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let draft = path.with_extension("toml.draft");
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, path)).map_err(|error| {
        Failure::undone(
            format!("`{}` could not be written: {error}", path.display()),
            "Print the rule with --print and add it by hand.",
        )
    })
}

#[cfg(test)]
mod tests;
