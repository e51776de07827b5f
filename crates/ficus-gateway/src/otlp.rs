//! Placeholder: spans leave as OTLP.

use ficus_model::boundary::Upstream;

/// Where spans are sent.
#[derive(Debug, Clone)]
pub struct OtlpSettings {
    /// The collector.
    pub collector: Upstream,
}
