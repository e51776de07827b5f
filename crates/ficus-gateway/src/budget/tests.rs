use super::*;

#[test]
fn small_pieces_are_copied_and_large_ones_charged_for_what_they_pin() {
    let budget = Budget::new(1 << 20);
    let (mut charge, mut kept) = (Charge::on(&budget), Kept::default());
    let buffer = Bytes::from(vec![7; 64 << 10]);
    let small = buffer.slice(..100);
    kept.keep(&small, usize::MAX, &mut charge).expect("room");
    assert_eq!(budget.held(), 100 + PIECE_OVERHEAD);
    kept.keep(&buffer, usize::MAX, &mut charge).expect("room");
    assert_eq!(budget.held(), 100 + 2 * (64 << 10) + 2 * PIECE_OVERHEAD);
    let pieces = kept.into_pieces();
    assert_ne!(pieces[0].as_ptr(), small.as_ptr(), "the buffer is let go");
    assert_eq!(pieces[1].as_ptr(), buffer.as_ptr(), "kept by reference");
    drop(charge);
    assert_eq!(budget.held(), 0);
}

#[test]
fn a_body_over_its_cap_is_not_kept() {
    let budget = Budget::new(1 << 20);
    let (mut charge, mut kept) = (Charge::on(&budget), Kept::default());
    let piece = Bytes::from_static(b"12345");
    kept.keep(&piece, 8, &mut charge).expect("five of eight");
    assert_eq!(kept.keep(&piece, 8, &mut charge), Err(NotKept::OverCap));
}

#[test]
fn all_copies_together_stay_within_the_budget() {
    let budget = Budget::new(300);
    let piece = Bytes::from(vec![1; 100]);
    let (mut first, mut second) = (Charge::on(&budget), Charge::on(&budget));
    Kept::default().keep(&piece, 1000, &mut first).expect("room for one");
    let over = Kept::default().keep(&piece, 1000, &mut second);
    assert_eq!(over, Err(NotKept::OverBudget));
    drop(first);
    assert_eq!(budget.held(), 0, "what was refused was not charged");
    Kept::default().keep(&piece, 1000, &mut second).expect("room again");
}

#[test]
fn many_tiny_pieces_are_charged_for_themselves() {
    let budget = Budget::new(64 * 100);
    let (mut charge, mut kept) = (Charge::on(&budget), Kept::default());
    let piece = Bytes::from_static(b"1");
    let fitted = (0..1000).take_while(|_| kept.keep(&piece, 1 << 20, &mut charge).is_ok()).count();
    assert_eq!(fitted, 98);
}
