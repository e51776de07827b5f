//! Signing in, and what went wrong.

use askama::Template;
use ficus_control::wire::ErrorView;

use super::{Frame, Place};
use crate::filters;

/// Trades a token for a session.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    frame: &'a Frame,
    next: &'a str,
    problem: Option<&'a ErrorView>,
}

/// What is wrong, and what to do.
#[derive(Debug, Template)]
#[template(path = "failure.html")]
pub struct FailurePage<'a> {
    frame: &'a Frame,
    problem: &'a ErrorView,
}

impl<'a> LoginPage<'a> {
    /// The page; `next` is where the visitor wanted to go.
    pub fn new(frame: &'a Frame, next: &'a str, problem: Option<&'a ErrorView>) -> Self {
        Self { frame, next, problem }
    }
}

impl<'a> FailurePage<'a> {
    /// The page of `problem`.
    pub fn new(frame: &'a Frame, problem: &'a ErrorView) -> Self {
        Self { frame, problem }
    }
}
