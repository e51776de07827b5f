use proptest::prelude::*;

use super::*;

#[test]
fn nothing_has_no_quantile() {
    assert_eq!(Histogram::default().quantile(0.5), None);
}

#[test]
fn extremes_fall_into_the_outer_buckets() {
    let mut histogram = Histogram::default();
    histogram.add(Duration::ZERO);
    histogram.add(Duration::from_hours(1));
    assert!(histogram.quantile(0.5).unwrap() < 2e-6);
    assert!((histogram.quantile(1.0).unwrap() / 3600.0 - 1.0).abs() < 0.01);
}

proptest! {
    #[test]
    fn a_quantile_is_off_by_one_percent_at_most(
        mut micros in proptest::collection::vec(10u64..60_000_000, 1..300),
        percent in 1u32..=100,
    ) {
        let mut histogram = Histogram::default();
        micros.iter().for_each(|micros| histogram.add(Duration::from_micros(*micros)));
        micros.sort_unstable();
        let share = f64::from(percent) / 100.0;
        let rank = micros.iter().enumerate().find(|(index, _)| {
            (index + 1) as f64 >= share * micros.len() as f64
        });
        let exact = *rank.unwrap().1 as f64 / 1e6;
        let found = histogram.quantile(share).unwrap();
        prop_assert!((found / exact - 1.0).abs() < 0.0101, "{found} for {exact}");
    }
}
