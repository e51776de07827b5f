use super::*;

#[test]
fn equal_seeds_draw_equally_and_others_do_not() {
    let draw = |seed| {
        let mut random = Random::new(seed);
        [(); 8].map(|()| random.bits())
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

/// The reference implementation's first outputs from the state 1, 2, 3, 4.
#[test]
fn draws_agree_with_the_published_generator() {
    let mut random = Random { state: [1, 2, 3, 4] };
    assert_eq!([(); 3].map(|()| random.bits()), [41_943_041, 58_720_359, 3_588_806_011_781_223]);
}

#[test]
fn shares_fill_the_unit_interval_evenly() {
    let mut random = Random::new(7);
    let shares = (0..100_000).map(|_| random.share()).collect::<Vec<_>>();
    assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
    assert!((shares.iter().sum::<f64>() / 1e5 - 0.5).abs() < 0.01);
}

#[test]
fn whole_numbers_stay_below_their_limit() {
    let mut random = Random::new(3);
    let mut seen = [0; 5];
    (0..10_000).for_each(|_| seen[usize::try_from(random.below(5)).unwrap()] += 1);
    assert!(seen.iter().all(|count| (1_800..2_200).contains(count)), "{seen:?}");
    assert_eq!(random.below(0), 0);
}

#[test]
fn counts_have_the_mean_and_spread_of_their_law() {
    for mean in [0.3, 50.0, 3_000.0] {
        let mut random = Random::new(11);
        let counts = (0..4_000).map(|_| random.poisson(mean) as f64).collect::<Vec<_>>();
        let average = counts.iter().sum::<f64>() / 4e3;
        let variance = counts.iter().map(|count| (count - average).powi(2)).sum::<f64>() / 4e3;
        assert!((average - mean).abs() < 5.0 * (mean / 4e3).sqrt(), "{mean}: {average}");
        assert!((variance / mean - 1.0).abs() < 0.12, "{mean}: {variance}");
    }
}

#[test]
fn normal_draws_are_centred_with_unit_spread() {
    let mut random = Random::new(5);
    let draws = (0..50_000).map(|_| random.normal()).collect::<Vec<_>>();
    let mean = draws.iter().sum::<f64>() / 5e4;
    let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / 5e4;
    assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
}
