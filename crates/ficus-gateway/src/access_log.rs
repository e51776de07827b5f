//! Placeholder: one JSON line per sampled request.

/// Which requests are logged, and where.
#[derive(Debug, Clone)]
pub struct AccessLogSettings {}
