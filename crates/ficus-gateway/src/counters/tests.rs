use super::*;

#[test]
fn every_outcome_has_its_label() {
    let cases = [
        (Outcome::Answered(101), "1xx"),
        (Outcome::Answered(204), "2xx"),
        (Outcome::Answered(304), "3xx"),
        (Outcome::Answered(404), "4xx"),
        (Outcome::Answered(599), "5xx"),
        (Outcome::Answered(700), "5xx"),
        (Outcome::ConnectFailed, "connect_failed"),
        (Outcome::Reset, "reset"),
        (Outcome::Timeout, "timeout"),
        (Outcome::Shed, "shed"),
        (Outcome::ClientGone, "client_gone"),
    ];
    for (outcome, label) in cases {
        let counters = LaneCounters::default();
        counters.side(Side::Service).record(outcome, Duration::from_millis(1), false);
        let service = Ended::ALL.map(|ended| counters.side(Side::Service).ended(ended));
        let index = Ended::ALL.iter().position(|ended| ended.as_str() == label).expect("a label");
        assert_eq!(service[index], 1, "{outcome:?}");
        assert_eq!(service.iter().sum::<u64>(), 1, "{outcome:?} is counted once");
        assert_eq!(counters.side(Side::Monolith).ended(Ended::Success), 0);
    }
}
