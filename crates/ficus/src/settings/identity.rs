//! Who may act: a name, a role, and a token that is stored hashed or kept in a file of its owner's.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ficus_control::identity::{Identity, Role, TokenHash};
use ficus_model::finding::Place;
use ficus_model::name::Principal;

use super::Surroundings;
use crate::file::{Located, Notes, Section};

/// Shorter tokens can be guessed.
const TOKEN_BYTES_MIN: usize = 16;

/// What precedes a hash, so that another algorithm can come one day.
pub(crate) const HASH_PREFIX: &str = "sha256:";

/// Reads all `[[identity]]` tables.
pub(super) fn read_all(
    sections: Vec<Section<'_>>,
    notes: &mut Notes,
    around: Surroundings<'_>,
) -> Vec<Identity> {
    let mut seen: BTreeMap<Principal, Place> = BTreeMap::new();
    let mut identities = Vec::with_capacity(sections.len());
    for mut section in sections {
        let name = section.required::<Principal>(notes, "name", "Who is it?");
        let role = read_role(&mut section, notes);
        let token = read_token(&mut section, notes, around);
        section.finish(notes);
        let (Some(name), Some(role), Some(token)) = (name, role, token) else { continue };
        if let Some(first) = seen.get(&name.value) {
            let message = format!("identity `{}` is there twice", name.value);
            let help =
                format!("The first is at {first}. Names go into the ledger: keep them apart.");
            notes.error("config/duplicate-name", message, name.place, help);
            continue;
        }
        seen.insert(name.value.clone(), name.place);
        identities.push(Identity { name: name.value, role, token });
    }
    identities
}

fn read_role(section: &mut Section<'_>, notes: &mut Notes) -> Option<Role> {
    let role = section.located(notes, "role", "viewer".to_owned());
    let known = Role::parse(&role.value);
    if known.is_none() {
        let message = format!("`{}` is not a role", role.value);
        let help = "Expected \"operator\" or \"viewer\".";
        notes.error("config/bad-value", message, role.place, help);
    }
    known
}

fn read_token(
    section: &mut Section<'_>,
    notes: &mut Notes,
    around: Surroundings<'_>,
) -> Option<TokenHash> {
    let hash = section.optional::<String>(notes, "token_hash");
    let file = section.optional::<PathBuf>(notes, "token_file");
    match (hash, file) {
        (Some(hash), None) => read_hash(hash, notes),
        (None, Some(file)) => read_token_file(&file, notes, around.directory),
        (None, None) => {
            let help = "`ficus token` makes a token and prints its hash for `token_hash`.";
            let message = "the identity has neither `token_hash` nor `token_file`";
            notes.error("config/missing-key", message, section.place(), help);
            None
        }
        (Some(_), Some(file)) => {
            let message = "the identity has both `token_hash` and `token_file`";
            notes.error("config/contradiction", message, file.place, "Keep one of them.");
            None
        }
    }
}

fn read_hash(hash: Located<String>, notes: &mut Notes) -> Option<TokenHash> {
    let parsed = hash.value.strip_prefix(HASH_PREFIX).and_then(TokenHash::parse);
    if parsed.is_none() {
        // The value is not repeated: somebody may have written the token itself here.
        let help = "Expected \"sha256:\" and 64 hexadecimal digits, as `ficus token` prints them. \
                    If this is the token itself, it is compromised: make a new one.";
        notes.error("config/bad-value", "`token_hash` is not a hash", hash.place, help);
    }
    parsed
}

fn read_token_file(
    file: &Located<PathBuf>,
    notes: &mut Notes,
    directory: &Path,
) -> Option<TokenHash> {
    let path = directory.join(&file.value);
    let token = match fs::read_to_string(&path) {
        Ok(text) => text.trim().to_owned(),
        Err(error) => {
            let message =
                format!("token file `{}` could not be read: {error}", file.value.display());
            let help = "`ficus token --out FILE` writes one.";
            notes.error("config/unreadable-file", message, file.place.clone(), help);
            return None;
        }
    };
    let open = fs::metadata(&path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    if open {
        let message = format!("token file `{}` can be read by others", file.value.display());
        let help = format!("Close it: chmod 600 {}", file.value.display());
        notes.warning("config/open-token-file", message, file.place.clone(), help);
    }
    if token.len() < TOKEN_BYTES_MIN {
        let message = format!("token file `{}` holds no usable token", file.value.display());
        let help = "A token has at least 16 characters; `ficus token --out FILE` makes one.";
        notes.error("config/weak-token", message, file.place.clone(), help);
        return None;
    }
    Some(TokenHash::of(&token))
}
