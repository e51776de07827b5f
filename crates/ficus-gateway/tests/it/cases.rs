//! The conformance cases of HTTP/1, one file each: what is sent, what the origin replies, what must come of it.
//!
//! A file has up to three sections, divided by `----------`: the bytes the client sends, the origin's reply (the plain
//! one when the section is empty), and the expectations. Lines end in CRLF unless they end in a backslash; `\r \n \0 \t
//! \v \\` stand for those bytes and `{a*20}` for twenty letters. A line `=== n` waits until n answers have come.
//!
//! Expectations, one per line:
//! - `answers 200 400`: the statuses, in order, and no more than these
//! - `closes` / `stays open`: the end of the client's connection; an open one serves a further request
//! - `forwards 1`: requests that reached the origin whole; `bytes forwarded 0`: nothing at all reached it
//! - `origin has …` / `origin lacks …`, `client has …` / `client lacks …`: lines and parts, in their exact case
//! - `origin body …` / `client body …`: the body of the last request or answer
//! - `origin not reused`: the connection of the reply served no further request

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::client::Client;
use crate::origin::{OK, Origin, Then, contains};
use crate::world::World;

const PROBE: &str = "/probe";

struct Case {
    name: String,
    parts: Vec<(usize, Vec<u8>)>,
    reply: Vec<u8>,
    expected: Vec<String>,
}

/// What came of a case.
struct Outcome {
    statuses: Vec<u16>,
    closed: bool,
    client: Vec<u8>,
    client_body: String,
    origin: Origin,
    probed: bool,
}

#[test]
fn every_case_is_answered_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/http1");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 60, "only {} case files", files.len());
    let mut failures = String::new();
    for file in &files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let case = Case::read(name, &fs::read_to_string(file).unwrap());
        for failure in case.run() {
            writeln!(failures, "{}: {failure}", case.name).unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

impl Case {
    fn read(name: String, written: &str) -> Self {
        let lines: Vec<&str> = written.lines().filter(|line| !line.starts_with("# ")).collect();
        let sections: Vec<&[&str]> = lines.split(|line| *line == "----------").collect();
        let [sent, reply, expected] = sections[..] else { panic!("{name}: three sections") };
        let mut parts = Vec::new();
        let mut after = 0;
        for part in sent.split_inclusive(|line| line.starts_with("=== ")) {
            let (wait, body) = match part.split_last() {
                Some((last, body)) if last.starts_with("=== ") => (last[4..].parse().ok(), body),
                _ => (None, part),
            };
            parts.push((after, bytes_of(body)));
            after = wait.unwrap_or(after);
        }
        let reply = if reply.is_empty() { OK.to_vec() } else { bytes_of(reply) };
        let expected = expected.iter().map(|line| text(&unescaped(line))).collect();
        Self { name, parts, reply, expected }
    }

    fn run(&self) -> Vec<String> {
        let reply = self.reply.clone();
        let upgrades = reply.starts_with(b"HTTP/1.1 101");
        let origin = Origin::scripted(move |seen, stream| {
            let probe = seen.message.line().contains(PROBE);
            stream.write_all(if probe { OK } else { &reply }).ok();
            match (probe, upgrades, ends_with_close(&reply)) {
                (false, true, _) => Then::Echo,
                (false, false, true) => Then::Close,
                _ => Then::Serve,
            }
        });
        let world = World::before(&origin);
        let outcome = self.play(&world, origin);
        world.stop();
        outcome.origin.wait_closed();
        self.expected.iter().filter_map(|line| outcome.misses(line)).collect()
    }

    fn play(&self, world: &World, origin: Origin) -> Outcome {
        let mut client = world.client();
        let methods = self.methods();
        let (mut statuses, mut raw, mut body) = (Vec::new(), String::new(), String::new());
        let mut answer = |client: &mut Client, statuses: &mut Vec<u16>| {
            let finals = statuses.iter().filter(|status| **status >= 200).count();
            let method = methods.get(finals).map_or("GET", String::as_str);
            let Some(answer) = client.answer(method) else { return false };
            statuses.push(answer.status());
            raw.push_str(&answer.head);
            raw.push_str(&answer.text());
            raw.push_str(&answer.trailers);
            body = answer.text();
            true
        };
        for (after, bytes) in &self.parts {
            while statuses.len() < *after && answer(&mut client, &mut statuses) {}
            client.send(bytes);
        }
        let wanted = self.statuses().len();
        let stays = self.expected.iter().any(|line| line == "stays open");
        if stays {
            while statuses.len() < wanted && answer(&mut client, &mut statuses) {}
            if !self.upgraded() {
                client.send(format!("GET {PROBE} HTTP/1.1\r\nHost: h\r\n\r\n"));
                statuses.extend(client.answer("GET").map(|probe| probe.status()));
                statuses.pop_if(|status| *status == 200);
            }
        } else {
            while answer(&mut client, &mut statuses) {}
        }
        let mut rest = raw.into_bytes();
        if self.upgraded() {
            let wanted = self.expected.iter().find_map(|line| line.strip_prefix("client has "));
            rest.extend_from_slice(client.take_until(wanted.unwrap_or_default()).as_bytes());
        } else if !stays {
            rest.extend(client.rest());
        }
        let probed = stays && !self.upgraded();
        Outcome { statuses, closed: client.closed, client: rest, client_body: body, origin, probed }
    }

    fn statuses(&self) -> Vec<u16> {
        let line = self.expected.iter().find_map(|line| line.strip_prefix("answers"));
        line.unwrap_or_default().split_whitespace().map(|status| status.parse().unwrap()).collect()
    }

    fn upgraded(&self) -> bool {
        self.statuses().last() == Some(&101)
    }

    /// The methods of the requests that are sent, to know which answers have no body.
    fn methods(&self) -> Vec<String> {
        let sent = self.parts.iter().flat_map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>();
        let text = String::from_utf8_lossy(&sent).into_owned();
        let heads = text.lines().filter(|line| line.ends_with("HTTP/1.1"));
        heads.map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    }
}

impl Outcome {
    /// What an expectation misses.
    fn misses(&self, line: &str) -> Option<String> {
        let sent = self.origin.bytes();
        let (held, found) = match line.split_once(' ').unwrap_or((line, "")) {
            ("answers", statuses) => {
                let found = self.statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" ");
                (found == statuses, found)
            }
            ("closes", _) => (self.closed, "open".to_owned()),
            ("stays", "open") => (!self.closed, "closed".to_owned()),
            ("forwards", count) => {
                let found = self.forwarded().len().to_string();
                (found == count, found)
            }
            ("bytes", "forwarded 0") => (sent.is_empty(), text(&sent)),
            ("origin", "not reused") => (!self.reused(), "reused".to_owned()),
            ("origin", rest) => check(rest, &sent, &self.last_request_body())?,
            ("client", rest) => check(rest, &self.client, &self.client_body)?,
            _ => (line.is_empty(), "an expectation nobody understands".to_owned()),
        };
        (!held).then(|| format!("expected `{line}`, found {found:?}"))
    }

    fn forwarded(&self) -> Vec<crate::origin::Seen> {
        let requests = self.origin.requests();
        requests.into_iter().filter(|seen| !seen.message.line().contains(PROBE)).collect()
    }

    fn last_request_body(&self) -> String {
        self.forwarded().last().map(|seen| seen.message.text()).unwrap_or_default()
    }

    fn reused(&self) -> bool {
        assert!(self.probed, "reuse is seen by a further request");
        let requests = self.origin.requests();
        requests.iter().filter(|seen| seen.connection == requests[0].connection).count() > 1
    }
}

/// `has`, `lacks` and `body` of one end.
fn check(rest: &str, bytes: &[u8], body: &str) -> Option<(bool, String)> {
    let (verb, wanted) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(match verb {
        "has" => (contains(bytes, wanted), text(bytes)),
        "lacks" => {
            let lower = text(bytes).to_lowercase();
            (!lower.contains(&wanted.to_lowercase()), text(bytes))
        }
        "body" => (body == wanted, body.to_owned()),
        _ => (false, "an expectation nobody understands".to_owned()),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A reply that only the end of the connection ends.
fn ends_with_close(reply: &[u8]) -> bool {
    let head = text(reply).to_lowercase();
    reply.starts_with(b"HTTP/1.")
        && !["content-length", "transfer-encoding", " 204 ", " 304 ", " 101 "]
            .iter()
            .any(|framing| head.contains(framing))
}

fn bytes_of(lines: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        let (line, ends) = match line.strip_suffix('\\') {
            Some(line) if !line.ends_with('\\') => (line, false),
            _ => (*line, true),
        };
        bytes.extend(unescaped(line));
        if ends {
            bytes.extend_from_slice(b"\r\n");
        }
    }
    bytes
}

fn unescaped(line: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), line);
    while let Some(letter) = rest.chars().next() {
        let escaped = match rest.get(..2) {
            Some("\\r") => Some(b'\r'),
            Some("\\n") => Some(b'\n'),
            Some("\\0") => Some(0),
            Some("\\t") => Some(b'\t'),
            Some("\\v") => Some(0x0b),
            Some("\\\\") => Some(b'\\'),
            _ => None,
        };
        if let Some(byte) = escaped {
            bytes.push(byte);
            rest = &rest[2..];
        } else if let Some((text, times, after)) = repetition(rest) {
            bytes.extend(text.repeat(times).into_bytes());
            rest = after;
        } else {
            bytes.extend_from_slice(letter.to_string().as_bytes());
            rest = &rest[letter.len_utf8()..];
        }
    }
    bytes
}

/// `{text*times}` at the start of a line's rest. The text may contain line ends as `\r\n`.
fn repetition(rest: &str) -> Option<(String, usize, &str)> {
    let (inside, after) = rest.strip_prefix('{')?.split_once('}')?;
    let (text, times) = inside.rsplit_once('*')?;
    let text = text.replace("\\r", "\r").replace("\\n", "\n");
    Some((text, times.parse().ok()?, after))
}
