//! What probes read.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the process can do its work, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// Whether everything below is well.
    pub ok: bool,
    /// What the process depends on, one by one.
    pub dependencies: Vec<DependencyView>,
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DependencyView {
    /// Its name, such as `ledger` or `gateway`.
    pub name: String,
    /// Whether it is well.
    pub ok: bool,
    /// One sentence.
    pub detail: String,
}

impl HealthView {
    /// Well when every dependency is.
    pub fn new(dependencies: Vec<DependencyView>) -> Self {
        Self { ok: dependencies.iter().all(|dependency| dependency.ok), dependencies }
    }
}

impl DependencyView {
    /// A dependency and how it is.
    pub fn new(name: &str, ok: bool, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ok, detail: detail.into() }
    }
}
