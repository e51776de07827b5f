use proptest::prelude::*;

use super::*;

/// The example of Go's `golang.org/x/mod/sumdb/note` documentation.
const PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer() -> NoteSigner {
    NoteSigner::parse(PRIVATE).unwrap()
}

fn log() -> NoteSigner {
    NoteSigner::new("example.com/migration", [7; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    let origin = "example.com/migration".to_owned();
    Checkpoint { origin, size: 70_000, root: Digest::from_bytes([5; 32]) }
}

#[test]
fn keys_and_signatures_are_those_of_go() {
    let signer = signer();
    assert_eq!(signer.verifier().to_string(), PUBLIC);
    assert_eq!(signer.to_secret_text(), PRIVATE);
    assert_eq!(signer.sign(TEXT), format!("{TEXT}\n{SIGNATURE}"));
    let verifier: VerifierKey = PUBLIC.parse().unwrap();
    assert_eq!(verifier.open(&signer.sign(TEXT)), Ok(TEXT));
}

#[test]
fn a_checkpoint_is_origin_size_and_root() {
    let text = "example.com/migration\n70000\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n";
    assert_eq!(checkpoint().to_string(), text);
    assert_eq!(text.parse(), Ok(checkpoint()));
    let note = log().sign(text);
    assert_eq!(log().verifier().open_checkpoint(&note), Ok(checkpoint()));
}

#[test]
fn malformed_checkpoints_are_refused() {
    let root = "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=";
    for text in [
        "".to_owned(),
        format!("log\n7\n{root}"),
        format!("log\n07\n{root}\n"),
        format!("log\n+7\n{root}\n"),
        format!("log\n-7\n{root}\n"),
        format!("log\n7\n{root}\nextension\n"),
        "log\n7\nBQU=\n".to_owned(),
        "log\n7\n*\n".to_owned(),
    ] {
        assert!(text.parse::<Checkpoint>().is_err(), "{text:?}");
    }
}

#[test]
fn unknown_signatures_are_passed_over_and_forged_ones_are_not() {
    let (log, other) = (log(), signer());
    let text = checkpoint().to_string();
    let (ours, theirs) = (log.sign(&text), other.sign(&text));
    let line = |note: &str| note.lines().last().unwrap().to_owned();
    let both = format!("{text}\n{}\n{}\n", line(&theirs), line(&ours));
    assert_eq!(log.verifier().open(&both), Ok(text.as_str()));
    assert_eq!(other.verifier().open(&both), Ok(text.as_str()));
    let unsigned = NoteError::Unsigned("example.com/migration".to_owned());
    assert_eq!(log.verifier().open(&theirs), Err(unsigned));
    let forged = NoteError::Forged("example.com/migration".to_owned());
    let resized = ours.replace("70000", "70001");
    assert_eq!(log.verifier().open(&resized), Err(forged.clone()));
    let good_and_bad = format!("{text}\n{}\n{}\n", line(&ours), line(&log.sign("other\n")));
    assert_eq!(log.verifier().open(&good_and_bad), Err(forged));
}

#[test]
fn a_note_signed_for_another_log_is_no_checkpoint_of_this_one() {
    let mut foreign = checkpoint();
    foreign.origin = "example.com/other".to_owned();
    let note = log().sign(&foreign.to_string());
    let refused = Err(NoteError::Checkpoint("of another log"));
    assert_eq!(log().verifier().open_checkpoint(&note), refused);
}

#[test]
fn malformed_keys_and_names_are_refused() {
    for text in ["", "a", "a+b", "a+c74f20a3+AA==", &PUBLIC.replace("c74f20a3", "c74f20a4")] {
        assert!(text.parse::<VerifierKey>().is_err(), "{text:?}");
    }
    for name in ["", "a b", "a+b", "a\nb"] {
        assert!(NoteSigner::new(name, [1; 32]).is_err(), "{name:?}");
    }
    assert!(NoteSigner::parse(PUBLIC).is_err());
    assert!(!format!("{:?}", signer()).contains("AYEKFALVFGy"), "the secret is never printed");
}

proptest! {
    #[test]
    fn every_edit_of_a_byte_is_noticed(position in 0usize..200, flip in 1u8..=255) {
        let log = log();
        let note = log.sign(&checkpoint().to_string());
        let mut bytes = note.clone().into_bytes();
        let index = position % bytes.len();
        bytes[index] ^= flip;
        if let Ok(edited) = String::from_utf8(bytes) {
            prop_assert!(log.verifier().open_checkpoint(&edited).is_err());
        }
    }

    #[test]
    fn any_text_is_read_without_panic(text in ".{0,200}") {
        prop_assert!(log().verifier().open(&text).is_err());
        prop_assert!(text.parse::<Checkpoint>().is_err());
        prop_assert!(text.parse::<VerifierKey>().is_err());
    }
}
