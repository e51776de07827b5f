//! The ledger, page by page, and the evidence behind a digest.

use askama::Template;
use ficus_control::wire::{EntryView, EvidenceView, HeadView};

use super::{Frame, Place};
use crate::filters;

/// Evidence shown at most, in bytes; the API has it whole.
const EVIDENCE_SHOWN_BYTES_MAX: usize = 256 * 1024;
/// Entries on a page.
pub(crate) const ENTRIES_PER_PAGE: u64 = 50;

/// A stretch of the ledger, the newest entry first.
#[derive(Debug, Template)]
#[template(path = "ledger.html")]
pub struct LedgerPage<'a> {
    frame: &'a Frame,
    head: &'a HeadView,
    note: Option<&'a str>,
    entries: &'a [EntryView],
    newer: Option<u64>,
    older: Option<u64>,
}

/// Evidence, indented when it is JSON.
#[derive(Debug, Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage<'a> {
    frame: &'a Frame,
    digest: &'a str,
    bytes: usize,
    text: String,
    rewritten: bool,
    cut: bool,
}

impl<'a> LedgerPage<'a> {
    /// The page of `entries` (the newest first) that ends before position `before`.
    pub fn new(
        frame: &'a Frame,
        head: &'a HeadView,
        note: Option<&'a str>,
        entries: &'a [EntryView],
        before: u64,
    ) -> Self {
        let newer = (before < head.size).then(|| head.size.min(before + ENTRIES_PER_PAGE));
        let older = before.checked_sub(ENTRIES_PER_PAGE).filter(|before| *before > 0);
        Self { frame, head, note, entries, newer, older }
    }
}

impl<'a> EvidencePage<'a> {
    /// The page of `evidence`.
    pub fn new(frame: &'a Frame, evidence: &'a EvidenceView) -> Self {
        let parsed: Option<serde_json::Value> = serde_json::from_str(&evidence.raw).ok();
        let indented = parsed.and_then(|value| serde_json::to_string_pretty(&value).ok());
        let rewritten = indented.is_some();
        let mut text = indented.unwrap_or_else(|| evidence.raw.clone());
        let end = text.floor_char_boundary(EVIDENCE_SHOWN_BYTES_MAX);
        let cut = end < text.len();
        text.truncate(end);
        Self { frame, digest: &evidence.digest, bytes: evidence.raw.len(), text, rewritten, cut }
    }
}
