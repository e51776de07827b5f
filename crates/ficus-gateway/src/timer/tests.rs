use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use super::{Alarm, Alarms};

/// Waits for the alarm and says how long that took.
async fn rung(alarm: &Alarm) -> Duration {
    let began = Instant::now();
    poll_fn(|task| alarm.poll_rung(task)).await;
    began.elapsed()
}

fn with_alarms(test: impl AsyncFnOnce(Rc<Alarms>)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let alarms = Rc::new(Alarms::default());
        let running = tokio::task::spawn_local(Rc::clone(&alarms).run());
        test(Rc::clone(&alarms)).await;
        running.abort();
    });
}

#[test]
fn rings_when_due_and_not_before() {
    with_alarms(async |alarms| {
        let alarm = alarms.alarm();
        alarm.set(Instant::now() + Duration::from_millis(40));
        let waited = rung(&alarm).await;
        assert!(waited >= Duration::from_millis(39), "{waited:?}");
        assert!(!alarm.runs());
    });
}

#[test]
fn an_earlier_deadline_is_not_kept_waiting_by_a_later_one() {
    with_alarms(async |alarms| {
        let (late, early) = (alarms.alarm(), alarms.alarm());
        late.set(Instant::now() + Duration::from_secs(3600));
        tokio::task::yield_now().await;
        early.set(Instant::now() + Duration::from_millis(20));
        assert!(rung(&early).await < Duration::from_secs(60));
        assert!(late.runs());
    });
}

#[test]
fn a_cleared_or_moved_deadline_does_not_ring() {
    with_alarms(async |alarms| {
        let (moved, cleared, other) = (alarms.alarm(), alarms.alarm(), alarms.alarm());
        let soon = Instant::now() + Duration::from_millis(10);
        moved.set(soon);
        cleared.set(soon);
        moved.set(soon + Duration::from_secs(3600));
        cleared.clear();
        other.set(soon + Duration::from_millis(20));
        rung(&other).await;
        let quiet = poll_fn(|task| {
            Poll::Ready(moved.poll_rung(task).is_pending() && cleared.poll_rung(task).is_pending())
        });
        assert!(quiet.await);
    });
}

#[test]
fn places_of_dropped_alarms_are_used_again() {
    with_alarms(async |alarms| {
        let kept = alarms.alarm();
        for _ in 0..100 {
            alarms.alarm().set(Instant::now() + Duration::from_secs(1));
        }
        assert_eq!(alarms.places.borrow().len(), 2);
        kept.set(Instant::now());
        rung(&kept).await;
    });
}
