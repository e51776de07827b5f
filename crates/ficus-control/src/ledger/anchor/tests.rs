use ficus_model::digest::Digest;

use super::*;
use crate::ledger::note::NoteSigner;
use crate::scratch::Scratch;

fn note(size: u64) -> (Checkpoint, String) {
    let origin = "example.com/migration".to_owned();
    let checkpoint = Checkpoint { origin, size, root: Digest::from_bytes([9; 32]) };
    let signer = NoteSigner::new("example.com/migration", [7; 32]).unwrap();
    let note = signer.sign(&checkpoint.to_string());
    (checkpoint, note)
}

#[test]
fn the_file_grows_and_gives_back_every_note() {
    let scratch = Scratch::new();
    let path = scratch.path().join("anchors").join("checkpoints.txt");
    for size in 1..=2 {
        let mut anchor = FileAnchor::open(&path).unwrap();
        let (checkpoint, note) = note(size);
        anchor.publish(&checkpoint, &note).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(notes(&text).collect::<Vec<_>>(), [note(1).1, note(2).1]);
    assert_eq!(FileAnchor::open(&path).unwrap().name(), path.to_str().unwrap());
}

#[test]
fn a_note_cut_off_by_a_crash_spoils_at_most_the_next() {
    let signer = NoteSigner::new("example.com/migration", [7; 32]).unwrap();
    let [first, second, third] = [1, 2, 3].map(|size| note(size).1);
    let ends = (0..first.len()).filter(|end| first.is_char_boundary(*end));
    for end in ends {
        let text = format!("{}{second}\n{third}\n", &first[..end]);
        let believed = notes(&text)
            .filter_map(|note| signer.verifier().open_checkpoint(&note).ok())
            .map(|checkpoint| checkpoint.size);
        assert_eq!(believed.last(), Some(3), "{end}");
    }
}

#[test]
fn the_log_always_takes_a_checkpoint() {
    let (checkpoint, note) = note(1);
    assert!(LogAnchor.publish(&checkpoint, &note).is_ok());
    assert_eq!(LogAnchor.name(), "log");
}
