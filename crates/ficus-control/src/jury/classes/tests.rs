use std::time::Duration;

use ficus_model::Time;
use ficus_model::comparison::Comparison;

use super::*;

fn compared(at: u64, request: &str) -> Compared {
    Compared {
        at: Time::from_micros(at),
        route: 0,
        status: 200,
        request: request.to_owned(),
        trace: Some(format!("trace-{at}")),
        comparison: Comparison::Match,
        baseline_latency: Duration::ZERO,
        candidate_latency: Duration::ZERO,
    }
}

fn difference(path: &str, baseline: &str) -> Difference {
    Difference {
        path: path.to_owned(),
        kind: DifferenceKind::Value,
        baseline: Some(baseline.to_owned()),
        candidate: None,
    }
}

#[test]
fn the_smallest_example_stays_whatever_the_order() {
    let seen = [("GET /a?long=query", "100"), ("GET /a", "1"), ("GET /a?b", "22")];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let mut classes = Classes::default();
        for index in order {
            let (request, value) = seen[index];
            let at = u64::try_from(index).unwrap();
            classes.add("GET /a", &compared(at, request), &[difference("body.price", value)]);
        }
        let found = classes.by_frequency();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].count, found[0].example.request.as_str()), (3, "GET /a"));
        assert_eq!(found[0].example.baseline.as_deref(), Some("1"));
        assert_eq!(found[0].last, Time::from_micros(2));
    }
}

#[test]
fn classes_are_told_apart_by_route_path_and_kind_and_ordered_by_frequency() {
    let mut classes = Classes::default();
    let other_kind = Difference { kind: DifferenceKind::Type, ..difference("body.a", "1") };
    let twice = [difference("body.a", "1"), difference("body.b", "1"), other_kind];
    classes.add("GET /a", &compared(1, "GET /a"), &twice);
    classes.add("GET /b", &compared(2, "GET /b"), &[difference("body.a", "1")]);
    classes.add("GET /a", &compared(3, "GET /a"), &[difference("body.b", "1")]);
    let found = classes.by_frequency();
    assert_eq!(found.len(), 4);
    assert_eq!((found[0].path.as_str(), found[0].count), ("body.b", 2));
}

#[test]
fn classes_are_bounded_and_the_rest_is_counted() {
    let mut classes = Classes::default();
    for number in 0..CLASSES_MAX + 7 {
        let path = format!("body.field{number}");
        classes.add("GET /a", &compared(1, "GET /a"), &[difference(&path, "1")]);
    }
    classes.add("GET /a", &compared(1, "GET /a"), &[difference("body.field0", "1")]);
    assert_eq!(classes.by_frequency().len(), CLASSES_MAX);
    assert_eq!(classes.unclassed(), 7);
    assert_eq!(classes.by_frequency()[0].count, 2, "a known class is still counted");
}
