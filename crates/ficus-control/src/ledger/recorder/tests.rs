use std::sync::Mutex;

use ficus_model::rollout::{Actor, Change};
use ficus_model::{Event, Principal};

use super::*;
use crate::ledger::store::memory::MemoryStore;

fn signer() -> NoteSigner {
    NoteSigner::new("example.com/migration", [7; 32]).unwrap()
}

fn open(store: &Arc<MemoryStore>) -> Result<Recorder, ReadError> {
    Recorder::open(Arc::clone(store) as Arc<_>, signer(), &[], |_| {})
}

fn ann() -> Principal {
    "ann".parse().unwrap()
}

fn happened(reason: &str) -> Fact {
    let actor = Actor::Operator(ann());
    let (at, reason) = (Time::EPOCH, reason.to_owned());
    let event = Event { at, actor, reason, generation: 1, change: Change::Killed };
    Fact::Happened { boundary: "quotes".parse().unwrap(), event }
}

fn one(reason: &str) -> Recording {
    Recording { facts: vec![(happened(reason), Vec::new())], evidence: BTreeMap::new() }
}

fn configuration() -> Digest {
    Digest::from_bytes([3; 32])
}

fn at(seconds: u64) -> Time {
    Time::from_micros(seconds * 1_000_000)
}

/// Keeps what is published.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<u64>>>);

impl Anchor for Kept {
    fn publish(&mut self, checkpoint: &Checkpoint, _: &str) -> std::io::Result<()> {
        self.0.lock().unwrap().push(checkpoint.size);
        Err(std::io::Error::other("the network is gone, too"))
    }

    fn name(&self) -> &'static str {
        "kept"
    }
}

#[test]
fn what_is_recorded_is_signed_published_and_read_back() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    let published = Kept::default();
    recorder.anchor(Box::new(published.clone()));
    let mut recording = one("first");
    let digest = recording.attach(b"seen".to_vec());
    recording.facts[0].1.push(digest);
    recorder.record(at(1), configuration(), &recording).unwrap();
    recorder.record(at(2), configuration(), &one("second")).unwrap();
    let ledger = recorder.ledger();
    let entries = ledger.entries(0..9).unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].entry.evidence, [digest]);
    assert_eq!(entries[1].entry.fact, happened("second"));
    assert_eq!(ledger.evidence(digest).unwrap().unwrap(), b"seen");
    assert_eq!(ledger.head().unwrap().root, recorder.head().1);
    assert_eq!(*published.0.lock().unwrap(), [1, 2], "a lost publication stops nothing");
}

#[test]
fn nothing_to_record_is_not_recorded() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    recorder.record(at(1), configuration(), &Recording::default()).unwrap();
    assert_eq!(recorder.head().0, 0);
}

#[test]
fn a_clock_that_jumps_back_makes_no_entry_older_than_the_last() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    recorder.record(at(100), configuration(), &one("late")).unwrap();
    recorder.record(at(5), configuration(), &one("early")).unwrap();
    let mut again = open(&store).unwrap();
    again.record(at(1), configuration(), &one("earlier")).unwrap();
    let times = again.ledger().entries(0..9).unwrap();
    assert!(times.iter().all(|entry| entry.entry.at == at(100)));
}

#[test]
fn what_does_not_fit_or_is_misnamed_is_not_written() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    let long = recorder.record(at(1), configuration(), &one(&"x".repeat(70_000)));
    assert!(matches!(long, Err(AppendError::TooLong(length)) if length > 70_000));
    let mut misnamed = one("short");
    misnamed.evidence.insert(Digest::from_bytes([1; 32]), b"other".to_vec());
    let refused = recorder.record(at(1), configuration(), &misnamed);
    assert_eq!(refused, Err(AppendError::Misnamed(Digest::from_bytes([1; 32]))));
    assert_eq!(recorder.head().0, 0);
    assert_eq!(recorder.ledger().head().unwrap().size, 0);
}

#[test]
fn the_longest_entry_fits() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    recorder.record(at(1), configuration(), &one("")).unwrap();
    let empty = recorder.ledger().entries(0..1).unwrap()[0].bytes.len();
    let room = ENTRY_BYTES_MAX - empty;
    recorder.record(at(1), configuration(), &one(&"x".repeat(room))).unwrap();
    let refused = recorder.record(at(1), configuration(), &one(&"x".repeat(room + 1)));
    assert_eq!(refused, Err(AppendError::TooLong(ENTRY_BYTES_MAX + 1)));
}

#[test]
fn a_second_recorder_over_the_same_store_is_refused() {
    let store: Arc<MemoryStore> = Arc::default();
    let (mut first, mut second) = (open(&store).unwrap(), open(&store).unwrap());
    first.record(at(1), configuration(), &one("mine")).unwrap();
    let refused = second.record(at(1), configuration(), &one("theirs"));
    assert_eq!(refused, Err(StoreError::Moved { expected: 0, found: 1 }.into()));
    assert_eq!(second.head().0, 0, "it keeps what it last signed");
    first.record(at(2), configuration(), &one("mine again")).unwrap();
}

#[test]
fn a_failure_changes_nothing_and_can_be_tried_again() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    store.fail(Some(StoreError::Full));
    let refused = recorder.record(at(1), configuration(), &one("first"));
    assert_eq!(refused, Err(AppendError::Store(StoreError::Full)));
    store.fail(None);
    recorder.record(at(1), configuration(), &one("first")).unwrap();
    assert_eq!(recorder.ledger().entries(0..9).unwrap().len(), 1);
}

#[test]
fn a_ledger_that_is_not_the_signed_one_is_not_built_upon() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    for number in 0..3 {
        recorder.record(at(number), configuration(), &one("fact")).unwrap();
    }
    let head = store.head_now();
    store.swap(0, 2);
    assert_eq!(open(&store).map(drop), Err(ReadError::Differs { head: 3, entries: 3 }));
    store.swap(0, 2);
    store.set_head(Head { size: 2, ..head.clone() });
    assert_eq!(open(&store).map(drop), Err(ReadError::Differs { head: 3, entries: 2 }));
    store.set_head(Head { note: head.note.replace("example", "another"), ..head });
    assert!(matches!(open(&store).map(drop), Err(ReadError::Head(_))));
}

#[test]
fn a_ledger_put_back_from_a_backup_contradicts_what_was_published() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    recorder.record(at(1), configuration(), &one("first")).unwrap();
    let backup = store.head_now();
    recorder.record(at(2), configuration(), &one("second")).unwrap();
    let published = [recorder.ledger().head().unwrap()];
    let reopen = |store: &Arc<MemoryStore>| {
        Recorder::open(Arc::clone(store) as Arc<_>, signer(), &published, |_| {})
    };
    assert!(reopen(&store).is_ok());
    store.set_head(backup);
    let refused = Err(ReadError::Shorter { published: 2, size: 1 });
    assert_eq!(reopen(&store).map(drop), refused);
    let mut rewritten = open(&store).unwrap();
    rewritten.record(at(2), configuration(), &one("another second")).unwrap();
    assert_eq!(reopen(&store).map(drop), Err(ReadError::Rewritten(2)));
}

#[test]
fn an_entry_that_was_edited_is_not_given_out() {
    let store: Arc<MemoryStore> = Arc::default();
    let mut recorder = open(&store).unwrap();
    for number in 0..300 {
        recorder.record(at(number), configuration(), &one("fact")).unwrap();
    }
    let ledger = recorder.ledger();
    let read: Vec<u64> =
        ledger.entries(250..260).unwrap().iter().map(|entry| entry.index).collect();
    assert_eq!(read, (250..260).collect::<Vec<_>>());
    store.tamper(257, |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replace("\"reason\":\"fact\"", "\"reason\":\"tact\"").into_bytes();
    });
    assert!(matches!(ledger.entries(250..260), Err(ReadError::Edited(257))));
    store.tamper(257, Vec::clear);
    assert!(matches!(ledger.entries(257..258), Err(ReadError::Entry { index: 257, .. })));
    assert_eq!(ledger.entries(290..900).unwrap().len(), 10);
    assert_eq!(ledger.entries(900..901).unwrap(), []);
}
