//! As much of the protobuf wire format as spans need.
//!
//! Fields that are empty or zero are left out, as proto3 does.

/// A message being written.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

/// Wire type of variable-length integers.
const VARINT: u32 = 0;
/// Wire type of eight bytes.
const FIXED64: u32 = 1;
/// Wire type of bytes with a length.
const BYTES: u32 = 2;
/// Wire type of four bytes.
const FIXED32: u32 = 5;

impl Message {
    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A number or an enum value.
    pub(super) fn number(mut self, field: u32, value: u64) -> Self {
        if value != 0 {
            self.varint(u64::from(field << 3 | VARINT));
            self.varint(value);
        }
        self
    }

    /// A number of eight bytes.
    pub(super) fn fixed64(mut self, field: u32, value: u64) -> Self {
        if value != 0 {
            self.varint(u64::from(field << 3 | FIXED64));
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    /// A number of four bytes.
    pub(super) fn fixed32(mut self, field: u32, value: u32) -> Self {
        if value != 0 {
            self.varint(u64::from(field << 3 | FIXED32));
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    /// Bytes or text.
    pub(super) fn bytes(self, field: u32, value: &[u8]) -> Self {
        if value.is_empty() { self } else { self.delimited(field, value) }
    }

    /// A message within the message; written even when it is empty, because its presence says something.
    pub(super) fn message(self, field: u32, value: Self) -> Self {
        self.delimited(field, &value.0)
    }

    fn delimited(mut self, field: u32, value: &[u8]) -> Self {
        self.varint(u64::from(field << 3 | BYTES));
        self.varint(u64::try_from(value.len()).unwrap_or(u64::MAX));
        self.0.extend_from_slice(value);
        self
    }

    fn varint(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.0.push(low & 0x7f);
                return;
            }
            self.0.push(low | 0x80);
        }
    }
}
