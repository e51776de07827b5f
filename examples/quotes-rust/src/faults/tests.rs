use super::*;

fn fates(specification: &str, count: usize) -> Vec<Fate> {
    let faults: Faults = specification.parse().unwrap();
    (0..count).map(|_| faults.next()).collect()
}

#[test]
fn nothing_is_on_by_default() {
    let faults = Faults::default();
    assert!(!faults.rounding() && !faults.null_list() && !faults.reset() && !faults.garbage());
    assert_eq!(faults.to_string(), "none");
    assert!(fates("", 1000).iter().all(|fate| *fate == Fate::Wait(0)));
}

#[test]
fn a_specification_replaces_the_one_before() {
    let faults: Faults = "rounding, null-list".parse().unwrap();
    assert!(faults.rounding() && faults.null_list());
    faults.set("tail=120").unwrap();
    assert!(!faults.rounding() && !faults.null_list());
    assert_eq!(
        faults.to_string(),
        "tail=120 (makes 2 % of the answers wait this many milliseconds)"
    );
}

#[test]
fn a_bad_specification_changes_nothing() {
    let faults: Faults = "rounding".parse().unwrap();
    assert_eq!(faults.set("tail,fire"), Err(BadSpecification::Unknown("fire".to_owned())));
    assert_eq!(faults.set("tail=x"), Err(BadSpecification::Value("tail", "x".to_owned())));
    assert!(faults.rounding());
}

#[test]
fn two_in_a_hundred_wait() {
    let slow = fates("tail=80", 500).into_iter().filter(|fate| *fate == Fate::Wait(80)).count();
    assert_eq!(slow, 10);
}

#[test]
fn the_error_rate_is_kept_exactly() {
    for (specification, failing) in [("errors", 25), ("errors=1", 1), ("errors=333", 333)] {
        let failed = fates(specification, 1000).into_iter().filter(|fate| *fate == Fate::Fail);
        assert_eq!(failed.count(), failing, "{specification}");
    }
}

#[test]
fn a_crash_comes_at_its_request_and_stays_due() {
    assert_eq!(fates("crash=3", 4), [Fate::Wait(0), Fate::Wait(0), Fate::Crash, Fate::Crash]);
}

#[test]
fn a_hanging_service_answers_nothing() {
    assert_eq!(fates("hang,errors=1000", 2), [Fate::Hang, Fate::Hang]);
}
