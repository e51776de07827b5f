//! Every key of both documents with what it means: the reference, the JSON Schema and the help texts are made of this.
//!
//! Defaults are not repeated here: they are what reading an empty document notes down (a test holds the two together).

use std::fmt;

/// The two documents that make a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Document {
    /// `ficus.toml`: this process.
    Process,
    /// `migration/<boundary>.toml`: one boundary.
    Boundary,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A path, relative to the file it stands in.
    Path,
    /// IP address and port.
    Address,
    /// `http://host:port`.
    Url,
    /// A share such as `"5%"`.
    Percentage,
    /// A span such as `"250ms"`.
    Duration,
    /// A whole number.
    Count,
    /// A plain number.
    Number,
    /// A number of bytes such as `"1MiB"`.
    Bytes,
    /// A date or timestamp.
    Date,
    /// How loose a rule is.
    Tolerance,
    /// A list of routes.
    Routes,
    /// A list of texts.
    Texts,
    /// A table of names and texts.
    Pairs,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Path inside its document.
    pub(crate) path: &'static str,
    /// What its value looks like.
    pub(crate) kind: Kind,
    /// Whether leaving it out is an error.
    pub(crate) required: bool,
    /// What it means, as one or two sentences.
    pub(crate) meaning: &'static str,
}

impl Document {
    /// Its keys, in the order of the reference.
    pub(crate) const fn keys(self) -> &'static [Key] {
        match self {
            Self::Process => PROCESS,
            Self::Boundary => BOUNDARY,
        }
    }

    /// One of its keys.
    pub(crate) fn key(self, path: &str) -> Option<&'static Key> {
        self.keys().iter().find(|key| key.path == path)
    }

    /// The word the command line uses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Boundary => "boundary",
        }
    }
}

impl Kind {
    /// The phrase behind "Expected".
    pub(crate) fn phrase(self) -> String {
        let fixed = match self {
            Self::Word(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                return quoted.join(" or ");
            }
            Self::Text => "a text in quotes",
            Self::Path => "a path in quotes, relative to the file it stands in",
            Self::Address => "an address and port such as \"127.0.0.1:8080\"",
            Self::Url => "an address such as \"http://127.0.0.1:9000\"",
            Self::Percentage => "a percentage such as \"5%\" or \"0.25%\"",
            Self::Duration => "a duration such as \"250ms\", \"30s\", \"10m\" or \"1h30m\"",
            Self::Count => "a whole number",
            Self::Number => "a number such as 1.25",
            Self::Bytes => "a size such as \"64KiB\" or \"1MiB\"",
            Self::Date => "a date such as \"2027-01-31\"",
            Self::Tolerance => {
                "\"ignore\", \"unordered\", \"same-type\", \"empty-is-null\", \"absolute 0.01\", \
                 \"relative 1%\" or \"within 5s\""
            }
            Self::Routes => "routes such as [\"GET /api/quotes/{id}\"]",
            Self::Texts => "a list of texts",
            Self::Pairs => "a table of names and texts",
        };
        fixed.to_owned()
    }
}

impl fmt::Display for Kind {
    /// The short word of the reference's table.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "text",
            Self::Word(_) => "word",
            Self::Path => "path",
            Self::Address => "address",
            Self::Url => "URL",
            Self::Percentage => "percentage",
            Self::Duration => "duration",
            Self::Count => "count",
            Self::Number => "number",
            Self::Bytes => "size",
            Self::Date => "date",
            Self::Tolerance => "tolerance",
            Self::Routes => "routes",
            Self::Texts => "texts",
            Self::Pairs => "table",
        })
    }
}

const fn needed(path: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { path, kind, required: true, meaning }
}

const fn key(path: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { path, kind, required: false, meaning }
}

/// The keys of `ficus.toml`.
const PROCESS: &[Key] = &[
    needed("monolith", Kind::Url, "Where everything goes that no boundary claims."),
    key("state", Kind::Path, "Directory of the ledger, its keys and the operator's token."),
    key(
        "migration",
        Kind::Path,
        "Directory whose `*.toml` files are boundaries, one each. It need not exist.",
    ),
    key("gateway.listen", Kind::Address, "Where clients connect."),
    key("gateway.workers", Kind::Count, "Threads that serve requests; 0 means one per core."),
    key(
        "gateway.drain",
        Kind::Duration,
        "How long requests in flight are given when the process is told to stop.",
    ),
    key("control.listen", Kind::Address, "Where the console and the API listen."),
    key(
        "control.hosts",
        Kind::Texts,
        "Names besides `localhost` and this machine's addresses under which the console may be reached.",
    ),
    key(
        "ledger.origin",
        Kind::Text,
        "The ledger's name, an address without scheme such as `example.com/migration`. It is signed with every head: choose it once.",
    ),
    key(
        "ledger.anchors",
        Kind::Path,
        "File that signed heads are appended to; put it where this machine's administrators can not rewrite it. Left out: inside the state directory.",
    ),
    key(
        "telemetry.otlp",
        Kind::Url,
        "Collector that is sent spans by OTLP over HTTP. Left out: no spans are sent.",
    ),
    key(
        "telemetry.access_log",
        Kind::Text,
        "File the JSON access log is appended to, or `stdout`. Left out: no access log.",
    ),
    key(
        "telemetry.sample",
        Kind::Percentage,
        "Share of requests that get a span and an access-log line. A `traceparent` that comes in keeps its own flag, and failures are always logged.",
    ),
    needed("identity.name", Kind::Text, "Name written beside everything this identity does."),
    key(
        "identity.role",
        Kind::Word(&["operator", "viewer"]),
        "What the identity may do: an operator acts, a viewer reads.",
    ),
    key("identity.token_hash", Kind::Text, "SHA-256 of the token as `ficus token` prints it."),
    key(
        "identity.token_file",
        Kind::Path,
        "File holding the token itself, readable by its owner only.",
    ),
];

/// The keys of a boundary.
const BOUNDARY: &[Key] = &[
    needed(
        "name",
        Kind::Text,
        "Name of the boundary: lower-case letters, digits and inner dashes.",
    ),
    key("owner", Kind::Text, "Team that answers for it."),
    needed(
        "surface.routes",
        Kind::Routes,
        "Routes that move: a method and a path. `{id}` stands for one segment, `{rest...}` at the end for all that follow.",
    ),
    key("surface.host", Kind::Text, "Host the routes are limited to."),
    key(
        "surface.headers",
        Kind::Pairs,
        "Header values a request must carry to belong to the boundary.",
    ),
    needed("service.url", Kind::Url, "Where the extracted service answers."),
    key("service.language", Kind::Text, "Language the service is written in; shown in reports."),
    key(
        "shadow.mirror",
        Kind::Percentage,
        "Share of the safe requests that is copied to the service.",
    ),
    key(
        "shadow.safe",
        Kind::Routes,
        "Routes declared free of side effects; nothing else is ever copied. `GET *` stands for every GET route of the surface; a route that writes must be spelled out.",
    ),
    key("shadow.parity", Kind::Percentage, "Upper bound on true mismatches, per route."),
    key(
        "shadow.coverage",
        Kind::Percentage,
        "Least share of the eligible requests that must have been compared.",
    ),
    key("shadow.timeout", Kind::Duration, "Deadline of a copy; at most the boundary's timeout."),
    key(
        "shadow.in_flight",
        Kind::Count,
        "Copies in flight at once; more are left out and counted.",
    ),
    key("shadow.body", Kind::Bytes, "Largest body that is copied or compared."),
    key("shadow.compare_headers", Kind::Texts, "Answer headers compared besides the media type."),
    key(
        "shadow.redact",
        Kind::Texts,
        "Paths whose values are redacted before anything is stored, besides the built-in list.",
    ),
    key(
        "shadow.credentials",
        Kind::Word(&["strip", "forward"]),
        "What becomes of the caller's `Authorization` and `Cookie` in a copy: taken out, or passed on to the service.",
    ),
    needed(
        "shadow.rules.path",
        Kind::Text,
        "Where the rule applies, such as `body.items[].updated_at`; with `.**` at the end, everything below.",
    ),
    key("shadow.rules.name", Kind::Text, "Name shown where the rule was used. Left out: the path."),
    key(
        "shadow.rules.route",
        Kind::Text,
        "Route the rule is limited to, as written in the surface. Left out: all.",
    ),
    key("shadow.rules.tolerance", Kind::Tolerance, "What the rule allows."),
    needed("shadow.rules.owner", Kind::Text, "Who answers for the rule."),
    needed("shadow.rules.reason", Kind::Text, "Why the difference is harmless."),
    needed("shadow.rules.expires", Kind::Date, "From then on the rule is not applied any more."),
    needed(
        "canary.steps.weight",
        Kind::Percentage,
        "The service's share of live traffic at this step: more than at the step before, less than what Primary gives. Without any step: 1%, 5%, 20%, 50%.",
    ),
    key(
        "canary.steps.bake",
        Kind::Duration,
        "Least time at this step; evidence decides when it is left.",
    ),
    key(
        "primary.holdback",
        Kind::Percentage,
        "Share that stays on the monolith at Primary, so that there is something to compare with.",
    ),
    key(
        "primary.bake",
        Kind::Duration,
        "Least time at Primary before the boundary may be retired.",
    ),
    key("gates.alpha", Kind::Percentage, "Probability of a false rollback over a whole rollout."),
    key("gates.beta", Kind::Percentage, "Probability of a wrong promotion, per signal."),
    key(
        "gates.error_ratio",
        Kind::Number,
        "Tolerated ratio of error rates; proven above it, the canary is aborted.",
    ),
    key(
        "gates.error_ratio_excluded",
        Kind::Number,
        "Ratio of error rates that must be excluded before a step is left.",
    ),
    key(
        "gates.error_absolute",
        Kind::Percentage,
        "Error rate of the service that also suffices when it is proven to be below.",
    ),
    key("gates.latency_margin", Kind::Percentage, "How much slower the service may be."),
    key(
        "gates.latency_objective",
        Kind::Duration,
        "Latency the service's objective names: exceeding it more often than the baseline counts too.",
    ),
    key("gates.window", Kind::Duration, "Window of the baseline's latency quantiles."),
    key("gates.objective", Kind::Percentage, "Objective for good answers over 30 days."),
    key(
        "gates.budget_share",
        Kind::Percentage,
        "Share of the remaining error budget that one rollout may use up.",
    ),
    key("gates.warm_up", Kind::Count, "Requests left out at the start of a rollout, on each side."),
    key("limits.timeout", Kind::Duration, "From the complete request head to the reply head."),
    key("limits.in_flight", Kind::Count, "Live requests in flight, per side."),
    key("limits.request_body", Kind::Bytes, "Largest request body."),
    key(
        "limits.ejection_failures",
        Kind::Count,
        "Failures in a row after which an upstream is left alone for a while.",
    ),
    key("limits.ejection_time", Kind::Duration, "How long an ejected upstream is left alone."),
    key(
        "assignment.subject",
        Kind::Text,
        "Where the subject of a request is read: `bearer` for the `sub` claim of the bearer token, or a header's name.",
    ),
    key("assignment.session", Kind::Text, "Cookie that names the session."),
];
