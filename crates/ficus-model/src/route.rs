//! Routes as a team writes them: `POST /api/quotes`, `GET /api/quotes/{id}`, `GET *`.

/// One route of a surface, or a pattern over routes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoutePattern {
    /// The text as written, for people and for metrics.
    pub text: String,
    /// The method; `None` stands for any.
    pub method: Option<String>,
    /// The path template.
    pub path: Vec<Segment>,
    /// Host the route is limited to, lower-case, without port.
    pub host: Option<String>,
    /// Header values the request must carry: lower-case name, exact value.
    pub headers: Vec<(String, String)>,
}

/// One segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Exactly this text.
    Literal(String),
    /// One segment of any text: `{id}`.
    Parameter(String),
    /// Everything that follows, at the end only: `{rest...}` or `*`.
    Rest,
}
