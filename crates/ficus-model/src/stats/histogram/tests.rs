use proptest::prelude::*;

use super::*;

#[test]
fn quantiles_of_known_latencies() {
    let mut histogram = Histogram::default();
    (1..=100).for_each(|millis| histogram.record(Duration::from_millis(millis)));
    assert_eq!(histogram.total(), 100);
    for (quantile, micros) in [(0.5, 50_000), (0.9, 90_000), (0.99, 99_000), (1.0, 100_000)] {
        let read = histogram.quantile(quantile).unwrap();
        assert!((micros..=micros * 103 / 100).contains(&read), "{quantile}: {read}");
    }
}

#[test]
fn without_observations_there_is_no_quantile() {
    assert_eq!(Histogram::default().quantile(0.5), None);
    let mut cleared = Histogram::default();
    cleared.record_micros(5);
    cleared.clear();
    assert_eq!((cleared.quantile(0.5), cleared.total()), (None, 0));
}

#[test]
fn what_takes_for_ever_counts_as_the_longest() {
    let mut histogram = Histogram::default();
    histogram.record(Duration::MAX);
    assert_eq!(histogram.quantile(0.5), Some(MICROS_MAX));
}

#[test]
fn counts_what_took_longer_than_a_limit() {
    let mut histogram = Histogram::default();
    (1..=100).for_each(|millis| histogram.record(Duration::from_millis(millis)));
    assert!((10..=14).contains(&histogram.over(Duration::from_millis(90))));
    assert_eq!(histogram.over(Duration::from_secs(1)), 0);
    assert_eq!(Histogram::default().over(Duration::ZERO), 0);
}

#[test]
fn merging_adds_counts() {
    let (mut left, mut right) = (Histogram::default(), Histogram::default());
    left.record_micros(10);
    right.record_micros(10);
    right.record_micros(1 << 20);
    left.merge(&right);
    assert_eq!((left.total(), left.quantile(0.5)), (3, Some(10)));
}

proptest! {
    #[test]
    fn a_value_is_read_back_at_most_a_bucket_too_high(micros in 0_u64..=MICROS_MAX) {
        let mut histogram = Histogram::default();
        histogram.record_micros(micros);
        let read = histogram.quantile(1.0).unwrap();
        prop_assert!(read >= micros && read - micros <= micros / SUB_BUCKETS, "{}", read);
    }

    #[test]
    fn goes_on_from_its_buckets(values in proptest::collection::vec(0_u64..=MICROS_MAX, 1..200)) {
        let mut histogram = Histogram::default();
        values.iter().for_each(|micros| histogram.record_micros(*micros));
        let mut restored = Histogram::default();
        restored.restore(histogram.buckets());
        prop_assert_eq!(restored, histogram);
    }
}
