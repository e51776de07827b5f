//! One whole answer, borrowed from whoever holds its bytes.

/// An answer that arrived whole. Half answers are never compared: they differ for reasons nobody is to blame for.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// Names and values in the order they came; names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body as it came, content coding included.
    pub body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The values of one header, in order. `name` is lower-case.
    pub fn header(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests;
