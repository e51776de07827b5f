//! The state directory: what only its owner may read. Control keeps the ledger in it and locks it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ficus_control::identity::fresh_token;
use thiserror::Error;

/// The operator's token of an installation that names no identity.
const TOKEN_FILE: &str = "operator.token";
/// The secret from which every rollout's lottery is derived.
const SECRET_FILE: &str = "assignment.secret";

/// A state directory, readable by its owner only.
#[derive(Debug)]
pub(crate) struct StateDirectory {
    path: PathBuf,
}

/// Why a state directory can not be used.
#[derive(Debug, Error)]
pub(crate) enum StateError {
    /// The system said no.
    #[error("`{}` could not be {done}: {source}", .path.display())]
    System {
        /// Which file or directory.
        path: PathBuf,
        /// What was tried.
        done: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The secret has another length than it was written with.
    #[error("`{}` is damaged", .0.display())]
    Damaged(PathBuf),
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
}

impl StateDirectory {
    /// The directory at this path, made when it is missing.
    ///
    /// # Errors
    /// When it can not be made.
    pub(crate) fn open(path: &Path) -> Result<Self, StateError> {
        let mut builder = fs::DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(path);
        made.map_err(|source| StateError::System {
            path: path.to_owned(),
            done: "created",
            source,
        })?;
        Ok(Self { path: path.to_owned() })
    }

    /// The path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The operator's token, made when there is none yet.
    ///
    /// # Errors
    /// When it can neither be read nor made.
    pub(crate) fn operator_token(&self) -> Result<String, StateError> {
        let path = token_path(&self.path);
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(text.trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(StateError::System { path, done: "read", source }),
        }
        let token = fresh_token().map_err(StateError::Randomness)?;
        write_private(&path, format!("{token}\n").as_bytes())?;
        Ok(token)
    }

    /// The assignment secret, made when there is none yet. Losing it moves users between sides, no more.
    ///
    /// # Errors
    /// When it can neither be read nor made, or is damaged.
    pub(crate) fn secret(&self) -> Result<[u8; 32], StateError> {
        let path = self.path.join(SECRET_FILE);
        let mut secret = [0; 32];
        match File::open(&path) {
            Ok(mut file) => {
                let mut rest = Vec::new();
                let read = file.read_exact(&mut secret).and_then(|()| file.read_to_end(&mut rest));
                match read {
                    Ok(0) => Ok(secret),
                    Ok(_) | Err(_) => Err(StateError::Damaged(path)),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                getrandom::fill(&mut secret).map_err(StateError::Randomness)?;
                write_private(&path, &secret)?;
                Ok(secret)
            }
            Err(source) => Err(StateError::System { path, done: "read", source }),
        }
    }
}

/// Where the operator's token of a state directory lies.
pub(crate) fn token_path(directory: &Path) -> PathBuf {
    directory.join(TOKEN_FILE)
}

/// Writes a new file that only its owner may read: under another name first, so that it is whole or not there.
///
/// # Errors
/// When the system says no, or the file is there already.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StateError> {
    let failed = |source| StateError::System { path: path.to_owned(), done: "written", source };
    if path.exists() {
        return Err(failed(io::Error::from(io::ErrorKind::AlreadyExists)));
    }
    let draft = path.with_extension("draft");
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(failed)
}

#[cfg(test)]
mod tests;
