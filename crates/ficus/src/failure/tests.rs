use std::error::Error;
use std::io;

use super::*;

#[test]
fn exit_codes_say_who_is_to_blame() {
    assert_eq!(Failure::refused("no", "").exit_code(), 1);
    assert_eq!(Failure::usage("what?", "").exit_code(), 2);
    assert_eq!(Failure::undone("alas", "").exit_code(), 3);
    assert_eq!(Failure::shown().exit_code(), 2);
    assert_eq!((Answer::of(true), Answer::of(false)), (Answer::Yes, Answer::No));
}

#[test]
fn only_evidence_and_baking_pass_with_time() {
    let mut failure = Failure::refused("the gates have not passed", "");
    assert!(!failure.passes_with_time());
    for (code, passes) in [
        ("refused/not-proven", true),
        ("refused/baking", true),
        ("refused/illegal", false),
        ("ledger/stalled", false),
    ] {
        code.clone_into(&mut failure.code);
        assert_eq!(failure.passes_with_time(), passes, "{code}");
    }
}

#[test]
fn a_chain_names_every_cause_once() {
    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Box<dyn Error>);
    let error = Outer(Box::new(io::Error::other("inner")));
    assert_eq!(chain(&error), "outer: inner");
}
