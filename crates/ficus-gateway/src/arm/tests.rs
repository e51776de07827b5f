use std::sync::Arc;
use std::time::{Duration, Instant};

use ficus_model::boundary::{Limits, Upstream};

use super::{Arm, Closed};
use crate::origin::Origins;

fn arm(in_flight: u32, ejection_failures: u32) -> Arc<Arm> {
    let upstream = Upstream { host: "127.0.0.1".to_owned(), port: 1 };
    let limits = Limits {
        in_flight,
        ejection_failures,
        ejection_time: Duration::from_secs(5),
        ..Limits::default()
    };
    Arc::new(Arm::new(Origins::default().of(&upstream), &limits))
}

#[test]
fn takes_no_more_than_allowed_at_once() {
    let (arm, now) = (arm(2, 5), Instant::now());
    let first = arm.enter(now).expect("room for one");
    let _second = arm.enter(now).expect("room for two");
    assert_eq!(arm.enter(now).expect_err("no room"), Closed::Full);
    drop(first);
    assert_eq!(arm.in_flight(), 1);
    assert!(arm.enter(now).is_ok());
}

#[test]
fn is_ejected_after_failures_in_a_row_only() {
    let (arm, now) = (arm(9, 3), Instant::now());
    assert!(!arm.failed(now));
    assert!(!arm.failed(now));
    arm.answered();
    assert!(!arm.failed(now));
    assert!(!arm.failed(now));
    assert!(arm.enter(now).is_ok());
    assert!(arm.failed(now));
    assert_eq!(arm.enter(now).expect_err("ejected"), Closed::Ejected);
    assert_eq!(arm.in_flight(), 0);
}

#[test]
fn lets_one_probe_through_when_the_time_is_over() {
    let (arm, now) = (arm(9, 1), Instant::now());
    assert!(arm.failed(now));
    let later = now + Duration::from_secs(6);
    assert!(arm.enter(later).is_ok());
    assert_eq!(arm.enter(later).expect_err("one probe at a time"), Closed::Ejected);
    assert!(!arm.failed(later));
    assert!(arm.enter(later + Duration::from_secs(4)).is_err());
    assert!(arm.enter(later + Duration::from_secs(6)).is_ok());
    arm.answered();
    assert!(arm.enter(later).is_ok());
    assert!(!arm.shows_ejected());
}

#[test]
fn keeps_an_ejection_over_a_reload() {
    let (arm, now) = (arm(9, 1), Instant::now());
    arm.failed(now);
    let renewed = Arc::new(arm.renewed(&Limits::default()));
    assert_eq!(renewed.enter(now).expect_err("still ejected"), Closed::Ejected);
}
