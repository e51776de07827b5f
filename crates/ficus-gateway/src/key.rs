//! The sticky key of a request: what keeps a caller on the side it was assigned to.

use ficus_model::assignment::{KeySource, SubjectSource};
use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName};

mod token;

/// Reads the sticky key of a boundary's requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyReader {
    subject: Option<Subject>,
    session_cookie: Option<String>,
}

#[derive(Debug, Clone)]
enum Subject {
    Bearer,
    Header(HeaderName),
}

impl KeyReader {
    /// A reader of what the boundary's file names. A header name that no header can have is never found.
    pub(crate) fn new(source: &KeySource) -> Self {
        let subject = source.subject.as_ref().and_then(|subject| match subject {
            SubjectSource::BearerSubject => Some(Subject::Bearer),
            SubjectSource::Header(name) => name.parse().ok().map(Subject::Header),
        });
        Self { subject, session_cookie: source.session_cookie.clone() }
    }

    /// What `then` makes of the subject, when there is one.
    pub(crate) fn subject<T>(
        &self,
        headers: &HeaderMap,
        then: impl FnOnce(&[u8]) -> T,
    ) -> Option<T> {
        match self.subject.as_ref()? {
            Subject::Header(name) => headers
                .get(name)
                .map(|value| value.as_bytes().trim_ascii())
                .filter(not_empty)
                .map(then),
            Subject::Bearer => {
                let subject = token::subject(headers.get(AUTHORIZATION)?.as_bytes())?;
                Some(then(subject.as_bytes()))
            }
        }
    }

    /// The value of the session cookie, when there is one.
    pub(crate) fn session<'headers>(&self, headers: &'headers HeaderMap) -> Option<&'headers [u8]> {
        let name = self.session_cookie.as_deref()?.as_bytes();
        let lines = headers.get_all(COOKIE).iter();
        let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        pairs
            .filter_map(|pair| pair.trim_ascii().strip_prefix(name)?.strip_prefix(b"="))
            .find(not_empty)
    }
}

fn not_empty(value: &&[u8]) -> bool {
    !value.is_empty()
}
