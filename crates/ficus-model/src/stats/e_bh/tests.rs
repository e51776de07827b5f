use super::*;

#[test]
fn names_the_strongest_first() {
    // K = 4, α = 5 %: thresholds ln 80, ln 40, ln 26.7, ln 20.
    assert_eq!(confirmed(&[1.0, 5.0, 0.0, 4.0], 0.05), [1, 3]);
}

#[test]
fn a_weak_one_is_carried_by_strong_ones() {
    // Alone 3.1 would need ln 80; as the fourth of four it needs ln 20 only.
    assert_eq!(confirmed(&[3.1, 3.1, 3.1, 3.1], 0.05).len(), 4);
    assert_eq!(confirmed(&[3.1, 0.0, 0.0, 0.0], 0.05), [] as [usize; 0]);
}

#[test]
fn nothing_to_choose_from_confirms_nothing() {
    assert_eq!(confirmed(&[], 0.05), [] as [usize; 0]);
}

#[test]
fn a_lone_path_among_many_needs_the_documented_evidence() {
    let mut paths = vec![0.0; 500];
    paths[7] = crate::stats::sign::ln_e(16, 0);
    assert_eq!(confirmed(&paths, 0.05), [] as [usize; 0]);
    paths[7] = crate::stats::sign::ln_e(17, 0);
    assert_eq!(confirmed(&paths, 0.05), [7]);
}
