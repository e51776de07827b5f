use super::*;

#[test]
fn a_key_never_shows_itself() {
    let shown = format!("{:?}", HashKey::from_bytes([0xab; 16]));
    assert!(!shown.contains("171") && !shown.contains("ab"), "{shown}");
}
