//! HTTP/1 messages as bytes, read with as little cleverness as possible.

/// How a message's body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// There is none.
    Nothing,
    /// After this many bytes.
    Length(usize),
    /// With the last chunk and its trailers.
    Chunked,
    /// With the connection.
    Close,
}

/// A message read whole.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// First line and fields, with their line ends, without the empty line.
    pub(crate) head: String,
    /// The body, without chunk framing.
    pub(crate) body: Vec<u8>,
    /// The trailer lines.
    pub(crate) trailers: String,
    /// Bytes it took, head and framing included.
    pub(crate) length: usize,
}

impl Message {
    /// Reads the first message of `bytes`; `None` while it is not whole. `ends` reads its framing off its head.
    pub(crate) fn read(bytes: &[u8], closed: bool, ends: impl Fn(&str) -> Ends) -> Option<Self> {
        let head_end = find(bytes, b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&bytes[..head_end - 2]).into_owned();
        let rest = &bytes[head_end..];
        let (body, trailers, length) = match ends(&head) {
            Ends::Nothing => (Vec::new(), String::new(), 0),
            Ends::Length(length) => (rest.get(..length)?.to_vec(), String::new(), length),
            Ends::Chunked => chunked(rest)?,
            Ends::Close if closed => (rest.to_vec(), String::new(), rest.len()),
            Ends::Close => return None,
        };
        Some(Self { head, body, trailers, length: head_end + length })
    }

    /// The first line.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The values of a field, in order.
    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        fields(&self.head, name)
    }

    /// The status of a reply.
    pub(crate) fn status(&self) -> u16 {
        status(&self.head)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The framing of a request.
pub(crate) fn request_ends(head: &str) -> Ends {
    by_fields(head).unwrap_or(Ends::Nothing)
}

/// The framing of a reply to a request with this method.
pub(crate) fn reply_ends(head: &str, method: &str) -> Ends {
    let status = status(head);
    if method == "HEAD" || status < 200 || status == 204 || status == 304 {
        return Ends::Nothing;
    }
    by_fields(head).unwrap_or(Ends::Close)
}

fn by_fields(head: &str) -> Option<Ends> {
    if fields(head, "transfer-encoding").iter().any(|coding| coding.contains("chunked")) {
        return Some(Ends::Chunked);
    }
    let length = fields(head, "content-length").first()?.parse().ok()?;
    Some(Ends::Length(length))
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn fields<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let value = |line: &'a str| {
        let (field, value) = line.split_once(':')?;
        field.eq_ignore_ascii_case(name).then_some(value.trim())
    };
    head.lines().skip(1).filter_map(value).collect()
}

/// Body, trailers and bytes taken of a chunked body; `None` while it is not whole.
fn chunked(bytes: &[u8]) -> Option<(Vec<u8>, String, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line_end = find(bytes.get(at..)?, b"\r\n")?;
        let line = String::from_utf8_lossy(&bytes[at..at + line_end]).into_owned();
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).expect("a chunk size");
        at += line_end + 2;
        if size == 0 {
            break;
        }
        body.extend_from_slice(bytes.get(at..at + size)?);
        assert_eq!(bytes.get(at + size..at + size + 2)?, b"\r\n", "the end of a chunk");
        at += size + 2;
    }
    let mut trailers = String::new();
    loop {
        let line_end = find(bytes.get(at..)?, b"\r\n")?;
        let line = String::from_utf8_lossy(&bytes[at..at + line_end]).into_owned();
        at += line_end + 2;
        if line.is_empty() {
            return Some((body, trailers, at));
        }
        trailers.push_str(&line);
        trailers.push('\n');
    }
}

/// Where `wanted` begins.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
