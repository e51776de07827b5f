use proptest::prelude::*;

use super::*;

fn merged(micros: &[u64]) -> Merged {
    let histogram = Histogram::default();
    for value in micros {
        histogram.record(Duration::from_micros(*value));
    }
    let mut merged = Merged::default();
    histogram.add_to(&mut merged);
    merged
}

#[test]
fn counts_at_the_bounds_people_ask_for_are_exact() {
    let merged = merged(&[0, 1, 500, 501, 2_500, 2_501, 250_000, 250_001, 60_000_000]);
    let counts = [500, 2_500, 250_000, 60_000_000].map(|bound| merged.at_most(bound));
    assert_eq!(counts, [3, 5, 7, 9]);
}

#[test]
fn what_is_too_long_is_counted_in_the_last_bucket() {
    let merged = merged(&[u64::MAX / 2, 2_000_000_000]);
    assert_eq!((merged.count(), merged.at_most(60_000_000)), (2, 0));
}

#[test]
fn cores_are_added_up() {
    let (one, two) = (Histogram::default(), Histogram::default());
    one.record(Duration::from_millis(1));
    two.record(Duration::from_millis(2));
    let mut merged = Merged::default();
    one.add_to(&mut merged);
    two.add_to(&mut merged);
    assert_eq!(merged.count(), 2);
    assert!((merged.sum_seconds() - 0.003).abs() < 1e-9);
}

proptest! {
    #[test]
    fn buckets_are_in_order_and_within_ten_percent(value in 1u64..900_000_000) {
        prop_assert!(bucket_of(value) < BUCKETS);
        prop_assert!(bucket_of(value) <= bucket_of(value + 1));
        let wider = value + value / 9 + 1;
        prop_assert!(bucket_of(value) < bucket_of(wider), "{} shares a bucket with {}", value, wider);
    }
}
