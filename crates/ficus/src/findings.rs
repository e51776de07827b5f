//! Findings as people see them: in the text they are about, with a mark under the place.

use std::collections::BTreeMap;
use std::fmt;

use ficus_control::wire::FindingView;
use ficus_model::finding::{Finding, Severity};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};

use crate::file::Source;

/// A finding dressed for miette.
#[derive(Debug)]
struct Shown<'f> {
    finding: &'f Finding,
    source: Option<NamedSource<String>>,
}

/// All findings in their texts, then a line that counts them.
pub(crate) fn render(
    findings: &[Finding],
    sources: &[Source],
    width: usize,
    colour: bool,
) -> String {
    let texts: BTreeMap<&str, &str> =
        sources.iter().map(|source| (source.name.as_str(), source.text.as_str())).collect();
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false);
    let mut text = String::new();
    for finding in findings {
        let source = finding.place.as_ref().and_then(|place| {
            let source = texts.get(place.file.as_str())?;
            Some(NamedSource::new(&place.file, (*source).to_owned()))
        });
        // Writing to a text fails only when a Display does, and ours do not.
        let _written = handler.render_report(&mut text, &Shown { finding, source });
        text.push('\n');
    }
    text.push_str(&count(findings));
    text
}

/// The findings for machines.
pub(crate) fn views(findings: &[Finding]) -> Vec<FindingView> {
    findings.iter().map(FindingView::from).collect()
}

/// `2 errors, 1 warning`.
pub(crate) fn count(findings: &[Finding]) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (of(severity), severity.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.finding.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.finding.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.finding.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.finding.place.as_ref()?;
        let label = LabeledSpan::new(Some("here".to_owned()), place.offset, place.length.max(1));
        Some(Box::new(std::iter::once(label)))
    }
}

#[cfg(test)]
mod tests;
