//! The command line's way to a running ficus: its own HTTP API, one request at a time.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ficus_control::wire::{ErrorView, FindingView};
use ficus_model::boundary::Upstream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::failure::{Blame, Failure};

/// Longest wait for an answer: a little more than the server grants itself.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(20);

/// Largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A way to one running ficus.
pub(crate) struct Client {
    agent: Agent,
    server: String,
    token: Option<String>,
}

impl Client {
    /// A client of the ficus at `server`, acting with `token`.
    pub(crate) fn new(server: &Upstream, token: Option<String>) -> Self {
        let settings = Agent::config_builder()
            .timeout_global(Some(ANSWER_TIME_MAX))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        let host = if server.host.contains(':') {
            format!("[{}]", server.host)
        } else {
            server.host.clone()
        };
        let server = format!("{host}:{}", server.port);
        Self { agent: Agent::new_with_config(settings), server, token }
    }

    /// Reads a view.
    pub(crate) fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.understand(&self.get(path)?)
    }

    /// Reads a text, such as a page.
    pub(crate) fn text(&self, path: &str) -> Result<String, Failure> {
        self.get(path)
    }

    /// Sends a body, and reads a view.
    pub(crate) fn send<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        if_match: Option<&str>,
    ) -> Result<T, Failure> {
        let text = serde_json::to_string(body).map_err(|error| {
            Failure::undone(format!("the request could not be written: {error}"), "")
        })?;
        let mut request = self
            .agent
            .post(format!("http://{}{path}", self.server))
            .header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(digest) = if_match {
            request = request.header("if-match", format!("\"{digest}\""));
        }
        let answer = request.send(text).map_err(|error| self.unreachable(&error))?;
        self.understand(&self.body(answer)?)
    }

    fn get(&self, path: &str) -> Result<String, Failure> {
        let mut request = self.agent.get(format!("http://{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.call().map_err(|error| self.unreachable(&error))?;
        self.body(answer)
    }

    fn body(&self, answer: Response<Body>) -> Result<String, Failure> {
        let status = answer.status().as_u16();
        let mut body = answer.into_body();
        let text = body.with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let text = text.map_err(|error| self.unreachable(&error))?;
        if (200..300).contains(&status) { Ok(text) } else { Err(self.problem(status, &text)) }
    }

    fn understand<T: DeserializeOwned>(&self, text: &str) -> Result<T, Failure> {
        serde_json::from_str(text).map_err(|error| {
            let message = format!("the answer of {} was not understood: {error}", self.server);
            Failure::undone(message, "Is it a ficus of the same version?")
        })
    }

    /// What an answer that is no success means for whoever asked.
    fn problem(&self, status: u16, text: &str) -> Failure {
        let Ok(problem) = serde_json::from_str::<ErrorView>(text) else {
            let message = format!("{} answered with status {status}", self.server);
            return Failure::undone(message, "Is it a ficus that listens there?");
        };
        let blame = match status {
            409 | 412 => Blame::Refused,
            400 | 404 | 422 => Blame::Usage,
            _ => Blame::Undone,
        };
        let mut message = problem.title.clone();
        for reading in problem.readings.iter().filter(|reading| reading.verdict.as_str() != "pass")
        {
            message.push_str(&format!(
                "\n  {} {}: {} ({} samples)",
                reading.gate, reading.subject, reading.reason, reading.samples
            ));
        }
        for finding in &problem.findings {
            message.push_str(&format!("\n  {}", finding_line(finding)));
        }
        Failure { blame, code: problem.code, message, help: self.help(status, problem.help) }
    }

    fn help(&self, status: u16, help: String) -> String {
        match (status, &self.token) {
            (401 | 403, None) => {
                "Act with a token: --token-file FILE. `ficus up` leaves one in its state \
                 directory when the configuration names no identity."
                    .to_owned()
            }
            _ => help,
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        let server = &self.server;
        let unknown = "Ask `ficus status` whether the command had an effect before repeating it.";
        if refused(error) {
            let help = "Start it with `ficus up`, or say where it is with --server.";
            return Failure::undone(format!("nothing listens at {server}"), help);
        }
        if matches!(error, ureq::Error::HostNotFound) {
            let message = format!("there is no host of the name in `{server}`");
            return Failure::undone(message, "Say where ficus listens with --server.");
        }
        if matches!(error, ureq::Error::Timeout(_)) {
            return Failure::undone(format!("{server} did not answer in time"), unknown);
        }
        Failure::undone(format!("{server} could not be asked: {error}"), unknown)
    }
}

/// Whether nobody listens there.
fn refused(error: &ureq::Error) -> bool {
    let by_system = |source: &io::Error| source.kind() == io::ErrorKind::ConnectionRefused;
    matches!(error, ureq::Error::ConnectionFailed)
        || matches!(error, ureq::Error::Io(source) if by_system(source))
}

/// One finding on one line.
fn finding_line(finding: &FindingView) -> String {
    let place = match (&finding.file, finding.line, finding.column) {
        (Some(file), Some(line), Some(column)) => format!("{file}:{line}:{column}: "),
        _ => String::new(),
    };
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" {help}"));
    format!("{place}{}: {} [{}]{help}", finding.severity, finding.message, finding.code)
}

/// Where a listener is reached from this machine: a wildcard address is reached by loopback.
pub(crate) fn reachable(listen: SocketAddr) -> Upstream {
    let host = match (listen.ip().is_unspecified(), listen.is_ipv6()) {
        (true, true) => "::1".to_owned(),
        (true, false) => "127.0.0.1".to_owned(),
        (false, _) => listen.ip().to_string(),
    };
    Upstream { host, port: listen.port() }
}

#[cfg(test)]
mod tests;
