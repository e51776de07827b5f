//! Placeholder: a boundary is aborted locally when a regression is proven.
