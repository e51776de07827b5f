//! A ledger of real rollouts, examined whole and after every kind of tampering.

use std::collections::BTreeMap;
use std::sync::Arc;

use expect_test::expect;
use ficus_model::Time;
use ficus_model::digest::Digest;
use ficus_model::rollout::{Actor, Change};
use proptest::prelude::*;

use super::*;
use crate::control::tests::{recorded_operations, recorded_rollout};
use crate::ledger::directory::Directory;
use crate::ledger::note::NoteSigner;
use crate::ledger::recorder::{Recorder, Recording};
use crate::ledger::store::memory::MemoryStore;
use crate::ledger::store::{Head, Source as _};
use crate::ledger::{Entry, Fact};
use crate::scratch::Scratch;

fn signer() -> NoteSigner {
    NoteSigner::new("example.com/migration", [7; 32]).unwrap()
}

fn ledger(store: &Arc<MemoryStore>) -> Ledger {
    Ledger::new(Arc::clone(store) as Arc<_>, signer().verifier().clone())
}

/// The names of the parts that found something, with their first finding.
fn faults(report: &Report) -> Vec<String> {
    let faulty = report.parts.iter().filter(|part| !part.faults.is_empty());
    faulty.map(|part| format!("{}: {}", part.name, part.faults[0])).collect()
}

#[test]
fn a_whole_ledger_is_found_whole() {
    let store = recorded_rollout();
    let older = store.head_now().note;
    let report = ledger(&store).verify(&[older]);
    assert!(report.whole(), "{report:#?}");
    assert_eq!(report.anchored, report.size);
    let parts = report.parts.iter().map(|part| format!("{}: {}\n", part.name, part.examined));
    expect![[r#"
        signature: the head over 17 entries, as example.com/migration
        root: 17 entries
        inclusion: 1 tiles
        consistency: 1 older checkpoints
        replay: 17 entries, 2 boundaries, 8 judgements judged again
    "#]]
    .assert_eq(&parts.collect::<String>());
}

#[test]
fn an_empty_ledger_is_whole_and_nothing_of_it_is_anchored() {
    let report = ledger(&Arc::default()).verify(&[]);
    assert!(report.whole(), "{report:#?}");
    assert_eq!((report.size, report.anchored), (0, 0));
}

#[test]
fn a_cut_off_end_is_noticed_by_an_older_checkpoint_only() {
    let store = recorded_rollout();
    let longer = store.head_now();
    let mut again = Recording::default();
    let stored = ledger(&store).entries(0..longer.size - 2).unwrap();
    let shorter: Arc<MemoryStore> = Arc::default();
    let mut recorder = rewritten(&shorter);
    for entry in stored {
        again.facts = vec![(entry.entry.fact, entry.entry.evidence.clone())];
        again.evidence = kept(&store, &entry.entry.evidence);
        recorder.record(entry.entry.at, entry.entry.configuration, &again).unwrap();
    }
    assert!(ledger(&shorter).verify(&[]).whole(), "a shorter history is a history");
    let report = ledger(&shorter).verify(std::slice::from_ref(&longer.note));
    let expected = format!(
        "consistency: an older checkpoint covers {} entries, but only {} are left: the end was cut off",
        longer.size,
        longer.size - 2
    );
    assert_eq!(faults(&report), [expected]);
    assert_eq!(report.anchored, 0);
}

fn kept(store: &Arc<MemoryStore>, digests: &[Digest]) -> BTreeMap<Digest, Vec<u8>> {
    let evidence = |digest: &Digest| (*digest, store.evidence(*digest).unwrap().unwrap());
    digests.iter().map(evidence).collect()
}

fn rewritten(store: &Arc<MemoryStore>) -> Recorder {
    Recorder::open(Arc::clone(store) as Arc<_>, signer(), &[], |_| {}).unwrap()
}

/// The same entries but for what `edit` does to them, signed again with the true key.
fn resigned(store: &Arc<MemoryStore>, edit: impl Fn(u64, &mut Entry)) -> Arc<MemoryStore> {
    let forged: Arc<MemoryStore> = Arc::default();
    let mut recorder = rewritten(&forged);
    for stored in ledger(store).entries(0..u64::MAX).unwrap() {
        let evidence = kept(store, &stored.entry.evidence);
        let mut entry = stored.entry;
        edit(stored.index, &mut entry);
        let facts = vec![(entry.fact, entry.evidence)];
        let recording = Recording { facts, evidence };
        recorder.record(entry.at, entry.configuration, &recording).unwrap();
    }
    forged
}

#[test]
fn history_rewritten_with_the_true_key_contradicts_an_older_checkpoint() {
    let store = recorded_rollout();
    let forged = resigned(&store, |index, entry| {
        if let (3, Fact::Happened { event, .. }) = (index, &mut entry.fact) {
            event.actor = Actor::Operator("mallory".parse().unwrap());
        }
    });
    let report = ledger(&forged).verify(&[store.head_now().note]);
    let part = report.parts.iter().find(|part| part.name == "consistency").unwrap();
    assert!(part.faults[0].contains("history was rewritten"), "{part:?}");
    assert_eq!(report.anchored, 0);
}

/// Forgeries that are signed and hashed perfectly and never happened.
#[test]
fn a_signed_lie_does_not_replay() {
    let store = recorded_rollout();
    let lie = |edit: &dyn Fn(&mut ficus_model::Event)| {
        let forged = resigned(&store, |_, entry| {
            if let Fact::Happened { event, .. } = &mut entry.fact {
                edit(event);
            }
        });
        let report = ledger(&forged).verify(&[]);
        assert!(!report.whole());
        assert!(report.parts.iter().all(|part| part.faults.is_empty() == (part.name != "replay")));
        faults(&report)[0].clone()
    };
    let skipped = lie(&|event| {
        if let Change::Stepped { step, .. } = &mut event.change {
            *step += 1;
        }
    });
    assert!(skipped.contains("nothing `quotes` could have decided"), "{skipped}");
    let unproven = lie(&|event| {
        if let Change::Stepped { judgement, .. } = &mut event.change {
            judgement.verdict = ficus_model::Verdict::Inconclusive;
        }
    });
    assert!(unproven.contains("could have decided"), "{unproven}");
    let borrowed = lie(&|event| {
        if let Change::Judged { judgement } = &mut event.change {
            judgement.readings[0].samples += 1;
        }
    });
    assert!(borrowed.contains("leads to another verdict"), "{borrowed}");
    let generation = lie(&|event| event.generation += 1);
    assert!(generation.contains("could have decided"), "{generation}");
}

#[test]
fn evidence_is_hashed_and_judged_again() {
    let digest_of_a_judgement = |store: &Arc<MemoryStore>| {
        let entries = ledger(store).entries(0..u64::MAX).unwrap();
        let judged = entries.into_iter().find_map(|stored| {
            let Fact::Happened { event, .. } = stored.entry.fact else { return None };
            let Change::Judged { judgement } = event.change else { return None };
            Some(judgement.evidence)
        });
        judged.unwrap()
    };
    let store = recorded_rollout();
    let digest = digest_of_a_judgement(&store);
    store.tamper_evidence(digest, |bytes| bytes[40] ^= 1);
    assert!(faults(&ledger(&store).verify(&[]))[0].contains("was edited"));
    store.forget_evidence(digest);
    assert!(faults(&ledger(&store).verify(&[]))[0].contains("is missing"));
}

#[test]
fn a_time_that_runs_back_is_noticed() {
    let store = recorded_rollout();
    let bytes = store.entries(2..3).unwrap().remove(0);
    let mut entry = crate::ledger::record::decode(&bytes).unwrap();
    entry.at = Time::from_micros(1);
    store.tamper(2, |bytes| *bytes = crate::ledger::record::encode(&entry).unwrap());
    let report = ledger(&store).verify(&[]);
    let replay = report.parts.iter().find(|part| part.name == "replay").unwrap();
    assert!(replay.faults.iter().any(|fault| fault.contains("older than the one before")));
}

#[test]
fn entries_beyond_the_head_are_noticed() {
    let store = recorded_rollout();
    let head = store.head_now();
    let size = head.size;
    let older = ledger(&store).entries(0..size - 1).unwrap();
    let mut tree = Tree::default();
    older.iter().for_each(|entry| tree.push(entry.leaf));
    let origin = head.note.lines().next().unwrap().to_owned();
    let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() };
    let note = signer().sign(&checkpoint.to_string());
    store.put_head(Head { size: tree.size(), root: tree.root(), note });
    let report = ledger(&store).verify(&[]);
    assert!(faults(&report)[0].starts_with("root: there are entries beyond"), "{report:?}");
}

#[test]
fn many_faults_are_counted_and_not_listed() {
    let mut many = Faults::default();
    (0..FAULTS_MAX + 5).for_each(|number| many.add(number.to_string()));
    let part = many.part("root", String::new());
    assert_eq!(part.faults.len(), FAULTS_MAX + 1);
    assert_eq!(part.faults.last().unwrap(), "and 5 more");
}

#[test]
fn an_export_is_found_whole_by_itself() {
    let store = recorded_rollout();
    let scratch = Scratch::new();
    let size = ledger(&store).export(scratch.path()).unwrap();
    let exported = exported(&scratch);
    let report = exported.verify(&[store.head_now().note]);
    assert!(report.whole(), "{report:#?}");
    assert_eq!((report.size, report.anchored), (size, size));
    assert_eq!(exported.entries(0..9).unwrap(), ledger(&store).entries(0..9).unwrap());
}

#[test]
fn an_export_grows_in_place() {
    let (store, scratch) = (recorded_rollout(), Scratch::new());
    let all = ledger(&store).entries(0..u64::MAX).unwrap();
    let growing: Arc<MemoryStore> = Arc::default();
    let mut recorder = rewritten(&growing);
    for stored in all {
        let evidence = kept(&store, &stored.entry.evidence);
        let recording =
            Recording { facts: vec![(stored.entry.fact, stored.entry.evidence)], evidence };
        recorder.record(stored.entry.at, stored.entry.configuration, &recording).unwrap();
        ledger(&growing).export(scratch.path()).unwrap();
    }
    assert!(exported(&scratch).verify(&[]).whole());
}

#[test]
fn a_partial_tile_may_go_once_the_full_one_is_there() {
    let (store, scratch): (Arc<MemoryStore>, _) = (Arc::default(), Scratch::new());
    let mut recorder = rewritten(&store);
    let by: ficus_model::Principal = "ann".parse().unwrap();
    let named = Digest::from_bytes([1; 32]);
    for _ in 0..2 {
        let facts = (0..130).map(|_| (Fact::Configured { by: by.clone() }, Vec::new())).collect();
        let recording = Recording { facts, evidence: BTreeMap::new() };
        recorder.record(Time::EPOCH, named, &recording).unwrap();
        ledger(&store).export(scratch.path()).unwrap();
    }
    for partial in ["tile/0/000.p", "tile/entries/000.p"] {
        std::fs::remove_dir_all(scratch.path().join(partial)).unwrap();
    }
    assert_eq!(exported(&scratch).entries(0..999).unwrap().len(), 260);
}

#[test]
fn bundles_that_end_early_are_damaged() {
    let (store, scratch) = (recorded_operations(), Scratch::new());
    ledger(&store).export(scratch.path()).unwrap();
    let bundle = scratch.path().join("tile/entries/000.p/15");
    let bytes = std::fs::read(&bundle).unwrap();
    std::fs::write(&bundle, &bytes[..bytes.len() - 1]).unwrap();
    let report = exported(&scratch).verify(&[]);
    assert_eq!(faults(&report)[0], "root: the ledger is damaged: a bundle ends within an entry");
}

fn exported(scratch: &Scratch) -> Ledger {
    let directory = Directory::new(scratch.path());
    Ledger::new(Arc::new(directory), signer().verifier().clone())
}

/// Every file of an export with its bytes.
fn files(directory: &std::path::Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_edit_of_a_stored_byte_is_noticed(
        position in any::<proptest::sample::Index>(),
        place in any::<proptest::sample::Index>(),
        flip in 1u8..=255,
    ) {
        let store = recorded_operations();
        let size = usize::try_from(store.head_now().size).unwrap();
        store.tamper(position.index(size), |bytes| {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        });
        prop_assert!(!ledger(&store).verify(&[]).whole());
    }

    #[test]
    fn every_reordering_is_noticed(
        left in any::<proptest::sample::Index>(),
        right in any::<proptest::sample::Index>(),
    ) {
        let store = recorded_operations();
        let size = usize::try_from(store.head_now().size).unwrap();
        let (left, right) = (left.index(size), right.index(size));
        prop_assume!(left != right);
        store.swap(left, right);
        prop_assert!(faults(&ledger(&store).verify(&[]))[0].starts_with("root"));
    }

    #[test]
    fn every_edit_of_a_tile_is_noticed(place in any::<proptest::sample::Index>(), flip in 1u8..=255) {
        let store = recorded_operations();
        store.tamper_tile(0, 0, |bytes| {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        });
        prop_assert!(faults(&ledger(&store).verify(&[]))[0].starts_with("inclusion"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_edit_of_an_exported_byte_is_noticed(
        file in any::<proptest::sample::Index>(),
        place in any::<proptest::sample::Index>(),
        flip in 1u8..=255,
    ) {
        let (store, scratch) = (recorded_rollout(), Scratch::new());
        ledger(&store).export(scratch.path()).unwrap();
        let mut files = files(scratch.path());
        files.retain(|path, _| !path.ends_with("verifier"));
        let (path, mut bytes) = file.get(&files.into_iter().collect::<Vec<_>>()).clone();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        std::fs::write(&path, bytes).unwrap();
        prop_assert!(!exported(&scratch).verify(&[]).whole());
    }
}
