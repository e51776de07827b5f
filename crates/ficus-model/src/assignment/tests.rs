use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn lottery(rollout: u8) -> Lottery {
    let mut secret = [0; 32];
    secret.iter_mut().zip(0u8..).for_each(|(byte, index)| *byte = index);
    Secret::from_bytes(secret).lottery(RolloutId([rollout; 16]))
}

#[test]
fn golden_vectors_pin_the_draw() {
    let draws: String = [("ada", 1), ("grace", 1), ("", 1), ("ada", 2)]
        .map(|(key, rollout)| {
            format!("{key:?} in {rollout}: {:016x}\n", lottery(rollout).draw(key.as_bytes()).0)
        })
        .concat();
    expect![[r#"
        "ada" in 1: e6669bf06baae48e
        "grace" in 1: 13ce853c286502bc
        "" in 1: c3417ee4ce70df01
        "ada" in 2: df39839ab3348922
    "#]]
    .assert_eq(&draws);
}

#[test]
fn nobody_at_zero_and_everybody_at_full() {
    for number in [0, 1, u64::MAX / 2, u64::MAX] {
        assert_eq!(Ticket(number).side(Weight::ZERO), Side::Monolith);
        assert_eq!(Ticket(number).side(Weight::FULL), Side::Service);
    }
}

#[test]
fn the_share_is_the_weight() {
    let weight = Weight::from_ppm(100_000).unwrap();
    let drawn = (0..20_000u32)
        .filter(|key| lottery(3).draw(&key.to_le_bytes()).side(weight) == Side::Service)
        .count();
    assert!((1_850..2_150).contains(&drawn), "{drawn} of 20000 at 10 %");
}

#[test]
fn secrets_do_not_print() {
    assert_eq!(format!("{:?}", Secret::from_bytes([7; 32])), "Secret(…)");
    assert_eq!(format!("{:?}", lottery(1)), "Lottery(…)");
}

proptest! {
    #[test]
    fn a_rising_weight_never_moves_a_key_back(key: Vec<u8>, low in 0u32..=1_000_000, more in 0u32..=1_000_000) {
        let high = low.saturating_add(more).min(1_000_000);
        let ticket = lottery(5).draw(&key);
        let at = |ppm| ticket.side(Weight::from_ppm(ppm).unwrap());
        prop_assert!(at(low) == Side::Monolith || at(high) == Side::Service);
    }
}
