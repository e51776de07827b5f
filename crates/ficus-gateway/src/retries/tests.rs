use super::{RETRY_COST, RETRY_SAVINGS_MAX, RetryBudget};

#[test]
fn no_more_than_a_tenth_is_retried() {
    let budget = RetryBudget::default();
    let at_once = (0..).take_while(|_| budget.spend()).count();
    assert_eq!(at_once, 100);
    for _ in 0..RETRY_COST - 1 {
        budget.earn();
    }
    assert!(!budget.spend());
    budget.earn();
    assert!(budget.spend());
    for _ in 0..RETRY_SAVINGS_MAX * 2 {
        budget.earn();
    }
    assert_eq!((0..).take_while(|_| budget.spend()).count(), 100);
}
