//! The ledger from outside: whole, damaged, exported.

use crate::origin::Origin;
use crate::process::{Ficus, QUICK};

/// A ledger with a few entries, and no process.
fn written(name: &str) -> (Ficus, Vec<Origin>) {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new(name, &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert_eq!(ficus.promote().code, 0);
    ficus.fine(&["hold", "quotes", "--reason", "a look at it"]);
    let note = ficus.fine(&["ledger", "checkpoint"]);
    ficus.scratch.write("head.txt", &note);
    ficus.fine(&["kill", "quotes", "--reason", "done"]);
    assert!(ficus.stop().success());
    (ficus, vec![monolith, service])
}

#[test]
fn an_export_verifies_like_the_original_and_against_an_older_head() {
    let (ficus, _origins) = written("export");
    let head = ficus.scratch.path("head.txt");
    let tree = ficus.scratch.path("tree");
    ficus.fine(&["ledger", "export", &tree.to_string_lossy()]);
    for directory in [ficus.scratch.path("state"), tree.clone()] {
        let (directory, head) = (directory.to_string_lossy(), head.to_string_lossy());
        let arguments = ["ledger", "verify", "--directory", &directory, "--checkpoint", &head];
        let told = ficus.fine(&arguments);
        assert!(told.contains("the log is whole"), "{told}");
    }
    assert!(tree.join("checkpoint").exists() && tree.join("tile").exists());
}

#[test]
fn a_changed_entry_is_found() {
    let (ficus, _origins) = written("changed");
    let tree = ficus.scratch.path("tree");
    ficus.fine(&["ledger", "export", &tree.to_string_lossy()]);
    let bundles = tree.join("tile/entries/000.p");
    let bundle = std::fs::read_dir(&bundles).expect("a partial bundle").next().expect("one");
    let bundle = bundle.expect("readable").path();
    let mut bytes = std::fs::read(&bundle).expect("readable");
    let place = bytes.windows(4).position(|word| word == b"look").expect("the reason");
    bytes[place] = b'L';
    std::fs::write(&bundle, bytes).expect("written");
    let said = ficus.run(&["ledger", "verify", "--directory", &tree.to_string_lossy()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.data.contains("BROKEN") && said.data.contains("NOT whole"), "{}", said.data);
}

#[test]
fn a_damaged_store_is_not_built_upon() {
    let (mut ficus, _origins) = written("damaged");
    let store = ficus.scratch.path("state/ledger.db");
    for beside in ["state/ledger.db-wal", "state/ledger.db-shm"] {
        assert!(!ficus.scratch.path(beside).exists(), "an orderly end leaves one file");
    }
    let mut bytes = std::fs::read(&store).expect("readable");
    let place = bytes.windows(4).position(|word| word == b"look").expect("the reason");
    bytes[place] = b'L';
    std::fs::write(&store, bytes).expect("written");
    assert_eq!(ficus.verify().code, 1);
    ficus.spawn();
    let ended = ficus.ended();
    assert_eq!(ended.code(), Some(3), "{}", ficus.log());
    assert!(ficus.log().contains("ficus ledger verify"), "{}", ficus.log());
}
