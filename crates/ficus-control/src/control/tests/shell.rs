//! The loop on its own thread, over a real store in a directory.

use std::os::unix::fs::PermissionsExt as _;

use ficus_model::rollout::Stage;
use ficus_model::{BoundaryName, Command};

use super::super::*;
use super::world::{FakePlane, ann, boundary, configuration};
use crate::desk::CommandError;
use crate::ledger::Ledger;
use crate::scratch::Scratch;

fn settings(scratch: &Scratch) -> ControlSettings {
    ControlSettings {
        directory: scratch.path().join("state"),
        origin: "example.com/migration".to_owned(),
        anchors: None,
        configuration: configuration(&[boundary("quotes")]),
        by: ann(),
    }
}

fn open(scratch: &Scratch) -> (Control, Arc<FakePlane>) {
    let plane: Arc<FakePlane> = Arc::default();
    let control = Control::open(settings(scratch), Arc::clone(&plane) as Arc<_>).unwrap();
    (control, plane)
}

fn quotes() -> BoundaryName {
    "quotes".parse().unwrap()
}

/// Runs control beside a conversation with its desk, and ends it when the conversation is over.
fn talk<F: Future<Output = ()>>(control: Control, conversation: impl FnOnce(Desk) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (desk, shutdown) = (control.desk(), CancellationToken::new());
        let ran = control.run(shutdown.clone());
        let talked = async {
            tokio::time::timeout(Duration::from_secs(20), conversation(desk)).await.unwrap();
            shutdown.cancel();
        };
        let (ran, ()) = tokio::join!(ran, talked);
        ran.unwrap();
    });
}

fn promote() -> Command {
    let fresh = Desk::fresh_rollout().unwrap();
    Command::Promote { by: ann(), reason: "ready".to_owned(), fresh }
}

#[test]
fn what_was_answered_is_there_after_a_start() {
    let scratch = Scratch::new();
    let (control, plane) = open(&scratch);
    talk(control, async |desk| {
        let events = desk.command(&quotes(), promote()).await.unwrap();
        assert_eq!(events.len(), 1);
        let state = desk.state();
        assert_eq!(state.boundaries[0].rollout.stage(), Stage::Shadow);
        assert_eq!(state.head.size, 3);
        let entries = desk.entries(0..9).await.unwrap();
        assert_eq!(entries.len(), 3);
        let text = desk.evidence(entries[1].entry.evidence[0]).await.unwrap().unwrap();
        assert!(String::from_utf8(text).unwrap().contains("quotes"));
        assert!(desk.checkpoint().await.unwrap().starts_with("example.com/migration\n3\n"));
        let report = desk.verify(vec![desk.checkpoint().await.unwrap()]).await.unwrap();
        assert!(report.whole() && report.anchored == 3, "{report:?}");
    });
    assert_eq!(plane.last().unwrap().boundaries[0].desired.stage, Stage::Shadow);
    let (control, _) = open(&scratch);
    assert_eq!(control.snapshot().boundaries[0].desired.stage, Stage::Shadow);
    assert_eq!(control.desk().state().head.size, 3);
}

#[test]
fn pictures_are_counted_and_time_goes_on_by_itself() {
    let (control, _) = open(&Scratch::new());
    talk(control, async |desk| {
        let mut changed = desk.changed();
        let before = *changed.borrow_and_update();
        desk.command(&quotes(), promote()).await.unwrap();
        changed.changed().await.unwrap();
        let (at, count) = (desk.state().at, *changed.borrow_and_update());
        assert_eq!(count, before + 1);
        changed.changed().await.unwrap();
        assert!(desk.state().at > at, "a tick takes a new picture");
    });
}

#[test]
fn a_configuration_is_applied_through_the_desk() {
    let (control, _) = open(&Scratch::new());
    talk(control, async |desk| {
        let two = configuration(&[boundary("quotes"), boundary("rates")]);
        let current = desk.state().configuration;
        let wrong = desk.apply(two.clone(), ann(), Some(two.digest)).await;
        assert_eq!(wrong, Err(ApplyError::Outdated { given: two.digest, current }));
        assert_eq!(desk.apply(two.clone(), ann(), Some(current)).await, Ok(two.digest));
        assert_eq!(desk.state().boundaries.len(), 2);
    });
}

#[test]
fn a_desk_whose_loop_has_ended_says_so() {
    let (control, _) = open(&Scratch::new());
    let (desk, sinks) = (control.desk(), control.sinks());
    drop(control);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        assert_eq!(desk.command(&quotes(), promote()).await, Err(CommandError::Closed));
        let none = configuration(&[]);
        assert_eq!(desk.apply(none, ann(), None).await, Err(ApplyError::Closed));
    });
    let batch = ficus_model::comparison::ComparisonBatch {
        boundary: quotes(),
        generation: 1,
        compared: Vec::new(),
        uncompared: Vec::new(),
    };
    assert!(!sinks.comparisons(batch));
    assert_eq!(sinks.dropped(), 1);
}

#[test]
fn queues_are_bounded_and_a_full_one_says_so() {
    let (control, _) = open(&Scratch::new());
    let sinks = control.sinks();
    let batch = || ficus_model::comparison::ComparisonBatch {
        boundary: quotes(),
        generation: 1,
        compared: Vec::new(),
        uncompared: Vec::new(),
    };
    let taken = (0..EVIDENCE_QUEUE_MAX + 3).filter(|_| sinks.comparisons(batch())).count();
    assert_eq!((taken, sinks.dropped()), (EVIDENCE_QUEUE_MAX, 3));
}

#[test]
fn two_processes_can_not_share_a_state_directory() {
    let scratch = Scratch::new();
    let (control, plane) = open(&scratch);
    let second = Control::open(settings(&scratch), Arc::clone(&plane) as Arc<_>).map(drop);
    assert!(matches!(second, Err(OpenError::InUse(_))), "{second:?}");
    drop(control);
    assert!(Control::open(settings(&scratch), plane).is_ok());
}

#[test]
fn the_key_is_made_once_and_is_the_owners_alone() {
    let scratch = Scratch::new();
    drop(open(&scratch));
    let path = scratch.path().join("state").join("ledger.key");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read_to_string(&path).unwrap();
    drop(open(&scratch));
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    let elsewhere =
        ControlSettings { origin: "example.com/other".to_owned(), ..settings(&scratch) };
    let plane: Arc<FakePlane> = Arc::default();
    let refused = Control::open(elsewhere, plane).map(drop).unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.contains("signs for `example.com/migration`"), "{source}");
}

#[test]
fn checkpoints_are_published_and_a_shorter_ledger_is_refused() {
    let scratch = Scratch::new();
    let state = scratch.path().join("state");
    drop(open(&scratch));
    let backup = fs::read(state.join("ledger.db")).unwrap();
    let (control, _) = open(&scratch);
    talk(control, async |desk| {
        desk.command(&quotes(), promote()).await.unwrap();
    });
    let anchors = fs::read_to_string(state.join("anchors").join("checkpoints.txt")).unwrap();
    let published: Vec<String> = anchor::notes(&anchors).collect();
    assert_eq!(published.len(), 2);
    let verifier = fs::read_to_string(state.join("ledger.pub")).unwrap().parse().unwrap();
    let store = SqliteStore::open(&state.join("ledger.db")).unwrap();
    let offline = Ledger::new(Arc::new(store), verifier);
    assert!(offline.verify(&published).whole());
    drop(offline);
    for rest in ["ledger.db-wal", "ledger.db-shm"] {
        drop(fs::remove_file(state.join(rest)));
    }
    fs::write(state.join("ledger.db"), backup).unwrap();
    let plane: Arc<FakePlane> = Arc::default();
    let refused = Control::open(settings(&scratch), plane).map(drop);
    let shorter = ReadError::Shorter { published: 3, size: 2 };
    assert!(matches!(refused, Err(OpenError::Ledger(error)) if error == shorter));
}
