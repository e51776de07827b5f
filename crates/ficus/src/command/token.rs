//! `ficus token`: a fresh token, and the hash that stands for it in the configuration.

use ficus_control::identity::{TokenHash, fresh_token};

use crate::cli::TokenArgs;
use crate::failure::{Answer, Failure};
use crate::settings::identity::HASH_PREFIX;
use crate::state_directory::write_private;
use crate::terminal::Terminal;

/// Makes a token.
pub(super) fn run(args: &TokenArgs, terminal: Terminal) -> Result<Answer, Failure> {
    let token = fresh_token().map_err(|error| {
        Failure::undone(format!("the system gives no randomness: {error}"), "Try again later.")
    })?;
    let hash = format!("{HASH_PREFIX}{}", TokenHash::of(&token).text());
    match &args.output {
        Some(path) => {
            write_private(path, format!("{token}\n").as_bytes()).map_err(|error| {
                Failure::undone(error.to_string(), "Name a file that does not exist yet.")
            })?;
            terminal.talk(&format!("the token is in {}, for its owner only", path.display()));
        }
        None => {
            terminal.talk("the token, shown this once; its hash goes into the configuration:");
            terminal.data(&token);
        }
    }
    terminal.talk("[[identity]]\nname = \"...\"\nrole = \"operator\"");
    let line = format!("token_hash = \"{hash}\"");
    if args.output.is_some() {
        terminal.data(&line);
    } else {
        terminal.talk(&line);
    }
    Ok(Answer::Yes)
}
