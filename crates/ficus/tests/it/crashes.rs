//! The process dies at any moment, and nothing that mattered was only in its memory.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ficus_control::wire::{EntryView, StageView};

use crate::origin::Origin;
use crate::process::{Ficus, QUICK, until};
use crate::slow;
use crate::traffic::{Traffic, get};

/// Every entry that raises a weight names the evidence that allowed it, and that evidence is there.
fn every_rise_is_proven(ficus: &Ficus, entries: &[EntryView]) {
    let rises = entries.iter().filter(|entry| {
        entry.change == "stepped"
            || (entry.change == "entered"
                && ["Canary", "Primary", "Retired"].iter().any(|stage| entry.words.contains(stage)))
    });
    for rise in rises {
        let evidence = rise.evidence.as_ref().expect("a rise names its evidence");
        let stored = ficus.get(&format!("/api/v1/evidence/{evidence}"));
        assert!(stored.is_ok(), "the evidence of entry {} is gone", rise.index);
    }
}

#[test]
fn control_goes_on_where_the_ledger_says() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("restart", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert_eq!(ficus.promote().code, 0);
    let before = (ficus.quotes().summary, ficus.status().head);
    ficus.kill_9();
    assert_eq!(ficus.verify().code, 0);
    ficus.up();
    let after = (ficus.quotes().summary, ficus.status().head);
    assert_eq!(after.0.stage, StageView::Shadow);
    assert_eq!(after.0.generation, before.0.generation);
    assert_eq!(after.1, before.1, "the same configuration is not recorded again");
    assert!(get(ficus.gateway, "/api/quotes/1").is_some());
}

#[test]
fn the_gateway_serves_on_when_control_can_not() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("lost-control", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert_eq!(ficus.promote().code, 0);
    for name in ["state/ledger.db", "state/ledger.db-wal"] {
        let path = ficus.scratch.path(name);
        let length = std::fs::metadata(&path).map_or(0, |found| found.len());
        let noise = vec![0x5a; usize::try_from(length).expect("small")];
        std::fs::write(path, noise).expect("overwritten");
    }
    until("it is not ready any more", || {
        ficus.run(&["hold", "quotes", "--reason", "a look"]);
        ficus.get("/ready").is_err().then_some(())
    });
    assert!(ficus.get("/live").is_ok(), "the console's listener answers");
    assert_eq!(get(ficus.gateway, "/api/quotes/1").expect("an answer").status, 200);
    assert!(ficus.log().contains("ERROR"), "said loudly: {}", ficus.log());
}

/// Moments after the start at which the process is killed: spread over a rollout, and not round.
fn moment(round: u64) -> Duration {
    let scattered = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    Duration::from_millis(40 + scattered % 3200)
}

/// Kills the process at a moment, while somebody hands in decisions as fast as they are answered.
fn die_while_driven(ficus: &mut Ficus, killed_at: Duration, drill: bool) {
    let dead = AtomicBool::new(false);
    thread::scope(|scope| {
        let driven = &*ficus;
        scope.spawn(|| {
            while !dead.load(Ordering::Relaxed) {
                driven.promote();
                if drill {
                    driven.run(&["kill", "quotes", "--reason", "a drill"]);
                }
            }
        });
        thread::sleep(killed_at);
        driven.signal("KILL");
        dead.store(true, Ordering::Relaxed);
    });
    assert!(!ficus.ended().success());
}

#[test]
fn twenty_kills_during_a_rollout_leave_a_legal_and_proven_history() {
    if !slow("twenty_kills_during_a_rollout_leave_a_legal_and_proven_history") {
        return;
    }
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("kills", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    let traffic = Traffic::start(ficus.gateway);
    let mut stages = BTreeSet::new();
    let mut size = 0;
    for round in 0..20 {
        let killed_at = moment(round);
        die_while_driven(&mut ficus, killed_at, round % 5 == 4);
        let verified = ficus.verify();
        assert_eq!(verified.code, 0, "round {round}, after {killed_at:?}: {verified:?}");
        ficus.up();
        let (status, quotes) = (ficus.status(), ficus.quotes());
        assert!(status.head.size >= size, "round {round}: the ledger has become shorter");
        size = status.head.size;
        let stage = quotes.summary.stage;
        stages.insert(stage);
        let serves = matches!(stage, StageView::Canary | StageView::Primary | StageView::Retired);
        assert!(serves || quotes.summary.weight.ppm == 0, "round {round}: {:?}", quotes.summary);
    }
    every_rise_is_proven(&ficus, &ficus.entries().entries);
    until("requests are answered", || (traffic.totals().fine > 0).then_some(()));
    assert_eq!(traffic.totals().bad, 0, "{:?}", traffic.totals());
    assert!(
        stages.contains(&StageView::Canary) || stages.contains(&StageView::Primary),
        "{stages:?}"
    );
}

#[test]
fn a_full_disk_stops_the_climb_and_not_the_traffic() {
    if !slow("a_full_disk_stops_the_climb_and_not_the_traffic") {
        return;
    }
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("full-disk", &monolith);
    ficus.boundary(&service, QUICK);
    // Files of this process may not grow beyond a quarter of a mebibyte: the ledger's log soon wants more.
    ficus.spawn_limited(256);
    ficus.answers();
    let traffic = Traffic::start(ficus.gateway);
    let stalled = until("the ledger can not record", || {
        for verb in ["promote", "hold"] {
            ficus.run(&[verb, "quotes", "--reason", "on and off"]);
        }
        ficus.status().stalled
    });
    assert!(!stalled.is_empty());
    assert!(ficus.get("/ready").is_err(), "not ready while nothing can be recorded");
    let before = traffic.totals();
    until("a hundred more answers", || (traffic.totals().fine > before.fine + 100).then_some(()));
    let killed = ficus.run(&["kill", "quotes", "--reason", "a full disk must not keep us"]);
    assert_eq!(ficus.quotes().summary.weight.ppm, 0, "{killed:?}");
    drop(traffic);
    ficus.kill_9();
    assert_eq!(ficus.verify().code, 0, "what was acknowledged is whole");
    ficus.up();
    until("it records again", || ficus.status().stalled.is_none().then_some(()));
}
