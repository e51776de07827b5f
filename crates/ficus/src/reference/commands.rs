//! `docs/reference/cli.md`, from the definition of the command line.

use clap::{Arg, Command, CommandFactory as _};

use super::NOTICE;
use crate::cli::Cli;

/// The page.
pub(super) fn page() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = format!("# Commands\n\n{NOTICE}{}\n\n", described(&root));
    let notes = root.get_after_help().map(ToString::to_string).unwrap_or_default();
    for line in notes.lines() {
        text.push_str(&format!("{line}  \n"));
    }
    text.push_str("\nOptions every command takes:\n\n");
    text.push_str(&options(root.get_arguments().filter(|argument| argument.is_global_set())));
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        section(command, "ficus", &mut text);
    }
    text
}

fn section(command: &Command, path: &str, text: &mut String) {
    let path = format!("{path} {}", command.get_name());
    let arguments = || command.get_arguments().filter(|argument| shown(argument));
    text.push_str(&format!("\n## `{path}`\n\n{}\n", described(command)));
    let below: Vec<&Command> =
        command.get_subcommands().filter(|below| below.get_name() != "help").collect();
    if below.is_empty() {
        text.push_str(&format!("\n```text\n{}\n```\n", usage(command, &path)));
    }
    if arguments().next().is_some() {
        text.push_str(&format!("\n{}", options(arguments())));
    }
    for command in below {
        section(command, &path, text);
    }
}

/// Global options are described once, help and version nowhere.
fn shown(argument: &Arg) -> bool {
    !argument.is_global_set() && !["help", "version"].contains(&argument.get_id().as_str())
}

fn described(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    let text = about.map(ToString::to_string).unwrap_or_default();
    if text.ends_with('.') { text } else { format!("{text}.") }
}

fn usage(command: &Command, path: &str) -> String {
    let usage = command.clone().render_usage().to_string();
    let (_, after) = usage.split_once(command.get_name()).unwrap_or(("", ""));
    format!("{path}{after}")
}

fn options<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let mut text = "| | |\n|---|---|\n".to_owned();
    for argument in arguments {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let default: Vec<String> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        let takes = argument.get_action().takes_values() && !default.is_empty();
        let default =
            if takes { format!(" [default: {}]", default.join(" ")) } else { String::new() };
        text.push_str(&format!("| `{}` | {help}{default} |\n", name(argument)));
    }
    text
}

fn name(argument: &Arg) -> String {
    let value = argument.get_value_names().and_then(|names| names.first());
    let value = value.map(ToString::to_string).unwrap_or_default();
    let takes = argument.get_action().takes_values();
    match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(long)) if takes => format!("-{short}, --{long} {value}"),
        (None, Some(long)) if takes => format!("--{long} {value}"),
        (_, Some(long)) => format!("--{long}"),
        (_, None) if argument.is_required_set() => format!("<{value}>"),
        (_, None) => format!("[{value}]"),
    }
}
