//! The comparison of two whole answers, cheapest proof first.
//!
//! Status, headers, bytes, hash, tree: each is tried only when the one before could not settle the matter. The hash
//! may only prove that there is nothing to report; whatever is reported has been found by the tree.

use std::collections::BTreeSet;

use ficus_model::Time;
use ficus_model::comparison::{Comparison, Difference, DifferenceKind};
use ficus_model::rule::Tolerance;
use thiserror::Error;

use crate::answer::Answer;
use crate::diff::Differ;
use crate::digest::Digester;
use crate::key::HashKey;
use crate::media::{Form, MediaType, sniffed};
use crate::node::Node;
use crate::redact::{Redaction, hidden};
use crate::rules::{Applied, Rules};
use crate::spot::Spot;
use crate::stream::{BodySums, body_sums};
use crate::{form, header, json, redact, show, text};

/// Differences reported of one pair of answers; the first by path.
const DIFFERENCES_MAX: usize = 32;

/// Why two answers could not be compared; counted under `undecodable`, never a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undecodable {
    /// The bodies differ and carry a content coding the comparison does not undo.
    #[error("the body is coded as `{0}`")]
    Coding(String),
    /// Neither body is what its media type says.
    #[error("neither body is {0}")]
    Syntax(&'static str),
    /// A body is nested deeper than the bound.
    #[error("a body is nested deeper than {0} levels")]
    Depth(usize),
}

/// Compares the baseline's answer with the candidate's.
///
/// `route` is the route's text as the surface has it, `now` decides which rules still hold. Other statuses mean other
/// answers, so beside a different status nothing else is reported; beside a different media type no body is read.
///
/// # Errors
/// When equality can neither be proven nor refuted; see [`Undecodable`].
pub fn compare(
    baseline: &Answer<'_>,
    candidate: &Answer<'_>,
    rules: &Rules,
    route: &str,
    now: Time,
    key: &HashKey,
) -> Result<Comparison, Undecodable> {
    let mut pair = Pair {
        baseline,
        candidate,
        applied: rules.applied(route, now),
        redaction: rules.redaction(),
        digester: Digester::new(key),
        found: Vec::new(),
        used: BTreeSet::new(),
    };
    pair.status();
    if pair.found.is_empty() {
        rules.headers().iter().for_each(|name| pair.header(name));
        if pair.media_type() {
            pair.body()?;
        }
    }
    Ok(pair.outcome())
}

/// Two answers and what has been found about them.
struct Pair<'a, 'r> {
    baseline: &'a Answer<'a>,
    candidate: &'a Answer<'a>,
    applied: Applied<'r>,
    redaction: &'r Redaction,
    digester: Digester,
    found: Vec<Difference>,
    used: BTreeSet<usize>,
}

impl<'r> Pair<'_, 'r> {
    fn outcome(mut self) -> Comparison {
        if !self.found.is_empty() {
            self.found.sort();
            self.found.truncate(DIFFERENCES_MAX);
            return Comparison::Mismatch(self.found);
        }
        match self.applied.names(&self.used) {
            names if names.is_empty() => Comparison::Match,
            names => Comparison::Ignored(names),
        }
    }

    fn status(&mut self) {
        let (baseline, candidate) = (self.baseline.status, self.candidate.status);
        if baseline != candidate && !self.ignored(&["status"]) {
            let shown = (Some(baseline.to_string()), Some(candidate.to_string()));
            self.report("status", DifferenceKind::Value, shown);
        }
    }

    fn header(&mut self, name: &str) {
        let baseline = header::meaning(self.baseline, name);
        let candidate = header::meaning(self.candidate, name);
        if baseline == candidate || self.ignored(&["header", name]) {
            return;
        }
        let kind = match (&baseline, &candidate) {
            (Some(_), None) => DifferenceKind::Missing,
            (None, Some(_)) => DifferenceKind::Extra,
            (Some(_), Some(_)) | (None, None) => DifferenceKind::Value,
        };
        let shown = |values: Vec<String>| self.header_text(name, &values.join(", "));
        let (baseline, candidate) = (baseline.map(shown), candidate.map(shown));
        let shown = match (&baseline, &candidate) {
            (Some(left), Some(right)) => {
                let (left, right) = show::excerpts(left, right);
                (Some(left), Some(right))
            }
            (left, right) => (
                left.as_ref().map(|left| show::shorten(left, show::VALUE_BYTES_MAX)),
                right.as_ref().map(|right| show::shorten(right, show::VALUE_BYTES_MAX)),
            ),
        };
        self.report(&format!("header.{name}"), kind, shown);
    }

    /// A header's value as it may be shown. What counts of a cookie has no secret in it any more.
    fn header_text(&self, name: &str, value: &str) -> String {
        if name == "set-cookie" {
            return value.to_owned();
        }
        if self.redaction.veil().key("header").key(name).drawn() {
            return hidden(self.digester.text(value));
        }
        redact::scrub(value, &self.digester)
    }

    /// Whether the bodies may be compared as one media type.
    fn media_type(&mut self) -> bool {
        let [baseline, candidate] = [self.baseline, self.candidate].map(content_type);
        let alike = match (baseline, candidate) {
            (Some(left), Some(right)) => MediaType::parse(left) == MediaType::parse(right),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => {
                self.baseline.body.is_empty() && self.candidate.body.is_empty()
            }
        };
        if alike || self.ignored(&["header", "content-type"]) {
            return true;
        }
        let shown = |value: Option<&[u8]>| {
            let text = String::from_utf8_lossy(value?);
            Some(show::shorten(&redact::scrub(&text, &self.digester), show::VALUE_BYTES_MAX))
        };
        let shown = (shown(baseline), shown(candidate));
        self.report("header.content-type", DifferenceKind::MediaType, shown);
        false
    }

    fn body(&mut self) -> Result<(), Undecodable> {
        let (baseline, candidate) = (self.baseline.body, self.candidate.body);
        if baseline == candidate {
            return Ok(());
        }
        [self.baseline, self.candidate].into_iter().try_for_each(uncoded)?;
        if baseline.is_empty() || candidate.is_empty() {
            self.whole_body();
            return Ok(());
        }
        let form = content_type(self.baseline)
            .map_or_else(|| sniffed(baseline), |value| MediaType::parse(value).form());
        match form {
            Form::Json => self.json(),
            Form::Fields => self.fields(),
            Form::Text => {
                self.text();
                Ok(())
            }
            Form::Opaque => {
                self.opaque();
                Ok(())
            }
        }
    }

    /// One body is empty and the other is not.
    fn whole_body(&mut self) {
        if self.ignored(&["body"]) {
            return;
        }
        let told = |body: &[u8]| (!body.is_empty()).then(|| format!("{} bytes", body.len()));
        let shown = (told(self.baseline.body), told(self.candidate.body));
        let kind = match shown {
            (Some(_), _) => DifferenceKind::Missing,
            (None, _) => DifferenceKind::Extra,
        };
        self.report("body", kind, shown);
    }

    fn json(&mut self) -> Result<(), Undecodable> {
        if let Some(needed) = self.proven() {
            self.used.extend(needed);
            return Ok(());
        }
        match (json::read(self.baseline.body), json::read(self.candidate.body)) {
            (Ok(baseline), Ok(candidate)) => self.trees(&baseline, &candidate),
            (Err(json::ReadError::Depth), _) | (_, Err(json::ReadError::Depth)) => {
                return Err(Undecodable::Depth(json::DEPTH_MAX));
            }
            (Err(_), Err(_)) => return Err(Undecodable::Syntax("JSON")),
            (baseline, candidate) => self.half_json(baseline.is_ok(), candidate.is_ok()),
        }
        Ok(())
    }

    /// The rules needed to make the bodies equal, none for a match, when hashes suffice to tell.
    fn proven(&self) -> Option<BTreeSet<usize>> {
        let cursor = self.applied.cursor().key("body");
        let sums =
            |answer: &Answer<'_>| body_sums(answer.body, self.applied, cursor, self.digester);
        let (baseline, candidate) = (sums(self.baseline)?, sums(self.candidate)?);
        explained(&baseline, &candidate)
    }

    /// One side says it answers JSON and does not: that is a difference, and not for want of comparing.
    fn half_json(&mut self, baseline_reads: bool, candidate_reads: bool) {
        if self.ignored(&["body"]) {
            return;
        }
        let told = |reads: bool| Some(if reads { "JSON" } else { "not JSON" }.to_owned());
        let shown = (told(baseline_reads), told(candidate_reads));
        self.report("body", DifferenceKind::Type, shown);
    }

    fn fields(&mut self) -> Result<(), Undecodable> {
        let read = |body: &[u8]| form::read(body).ok_or(Undecodable::Syntax("a form"));
        let (baseline, candidate) = (read(self.baseline.body)?, read(self.candidate.body)?);
        self.trees(&baseline, &candidate);
        Ok(())
    }

    fn trees(&mut self, baseline: &Node, candidate: &Node) {
        let mut differ = Differ::new(self.applied, self.digester);
        let body = Spot::root("body", self.applied.cursor(), self.redaction.veil());
        differ.values(baseline, candidate, &body);
        let (found, used) = differ.finish();
        self.found.extend(found);
        self.used.extend(used);
    }

    fn text(&mut self) {
        let [baseline, candidate] =
            [self.baseline, self.candidate].map(|answer| str::from_utf8(answer.body));
        let (Ok(baseline), Ok(candidate)) = (baseline, candidate) else { return self.opaque() };
        let Some(difference) = text::lines(baseline, candidate, &self.digester) else { return };
        if self.ignored(&["body"]) {
            return;
        }
        let veiled = self.redaction.veil().key("body").drawn();
        if veiled {
            self.opaque();
        } else {
            self.found.push(difference);
        }
    }

    fn opaque(&mut self) {
        if !self.ignored(&["body"]) {
            let difference = text::bytes(self.baseline.body, self.candidate.body, &self.digester);
            self.found.push(difference);
        }
    }

    /// Whether a rule says that anything goes at this place; notes the rule.
    fn ignored(&mut self, place: &[&str]) -> bool {
        let cursor = place.iter().fold(self.applied.cursor(), |cursor, key| cursor.key(key));
        let rule = self.applied.at(cursor).find(|(_, tolerance)| *tolerance == Tolerance::Ignore);
        self.used.extend(rule.map(|(index, _)| index));
        rule.is_some()
    }

    fn report(
        &mut self,
        path: &str,
        kind: DifferenceKind,
        (baseline, candidate): (Option<String>, Option<String>),
    ) {
        self.found.push(Difference { path: path.to_owned(), kind, baseline, candidate });
    }
}

/// The rules that explain every difference; `None` when hashes can not say.
fn explained(baseline: &BodySums, candidate: &BodySums) -> Option<BTreeSet<usize>> {
    if baseline.hashed.strict == candidate.hashed.strict {
        return Some(BTreeSet::new());
    }
    if baseline.hashed.loose != candidate.hashed.loose {
        return None;
    }
    let sums = baseline.masks.iter().zip(&candidate.masks).enumerate();
    let needed: BTreeSet<usize> =
        sums.filter(|(_, (left, right))| left != right).map(|(rule, _)| rule).collect();
    // Equal sums of unequal bodies: what a rule overlooks has changed places, and only the tree can name the rule.
    (!needed.is_empty()).then_some(needed)
}

fn content_type<'a>(answer: &Answer<'a>) -> Option<&'a [u8]> {
    answer.header("content-type").next()
}

fn uncoded(answer: &Answer<'_>) -> Result<(), Undecodable> {
    let codings = answer.header("content-encoding").map(String::from_utf8_lossy);
    match codings.into_iter().find(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
        Some(coding) => Err(Undecodable::Coding(show::shorten(coding.trim(), 64))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
