//! Placeholder until its first commit.

#![forbid(unsafe_code)]
