//! The ledger's signing key: made on the first start, kept in the state directory, readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::ledger::note::{NoteError, NoteSigner};

/// File of the private key.
const PRIVATE: &str = "ledger.key";
/// File of the public key, for whoever verifies.
const PUBLIC: &str = "ledger.pub";

/// Why there is no key to sign with.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A key file could not be read or written.
    #[error("could not use the key file `{path}`", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The key file is not a key, or the log's name can not be a key's name.
    #[error("the key file `{path}` can not be used: {error}", path = path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        error: NoteError,
    },
    /// The key belongs to a log of another name.
    #[error("the key in the state directory signs for `{kept}`, but the log is named `{wanted}`")]
    OtherLog {
        /// The key's name.
        kept: String,
        /// The log's name in the settings.
        wanted: String,
    },
    /// No randomness to make a key of.
    #[error("the system gave no randomness: {0}")]
    Randomness(getrandom::Error),
}

/// The key of the log of this name; made and kept when there is none.
pub(super) fn signer(directory: &Path, origin: &str) -> Result<NoteSigner, KeyError> {
    let path = directory.join(PRIVATE);
    let signer = match fs::read_to_string(&path) {
        Ok(text) => NoteSigner::parse(&text).map_err(|error| KeyError::Key { path, error })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, origin)?,
        Err(error) => return Err(KeyError::File { path, error }),
    };
    let kept = signer.verifier().name();
    if kept != origin {
        let (kept, wanted) = (kept.to_owned(), origin.to_owned());
        return Err(KeyError::OtherLog { kept, wanted });
    }
    let path = directory.join(PUBLIC);
    let public = format!("{}\n", signer.verifier());
    fs::write(&path, public).map_err(|error| KeyError::File { path, error })?;
    Ok(signer)
}

fn make(path: PathBuf, origin: &str) -> Result<NoteSigner, KeyError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(KeyError::Randomness)?;
    let signer = NoteSigner::new(origin, secret)
        .map_err(|error| KeyError::Key { path: path.clone(), error })?;
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(format!("{}\n", signer.to_secret_text()).as_bytes())?;
        file.sync_all()
    };
    written().map_err(|error| KeyError::File { path: path.clone(), error })?;
    Ok(signer)
}
