//! What the proxies are asked to do.

use crate::gateway::peers::Ports;

/// What the copies meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mirror {
    /// Nothing is copied.
    None,
    /// A candidate that answers the same bytes.
    Equal,
    /// A candidate that answers the same JSON with its members reversed.
    Reversed,
    /// A candidate that takes 50 ms.
    Slow,
    /// A candidate that accepts and never answers.
    Hung,
    /// Nobody listens.
    Refused,
}

/// One job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// The name on the command line and in tables.
    pub(crate) name: &'static str,
    /// Path of the requests: `/s` answers about 1 KiB, `/l` about 64 KiB.
    pub(crate) path: &'static str,
    /// A tenth of the traffic goes to the second upstream.
    pub(crate) split: bool,
    /// What the copies meet.
    pub(crate) mirror: Mirror,
    /// Whether answers are compared: peers that can not are left out of this row.
    pub(crate) compares: bool,
    /// Requests a second of the fixed-rate window.
    pub(crate) rate: u64,
    /// Only the fixed rate says something here.
    pub(crate) fixed_only: bool,
}

const fn scenario(name: &'static str, path: &'static str, mirror: Mirror, rate: u64) -> Scenario {
    Scenario { name, path, split: false, mirror, compares: false, rate, fixed_only: false }
}

/// Every job, in the order of the tables.
pub(crate) const SCENARIOS: [Scenario; 8] = [
    scenario("plain-1k", "/s", Mirror::None, 4000),
    scenario("plain-64k", "/l", Mirror::None, 2000),
    Scenario { split: true, ..scenario("split-90-10", "/s", Mirror::None, 4000) },
    scenario("mirror-1k", "/s", Mirror::Equal, 3000),
    scenario("mirror-compare-1k", "/s", Mirror::Reversed, 3000),
    Scenario { fixed_only: true, ..scenario("shadow-slow", "/s", Mirror::Slow, 2000) },
    Scenario { fixed_only: true, ..scenario("shadow-refused", "/s", Mirror::Refused, 2000) },
    Scenario { fixed_only: true, ..scenario("shadow-hung", "/s", Mirror::Hung, 2000) },
];

impl Scenario {
    /// The scenario of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }

    /// Where the second arm or the copies go.
    pub(crate) const fn second_port(&self, ports: Ports) -> u16 {
        match self.mirror {
            Mirror::None | Mirror::Reversed => ports.b,
            Mirror::Equal => ports.a,
            Mirror::Slow => ports.slow,
            Mirror::Hung => ports.hung,
            Mirror::Refused => ports.refused,
        }
    }
}
