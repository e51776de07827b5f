//! What every store must promise, run against each.

use std::sync::Arc;

use super::memory::MemoryStore;
use super::*;
use crate::ledger::tree::{Tree, leaf_hash};
use crate::scratch::Scratch;

/// A store that can be closed and opened again.
trait Bench {
    fn store(&self) -> Arc<dyn Store>;
    fn reopen(&mut self);
}

struct InMemory(Arc<MemoryStore>);

struct OnDisk {
    scratch: Scratch,
    store: Option<Arc<SqliteStore>>,
}

impl Bench for InMemory {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0) as Arc<_>
    }

    fn reopen(&mut self) {}
}

impl OnDisk {
    fn new() -> Self {
        let mut bench = Self { scratch: Scratch::new(), store: None };
        bench.reopen();
        bench
    }
}

impl Bench for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(self.store.as_ref().unwrap()) as Arc<_>
    }

    fn reopen(&mut self) {
        self.store = None;
        let path = self.scratch.path().join("ledger.db");
        self.store = Some(Arc::new(SqliteStore::open(&path).unwrap()));
    }
}

fn on_each(promise: impl Fn(&mut dyn Bench)) {
    promise(&mut InMemory(Arc::default()));
    promise(&mut OnDisk::new());
}

fn seen_by(entries: &[&str]) -> Digest {
    Digest::from_bytes([u8::try_from(entries.len()).unwrap(); 32])
}

/// A writer that knows what it has written.
#[derive(Clone, Default)]
struct Writer {
    tree: Tree,
}

impl Writer {
    fn append(&mut self, entries: &[&str]) -> Append {
        let expected = (self.tree.size(), self.tree.root());
        entries.iter().for_each(|entry| self.tree.push(leaf_hash(entry.as_bytes())));
        let mut tiles = self.tree.take_finished();
        tiles.extend(self.tree.edge());
        let note = format!("note over {}", self.tree.size());
        Append {
            expected,
            entries: entries.iter().map(|entry| entry.as_bytes().to_vec()).collect(),
            evidence: vec![(seen_by(entries), b"seen".to_vec())],
            tiles,
            head: Head { size: self.tree.size(), root: self.tree.root(), note },
        }
    }
}

#[test]
fn an_empty_store_has_the_empty_tree() {
    on_each(|bench| {
        let head = bench.store().head().unwrap();
        assert_eq!((head.size, head.root), (0, Tree::default().root()));
        assert_eq!(head.note, "");
        assert_eq!(bench.store().entries(0..10).unwrap(), Vec::<Vec<u8>>::new());
    });
}

#[test]
fn what_is_acknowledged_is_read_at_once() {
    on_each(|bench| {
        let mut writer = Writer::default();
        let append = writer.append(&["first", "second"]);
        bench.store().append(&append).unwrap();
        assert_eq!(bench.store().head().unwrap(), append.head);
        assert_eq!(bench.store().entries(0..2).unwrap(), append.entries);
        assert_eq!(bench.store().entries(1..9).unwrap(), append.entries[1..]);
        let digest = append.evidence[0].0;
        assert_eq!(bench.store().evidence(digest).unwrap(), Some(b"seen".to_vec()));
        assert_eq!(bench.store().evidence(Digest::from_bytes([0; 32])).unwrap(), None);
        let tile = &append.tiles[0];
        assert_eq!(bench.store().tile(tile.tile).unwrap().unwrap(), tile.hashes);
        let narrower = Tile { width: 1, ..tile.tile };
        assert_eq!(bench.store().tile(narrower).unwrap().unwrap(), tile.hashes[..32]);
        let wider = Tile { width: 3, ..tile.tile };
        assert_eq!(bench.store().tile(wider).unwrap(), None);
    });
}

#[test]
fn of_two_writers_one_loses_and_changes_nothing() {
    on_each(|bench| {
        let mut writer = Writer::default();
        bench.store().append(&writer.append(&["shared"])).unwrap();
        let mut other = writer.clone();
        bench.store().append(&writer.append(&["mine"])).unwrap();
        let before = bench.store().head().unwrap();
        let refused = bench.store().append(&other.append(&["theirs", "too"]));
        assert_eq!(refused, Err(StoreError::Moved { expected: 1, found: 2 }));
        assert_eq!(bench.store().head().unwrap(), before);
        assert_eq!(bench.store().entries(0..9).unwrap().len(), 2);
        assert_eq!(bench.store().evidence(Digest::from_bytes([2; 32])).unwrap(), None);
    });
}

#[test]
fn the_same_size_with_another_root_is_another_head() {
    on_each(|bench| {
        let (mut writer, mut other) = (Writer::default(), Writer::default());
        bench.store().append(&writer.append(&["this"])).unwrap();
        drop(other.append(&["that"]));
        let refused = bench.store().append(&other.append(&["next"]));
        assert_eq!(refused, Err(StoreError::Moved { expected: 1, found: 1 }));
    });
}

#[test]
fn writers_at_once_each_win_exactly_their_turns() {
    on_each(|bench| {
        let store = bench.store();
        let won: usize = std::thread::scope(|scope| {
            let race = |name: &'static str| {
                let store = Arc::clone(&store);
                scope.spawn(move || {
                    let mut won = 0;
                    while won < 10 {
                        let mut writer = Writer::default();
                        for entry in store.entries(0..u64::MAX).unwrap() {
                            writer.tree.push(leaf_hash(&entry));
                        }
                        won += usize::from(store.append(&writer.append(&[name])).is_ok());
                    }
                    won
                })
            };
            let racers = [race("left"), race("right")];
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(won, 20);
        assert_eq!(store.head().unwrap().size, 20);
    });
}

#[test]
fn a_lost_acknowledgement_loses_no_entry() {
    on_each(|bench| {
        let mut writer = Writer::default();
        let append = writer.append(&["kept"]);
        drop(bench.store().append(&append));
        bench.reopen();
        assert_eq!(bench.store().head().unwrap(), append.head);
        let again = bench.store().append(&append);
        assert_eq!(again, Err(StoreError::Moved { expected: 0, found: 1 }));
        assert_eq!(bench.store().entries(0..9).unwrap().len(), 1);
    });
}

#[test]
fn drafts_replace_each_other_and_leave_the_log_alone() {
    on_each(|bench| {
        let draft = |text: &str| Draft {
            boundary: "quotes".parse().unwrap(),
            subject: Digest::from_bytes([4; 32]),
            text: text.to_owned(),
        };
        let boundary = draft("").boundary;
        assert_eq!(bench.store().draft(&boundary).unwrap(), None);
        bench.store().keep_draft(&draft("one")).unwrap();
        bench.store().keep_draft(&draft("two")).unwrap();
        bench.store().probe().unwrap();
        bench.reopen();
        assert_eq!(bench.store().draft(&boundary).unwrap(), Some(draft("two")));
        assert_eq!(bench.store().head().unwrap().size, 0);
    });
}

#[test]
fn a_full_store_says_so_and_keeps_what_it_has() {
    let bench = OnDisk::new();
    let store = bench.store.clone().unwrap();
    let mut writer = Writer::default();
    store.append(&writer.append(&["small"])).unwrap();
    store.limit_pages(20).unwrap();
    let big = "x".repeat(400_000);
    let mut bigger = writer.clone();
    assert_eq!(store.append(&bigger.append(&[&big])), Err(StoreError::Full));
    assert_eq!(store.head().unwrap().size, 1);
    assert_eq!(store.entries(0..9).unwrap().len(), 1);
    store.limit_pages(2000).unwrap();
    store.append(&writer.append(&[&big])).unwrap();
    assert_eq!(store.head().unwrap().size, 2);
}

#[test]
fn the_database_itself_refuses_to_change_an_entry() {
    let bench = OnDisk::new();
    let mut writer = Writer::default();
    bench.store().append(&writer.append(&["kept"])).unwrap();
    let path = bench.scratch.path().join("ledger.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    let refused = |sql: &str| connection.execute(sql, []).unwrap_err().to_string();
    assert_eq!(refused("UPDATE entry SET bytes = x'00'"), "entries are never changed");
    assert_eq!(refused("DELETE FROM entry"), "entries are never deleted");
}

#[test]
fn a_newer_form_is_left_alone() {
    let mut bench = OnDisk::new();
    bench.store = None;
    let path = bench.scratch.path().join("ledger.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 9).unwrap();
    drop(connection);
    let refused = SqliteStore::open(&path).map(drop);
    assert_eq!(refused, Err(StoreError::TooNew { found: 9, known: 1 }));
}

#[test]
fn what_is_no_database_is_named() {
    let scratch = Scratch::new();
    let path = scratch.path().join("ledger.db");
    std::fs::write(&path, "not a database at all, but long enough to look at".repeat(99)).unwrap();
    let refused = SqliteStore::open(&path).map(drop);
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
}

#[test]
fn what_passes_by_itself_is_told_apart() {
    assert!(StoreError::Full.passing());
    assert!(!StoreError::Moved { expected: 1, found: 2 }.passing());
    assert!(!StoreError::Damaged(String::new()).passing());
}
