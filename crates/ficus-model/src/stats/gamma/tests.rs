use proptest::prelude::*;

use super::*;
use crate::stats::tests::agrees;

#[test]
fn gamma_of_whole_numbers_is_a_factorial() {
    let mut ln_factorial = 0.0;
    for number in 2..60_u32 {
        ln_factorial += f64::from(number).ln();
        agrees(ln_gamma(f64::from(number) + 1.0), ln_factorial);
    }
    assert!(ln_gamma(1.0).abs() < 1e-13 && ln_gamma(2.0).abs() < 1e-13);
}

#[test]
fn gamma_of_a_half_is_the_root_of_pi() {
    agrees(ln_gamma(0.5), 0.5 * PI.ln());
    agrees(ln_gamma(1e-6), 13.815_509_980_749_432);
}

#[test]
fn beta_keeps_its_digits_for_large_arguments() {
    // B(1, b) = 1/b and B(2, b) = 1/(b(b+1)), exactly.
    for b in [3.0, 40.0, 1e4, 1e8] {
        agrees(ln_beta(1.0, b), -f64::ln(b));
        agrees(ln_beta(b, 2.0), -f64::ln(b) - f64::ln(b + 1.0));
        agrees(
            ln_beta(12.0, b),
            (1..12).map(|k| f64::from(k).ln() - (b + f64::from(k)).ln()).sum::<f64>() - b.ln(),
        );
    }
}

#[test]
fn normal_distribution_on_both_sides_and_far_out() {
    agrees(ln_normal(0.0), 0.5_f64.ln());
    agrees(ln_normal(1.959_963_984_540_054), 0.975_f64.ln());
    agrees(ln_normal(-1.959_963_984_540_054), 0.025_f64.ln());
    agrees(ln_normal(-3.0), -6.607_726_221_510_349);
    agrees(ln_normal(-40.0), -804.608_442_013_754);
}

proptest! {
    #[test]
    fn gamma_obeys_its_recurrence(x in 1e-3_f64..1e4) {
        let (left, right) = (ln_gamma(x + 1.0), ln_gamma(x) + x.ln());
        prop_assert!((left - right).abs() <= 1e-11 * (1.0 + left.abs()), "{} {}", left, right);
    }

    #[test]
    fn beta_is_the_three_gammas(a in 1e-3_f64..500.0, b in 1e-3_f64..500.0) {
        let (left, right) = (ln_beta(a, b), ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b));
        prop_assert!((left - right).abs() <= 1e-9 * (1.0 + left.abs()), "{} {}", left, right);
        prop_assert!((left - ln_beta(b, a)).abs() <= 1e-12 * (1.0 + left.abs()));
    }
}
