//! Signed notes: how the ledger's head is put in words and signed, to the byte as C2SP signed-note and
//! tlog-checkpoint have it, so that Go's `sumdb/note` and any other reader accept it.
//!
//! A note may carry signatures of keys we do not know (witnesses, keys to come): they are passed over. A signature
//! of a known key that does not verify spoils the note.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use ficus_model::digest::Digest;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The signature type byte of Ed25519.
const ED25519: u8 = 0x01;
/// Signatures a note may carry; more are not read.
const SIGNATURES_MAX: usize = 64;
/// Longest note that is read, in bytes.
const NOTE_BYTES_MAX: usize = 64 * 1024;

/// Why a text is not a note, a key or a checkpoint, or not one to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Not the form of a signed note.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// Not the form of a key.
    #[error("not a key of the form `name+id+base64`: {0}")]
    Key(&'static str),
    /// Not a name a key may have.
    #[error("`{0}` is not a key name: a text without spaces and `+`")]
    Name(String),
    /// Not the form of a checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(&'static str),
    /// Signed by nobody we know.
    #[error("not signed by `{0}`")]
    Unsigned(String),
    /// The signature of a known key does not verify.
    #[error("the signature of `{0}` does not verify")]
    Forged(String),
}

/// A private key and the name it signs under.
pub struct NoteSigner {
    key: SigningKey,
    verifier: VerifierKey,
}

/// The public half: what a third party is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// The head of a log: so many entries, this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Merkle root over them.
    pub root: Digest,
}

impl NoteSigner {
    /// A signer from its 32 secret bytes.
    pub fn new(name: &str, secret: [u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(&secret);
        let verifier = VerifierKey::new(name, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// Reads `PRIVATE+KEY+name+id+base64`, the form of Go's `note` package.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let rest = text.trim_end().strip_prefix("PRIVATE+KEY+");
        let (name, id, secret) = key_parts(rest.ok_or(NoteError::Key("no PRIVATE+KEY"))?)?;
        let signer = Self::new(name, secret)?;
        if signer.verifier.id != id {
            return Err(NoteError::Key("the id does not belong to the key"));
        }
        Ok(signer)
    }

    /// The private key as text. For the key file only.
    pub fn to_secret_text(&self) -> String {
        let verifier = &self.verifier;
        let id = u32::from_be_bytes(verifier.id);
        let secret = encode_key(self.key.as_bytes());
        format!("PRIVATE+KEY+{}+{id:08x}+{secret}", verifier.name)
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The text as a note with one signature. The text must end with a newline.
    pub fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let bytes = [self.verifier.id.as_slice(), signature.as_slice()].concat();
        format!("{text}\n— {} {}\n", self.verifier.name, STANDARD.encode(bytes))
    }
}

impl VerifierKey {
    fn new(name: &str, key: VerifyingKey) -> Result<Self, NoteError> {
        let sound = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '+';
        if name.is_empty() || !name.chars().all(sound) {
            return Err(NoteError::Name(name.to_owned()));
        }
        let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]);
        let hash: [u8; 32] = hash.chain_update(key.as_bytes()).finalize().into();
        let [first, second, third, fourth, ..] = hash;
        Ok(Self { name: name.to_owned(), id: [first, second, third, fourth], key })
    }

    /// The name it verifies for; a log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of a note this key has signed.
    pub fn open<'note>(&self, note: &'note str) -> Result<&'note str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut signed = false;
        for line in signatures.lines().take(SIGNATURES_MAX) {
            let (name, signature) = signature_parts(line)?;
            let (id, signature) =
                signature.split_first_chunk::<4>().ok_or(NoteError::Form("short signature"))?;
            if name != self.name || *id != self.id {
                continue;
            }
            let forged = || NoteError::Forged(self.name.clone());
            let signature = Signature::from_slice(signature).map_err(|_| forged())?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| forged())?;
            signed = true;
        }
        if signed { Ok(text) } else { Err(NoteError::Unsigned(self.name.clone())) }
    }

    /// The checkpoint in a note this key has signed, of the log this key belongs to.
    pub fn open_checkpoint(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let checkpoint: Checkpoint = self.open(note)?.parse()?;
        if checkpoint.origin != self.name {
            return Err(NoteError::Checkpoint("of another log"));
        }
        Ok(checkpoint)
    }
}

fn encode_key(bytes: &[u8; 32]) -> String {
    STANDARD.encode([&[ED25519], bytes.as_slice()].concat())
}

/// Name, id and the 32 bytes of `name+id+base64`.
fn key_parts(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), NoteError> {
    let (name, rest) = text.split_once('+').ok_or(NoteError::Key("no `+`"))?;
    let (id, key) = rest.split_once('+').ok_or(NoteError::Key("no second `+`"))?;
    let digits =
        id.len() == 8 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| digits);
    let id = id.ok_or(NoteError::Key("the id is not eight hexadecimal digits"))?;
    let key = STANDARD.decode(key).map_err(|_| NoteError::Key("the key is not base64"))?;
    match key.split_first() {
        Some((&ED25519, bytes)) => {
            let bytes = bytes.try_into().map_err(|_| NoteError::Key("not 32 bytes"))?;
            Ok((name, id.to_be_bytes(), bytes))
        }
        _ => Err(NoteError::Key("not an Ed25519 key")),
    }
}

/// The text, newline included, and the signature lines.
fn split(note: &str) -> Result<(&str, &str), NoteError> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(NoteError::Form("too long"));
    }
    if note.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(NoteError::Form("control characters"));
    }
    let end = note.rfind("\n\n").ok_or(NoteError::Form("no blank line before the signatures"))?;
    let (text, signatures) = note.split_at(end + 1);
    let signatures = signatures.strip_prefix('\n').unwrap_or_default();
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Form("no signature line"));
    }
    Ok((text, signatures))
}

fn signature_parts(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let malformed = NoteError::Form("a signature line is malformed");
    let rest = line.strip_prefix("— ").ok_or(malformed.clone())?;
    let (name, signature) = rest.split_once(' ').ok_or(malformed.clone())?;
    let signature = STANDARD.decode(signature).map_err(|_| malformed.clone())?;
    if name.is_empty() || name.contains('+') { Err(malformed) } else { Ok((name, signature)) }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    /// Reads `name+id+base64`, the form of Go's `note` package.
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, id, key) = key_parts(text.trim_end())?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key("not on the curve"))?;
        let verifier = Self::new(name, key)?;
        if verifier.id != id {
            return Err(NoteError::Key("the id does not belong to the key"));
        }
        Ok(verifier)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id);
        write!(formatter, "{}+{id:08x}+{}", self.name, encode_key(self.key.as_bytes()))
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let body = text.strip_suffix('\n').ok_or(NoteError::Checkpoint("no newline at its end"))?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root] = lines.as_slice() else {
            return Err(NoteError::Checkpoint("not three lines"));
        };
        let number: u64 = size.parse().map_err(|_| NoteError::Checkpoint("no size"))?;
        if number.to_string() != *size {
            return Err(NoteError::Checkpoint("the size has leading zeroes or a sign"));
        }
        let root = STANDARD.decode(root).map_err(|_| NoteError::Checkpoint("no root"))?;
        let root =
            root.try_into().map_err(|_| NoteError::Checkpoint("the root is not 32 bytes"))?;
        let origin = (*origin).to_owned();
        Ok(Self { origin, size: number, root: Digest::from_bytes(root) })
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = STANDARD.encode(self.root.as_bytes());
        write!(formatter, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl fmt::Debug for NoteSigner {
    /// The public half only.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NoteSigner({})", self.verifier)
    }
}

#[cfg(test)]
mod tests;
