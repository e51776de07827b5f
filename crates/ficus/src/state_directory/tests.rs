use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::scratch::Scratch;

#[test]
fn secrets_are_made_once_and_private() {
    let scratch = Scratch::new("state-secrets");
    let state = StateDirectory::open(&scratch.path("state")).expect("made");
    let token = state.operator_token().expect("made");
    assert_eq!(state.operator_token().expect("read"), token);
    assert_eq!(state.secret().expect("made"), state.secret().expect("read"));
    for file in [TOKEN_FILE, SECRET_FILE] {
        let mode = fs::metadata(state.path().join(file)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_damaged_secret_is_said_to_be_damaged() {
    let scratch = Scratch::new("state-damaged");
    let state = StateDirectory::open(&scratch.path("state")).expect("made");
    for bytes in [&[0_u8; 31][..], &[0; 33]] {
        fs::write(state.path().join(SECRET_FILE), bytes).expect("written");
        assert!(matches!(state.secret(), Err(StateError::Damaged(_))));
    }
}

#[test]
fn a_private_file_is_never_overwritten() {
    let scratch = Scratch::new("state-private");
    write_private(&scratch.path("token"), b"one").expect("new");
    assert!(write_private(&scratch.path("token"), b"two").is_err());
    assert_eq!(fs::read(scratch.path("token")).expect("there"), b"one");
}
