//! The path a careless server might read out of the one that was sent.
//!
//! The gateway routes by the raw path and forwards it byte for byte. A server behind it may decode `%2F`, drop `..` or
//! merge `//` first, and then answer for another route than the one the gateway judged. Such a request is left to the
//! monolith, which read those paths before ficus came.

/// The normalised path, where it differs from the raw one.
pub(super) fn of(path: &str) -> Option<String> {
    if !path.contains('%') && !path.contains("//") && !path.contains("/.") {
        return None;
    }
    let decoded = percent_decoded(path);
    let mut kept: Vec<&str> = Vec::new();
    for segment in decoded.split('/').skip(1) {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            text => kept.push(text),
        }
    }
    let ends_in_slash = ["/", "/.", "/.."].iter().any(|end| decoded.ends_with(end));
    let slash = if ends_in_slash && !kept.is_empty() { "/" } else { "" };
    let canonical = format!("/{}{slash}", kept.join("/"));
    (canonical != path).then_some(canonical)
}

/// Every well-formed escape decoded; what is then no UTF-8 becomes the replacement character, which no route contains.
fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.split_at_checked(2).filter(|_| *first == b'%');
        let decoded = escaped.and_then(|(pair, behind)| Some((byte_of(pair)?, behind)));
        let (byte, behind) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn byte_of(pair: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(pair).ok().filter(|text| !text.starts_with('+'))?;
    u8::from_str_radix(text, 16).ok()
}
