//! Why the gateway answers by itself, and with what.

use ficus_model::observation::Outcome;
use http::StatusCode;

/// A reason for an answer of the gateway's own. The text of [`Refusal::as_str`] is the metric label and the `type` of
/// the problem body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    /// The head is not HTTP/1, or could be read in two ways.
    Malformed,
    /// The framing of a message could be read in two ways.
    Framing,
    /// The host is missing, doubled, or contradicts the target.
    Host,
    /// `Connection` nominates a field that decides where a message ends or goes.
    Nominated,
    /// A transfer coding besides `chunked`.
    Coding,
    /// `CONNECT` or `TRACE`.
    Method,
    /// The request target is over its limit.
    TargetLimit,
    /// The head is over its limits.
    HeadLimit,
    /// The head did not arrive in time.
    HeadTimeout,
    /// The request body did not go on arriving.
    BodyTimeout,
    /// The request body is over the boundary's limit.
    BodyLimit,
    /// The boundary has as many requests under way as it may have.
    InFlight,
    /// The side has failed too often in a row and is left alone for a while.
    Ejected,
    /// No connection to the side could be made.
    Connect,
    /// The side's connection ended before its answer began.
    Reset,
    /// The side did not begin to answer in time.
    Timeout,
    /// The side's answer is not HTTP, or could be read in two ways.
    BadReply,
    /// The request made the gateway itself fail.
    Bug,
}

impl Refusal {
    /// Every reason.
    pub(crate) const ALL: [Self; 18] = [
        Self::Malformed,
        Self::Framing,
        Self::Host,
        Self::Nominated,
        Self::Coding,
        Self::Method,
        Self::TargetLimit,
        Self::HeadLimit,
        Self::HeadTimeout,
        Self::BodyTimeout,
        Self::BodyLimit,
        Self::InFlight,
        Self::Ejected,
        Self::Connect,
        Self::Reset,
        Self::Timeout,
        Self::BadReply,
        Self::Bug,
    ];

    /// The word used in metrics and in the answer.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Framing => "framing",
            Self::Host => "host",
            Self::Nominated => "nominated",
            Self::Coding => "coding",
            Self::Method => "method",
            Self::TargetLimit => "target_limit",
            Self::HeadLimit => "head_limit",
            Self::HeadTimeout => "head_timeout",
            Self::BodyTimeout => "body_timeout",
            Self::BodyLimit => "body_limit",
            Self::InFlight => "in_flight",
            Self::Ejected => "ejected",
            Self::Connect => "connect",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::BadReply => "bad_reply",
            Self::Bug => "bug",
        }
    }

    /// The status of the answer.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::Framing | Self::Host | Self::Nominated => {
                StatusCode::BAD_REQUEST
            }
            Self::Coding => StatusCode::NOT_IMPLEMENTED,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TargetLimit => StatusCode::URI_TOO_LONG,
            Self::HeadLimit => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::HeadTimeout | Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyLimit => StatusCode::PAYLOAD_TOO_LARGE,
            Self::InFlight | Self::Ejected => StatusCode::SERVICE_UNAVAILABLE,
            Self::Connect | Self::Reset | Self::BadReply => StatusCode::BAD_GATEWAY,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One sentence for whoever reads the answer. It says nothing about the inside.
    pub(crate) const fn detail(self) -> &'static str {
        match self {
            Self::Malformed => "The request is not well-formed HTTP/1.",
            Self::Framing => "The request's length could be read in two ways.",
            Self::Host => "The request must name exactly one host.",
            Self::Nominated => "Connection names a field that must reach the end of the path.",
            Self::Coding => "Only the chunked transfer coding is accepted.",
            Self::Method => "This method is not accepted here.",
            Self::TargetLimit => "The request target is too long.",
            Self::HeadLimit => "The request has too many or too long header fields.",
            Self::HeadTimeout => "The request head took too long to arrive.",
            Self::BodyTimeout => "The request body took too long to arrive.",
            Self::BodyLimit => "The request body is too large.",
            Self::InFlight => "Too many requests are under way.",
            Self::Ejected | Self::Connect => "The upstream can not be reached at present.",
            Self::Reset => "The upstream ended the connection before it answered.",
            Self::Timeout => "The upstream did not answer in time.",
            Self::BadReply => "The upstream's answer is not well-formed HTTP/1.",
            Self::Bug => "The gateway failed on this request.",
        }
    }

    /// How the request ended, as far as a side is to blame for it.
    pub(crate) const fn outcome(self) -> Outcome {
        match self {
            Self::Ejected | Self::Connect => Outcome::ConnectFailed,
            Self::Reset | Self::BadReply => Outcome::Reset,
            Self::Timeout => Outcome::Timeout,
            Self::InFlight | Self::Bug => Outcome::Shed,
            Self::Malformed
            | Self::Framing
            | Self::Host
            | Self::Nominated
            | Self::Coding
            | Self::Method
            | Self::TargetLimit
            | Self::HeadLimit
            | Self::HeadTimeout
            | Self::BodyTimeout
            | Self::BodyLimit => Outcome::ClientGone,
        }
    }

    /// Whether the client's connection ends with the answer: where its next message begins is not certain.
    pub(crate) const fn closes(self) -> bool {
        !matches!(
            self,
            Self::InFlight
                | Self::Ejected
                | Self::Connect
                | Self::Reset
                | Self::Timeout
                | Self::BadReply
        )
    }

    /// Whether another try may succeed soon, said by `Retry-After`.
    pub(crate) const fn passes(self) -> bool {
        matches!(self, Self::InFlight | Self::Ejected)
    }
}
