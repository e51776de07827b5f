//! What is applied as one: the boundaries, the monolith, and the texts they were read from.
//!
//! The texts travel with the meaning. A ledger entry names the configuration by digest only; since the texts are
//! stored under their digests beside it, an auditor can read what was in force when a step was taken.

use std::collections::BTreeMap;

use ficus_model::boundary::{Boundary, Upstream};
use ficus_model::digest::Digest;
use ficus_model::rollout::Plan;
use ficus_model::{BoundaryName, Weight};
use sha2::{Digest as _, Sha256};

/// One whole configuration, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// Where everything goes that no boundary claims.
    pub monolith: Upstream,
    /// The boundaries, by name.
    pub boundaries: Vec<Boundary>,
    /// The digest `If-Match` compares: over the monolith and every boundary's text.
    pub digest: Digest,
    /// Per boundary, the text it was read from.
    pub texts: BTreeMap<BoundaryName, Text>,
}

/// A text and its content address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// SHA-256 over the bytes.
    pub digest: Digest,
    /// The text as it was read.
    pub text: String,
}

/// The content address of some bytes: SHA-256.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

impl Configuration {
    /// A configuration from the monolith's address and, per boundary, its meaning and the text it was read from.
    pub fn new(monolith: Upstream, files: Vec<(Boundary, String)>) -> Self {
        let mut boundaries = Vec::with_capacity(files.len());
        let mut texts = BTreeMap::new();
        for (boundary, text) in files {
            let digest = digest_of(text.as_bytes());
            texts.insert(boundary.name.clone(), Text { digest, text });
            boundaries.push(boundary);
        }
        boundaries.sort_by(|left, right| left.name.cmp(&right.name));
        let digest = digest_of(listing(&monolith, &texts).as_bytes());
        Self { monolith, boundaries, digest, texts }
    }

    /// The boundary of this name.
    pub fn boundary(&self, name: &BoundaryName) -> Option<&Boundary> {
        self.boundaries.iter().find(|boundary| boundary.name == *name)
    }

    /// The plan of a boundary's rollout, as a child of `parent`.
    pub fn plan(&self, boundary: &Boundary, parent: Option<Digest>) -> Plan {
        let digest = self.texts.get(&boundary.name).map_or(self.digest, |text| text.digest);
        let mirror =
            if boundary.shadow.safe.is_empty() { Weight::ZERO } else { boundary.shadow.mirror };
        Plan {
            digest,
            parent,
            mirror,
            steps: boundary.steps.clone(),
            holdback: boundary.holdback,
            primary_bake: boundary.primary_bake,
        }
    }

    /// What the configuration's digest is taken over, one line each: readable, so that anybody can recompute it.
    pub fn listing(&self) -> String {
        listing(&self.monolith, &self.texts)
    }
}

fn listing(monolith: &Upstream, texts: &BTreeMap<BoundaryName, Text>) -> String {
    let mut lines = format!("monolith {}:{}\n", monolith.host, monolith.port);
    for (name, text) in texts {
        lines.push_str(&format!("boundary {name} {}\n", text.digest));
    }
    lines
}
