//! The exported ledger before a judge that has never heard of ficus: the packages that verify Go's checksum database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ficus_control::ledger::directory::Directory;
use ficus_control::ledger::note::NoteSigner;
use ficus_control::ledger::recorder::{Recorder, Recording};
use ficus_control::ledger::store::SqliteStore;
use ficus_control::ledger::{Fact, Ledger};
use ficus_model::digest::Digest;
use ficus_model::rollout::{Plan, RolloutId};
use ficus_model::{Command as Told, Principal, Rollout, Time, Weight};

use crate::scratch::Scratch;
use crate::slow;

/// Entries at the first checkpoint.
const EARLY: u64 = 1_000;
/// Entries at the last: three levels of tiles, a partial one at each.
const ALL: u64 = 70_000;

/// Builds the Go program of `examples/verify-go`.
fn build(scratch: &Scratch) -> PathBuf {
    let program = scratch.path("verify-go");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/verify-go");
    let mut go = Command::new("go");
    go.arg("build").arg("-o").arg(&program).arg(".").current_dir(source);
    let built = go.output().expect("Go is installed");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    program
}

/// Under this listing everything was decided.
const LISTING: &[u8] = b"monolith 127.0.0.1:9100\n";
/// The boundary's file.
const FILE: &[u8] = b"name = \"quotes\"\n";

/// A boundary that operators hold and resume, all day long.
fn history(machine: &mut Rollout, facts: u64) -> Recording {
    let mut recording = Recording::default();
    let by: Principal = "ann".parse().expect("a name");
    let (listing, file) = (recording.attach(LISTING.to_vec()), recording.attach(FILE.to_vec()));
    while u64::try_from(recording.facts.len()).is_ok_and(|length| length < facts) {
        let (by, reason) = (by.clone(), "because".to_owned());
        let (command, evidence) = match machine.generation() % 2 {
            0 if machine.plan().is_none() => {
                recording.facts.push((Fact::Configured { by: by.clone() }, vec![listing]));
                (Told::Register(plan(file), by), vec![file])
            }
            1 => (Told::Hold { by, reason }, Vec::new()),
            _ => (Told::Promote { by, reason, fresh: RolloutId([0; 16]) }, Vec::new()),
        };
        for event in machine.decide(Time::EPOCH, command).expect("legal") {
            machine.evolve(&event);
            let boundary = machine.name().clone();
            recording.facts.push((Fact::Happened { boundary, event }, evidence.clone()));
        }
    }
    recording
}

fn plan(digest: Digest) -> Plan {
    Plan {
        digest,
        parent: None,
        mirror: Weight::FULL,
        steps: Vec::new(),
        holdback: Weight::ZERO,
        primary_bake: Duration::ZERO,
    }
}

struct Exported {
    scratch: Scratch,
    program: PathBuf,
    key: String,
}

impl Exported {
    fn new(name: &str) -> Self {
        let scratch = Scratch::new(name);
        let program = build(&scratch);
        let signer = NoteSigner::new("example.com/migration", [7; 32]).expect("a key");
        let key = signer.verifier().to_string();
        let store = SqliteStore::open(&scratch.path("ledger.db")).expect("a store");
        let mut recorder =
            Recorder::open(Arc::new(store), signer, &[], |_| {}).expect("an empty ledger");
        let mut machine = Rollout::new("quotes".parse().expect("a name"));
        for until in [EARLY, ALL] {
            while recorder.head().0 < until {
                let missing = (until - recorder.head().0).min(10_000);
                let mut recording = history(&mut machine, missing);
                let configuration = recording.attach(LISTING.to_vec());
                recorder.record(Time::EPOCH, configuration, &recording).expect("recorded");
            }
            let note = recorder.ledger().checkpoint().expect("a head");
            scratch.write(&format!("checkpoint-{until}"), &note);
        }
        recorder.ledger().export(&scratch.path("export")).expect("exported");
        Self { scratch, program, key }
    }

    fn verify(&self, older: &[PathBuf]) -> Output {
        let mut command = Command::new(&self.program);
        command.arg(self.scratch.path("export")).arg(&self.key).args(older);
        command.output().expect("it runs")
    }

    /// What the verifier says after a file was changed; the file is put back.
    fn after(&self, file: &str, change: impl Fn(&mut Vec<u8>)) -> String {
        let path = self.scratch.path("export").join(file);
        let before = fs::read(&path).expect("exported");
        let mut changed = before.clone();
        change(&mut changed);
        fs::write(&path, changed).expect("written");
        let output = self.verify(&[]);
        fs::write(&path, before).expect("written");
        assert!(!output.status.success(), "{file} was changed and nobody noticed");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

#[test]
fn a_go_program_verifies_an_exported_ledger() {
    if !slow("a_go_program_verifies_an_exported_ledger") {
        return;
    }
    let exported = Exported::new("go-verifies");
    let early = exported.scratch.path("checkpoint-1000");
    let whole = exported.verify(std::slice::from_ref(&early));
    let said = String::from_utf8_lossy(&whole.stdout).into_owned();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    assert!(said.contains("the head over 70000 entries is signed by example.com/migration"));
    assert!(
        said.contains("inclusion: 70000 entries") && said.contains("consistency: 1000 to 70000")
    );

    let edited = exported.after("tile/entries/007", |bytes| bytes[100] ^= 1);
    assert!(edited.contains("inclusion of entry"), "{edited}");
    let edited = exported.after("tile/0/111", |bytes| bytes[100] ^= 1);
    assert!(edited.contains("inconsistent tile") || edited.contains("inclusion"), "{edited}");
    let resized = exported.after("checkpoint", |bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace("70000", "69999").into_bytes();
    });
    assert!(resized.contains("invalid signature"), "{resized}");

    let note = fs::read_to_string(&early).expect("written");
    fs::write(&early, note.replace("1000", "1001")).expect("written");
    assert!(!exported.verify(&[early]).status.success(), "a resized older checkpoint is refused");
}

/// What the Go program accepts, ficus accepts, and how long that takes is said.
#[test]
fn seventy_thousand_entries_are_verified_and_timed() {
    if !slow("seventy_thousand_entries_are_verified_and_timed") {
        return;
    }
    let exported = Exported::new("verify-timed");
    let directory = exported.scratch.path("export");
    let source = Directory::new(&directory);
    let key = exported.key.parse().expect("a key");
    let ledger = Ledger::new(Arc::new(source), key);
    let started = Instant::now();
    let report = ledger.verify(&[]);
    crate::say(&format!("70,000 entries verified in {:?}", started.elapsed()));
    assert!(report.whole() && report.size == ALL, "{report:?}");
}
