//! Everything that runs during the demonstration, in the order in which it is to be stopped.

use std::path::PathBuf;

use super::children::Program;
use super::parts::{self, Programs};
use crate::load::Traffic;
use crate::postgres::Cluster;

/// Where everything listens, on this machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) gateway: u16,
    pub(super) console: u16,
    pub(super) shop: u16,
    pub(super) service: u16,
    /// Where the service's faults are switched.
    pub(super) faults: u16,
}

/// The running parts. Fields are dropped from the top: clients first, the database last.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) traffic: Traffic,
    pub(super) ficus: Program,
    pub(super) service: Program,
    pub(super) shop: Program,
    pub(super) cluster: Cluster,
    pub(super) programs: Programs,
    pub(super) ports: Ports,
    pub(super) logs: PathBuf,
}

impl Stage {
    /// Replaces the service by a build that has these faults.
    pub(super) fn deploy(&mut self, faults: &str) -> anyhow::Result<()> {
        self.service.stop()?;
        self.service =
            parts::start_service(&self.cluster, &self.programs, &self.ports, &self.logs, faults)?;
        Ok(())
    }

    /// Fails if a part has ended that should not have.
    pub(super) fn check(&mut self) -> anyhow::Result<()> {
        self.ficus.check()?;
        self.shop.check()
    }
}
