//! The configuration's files, read at the start and again whenever somebody asks: all or nothing, every time.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use ficus_control::Configuration;
use ficus_model::Finding;

use crate::failure::Failure;
use crate::findings;
use crate::moment;
use crate::settings::{InstanceSettings, Loaded, Overrides, Settings, load};
use crate::terminal::Terminal;

/// Where the configuration is, and what of it only a new start can change.
#[derive(Debug)]
pub(super) struct Files {
    file: Option<PathBuf>,
    overrides: Overrides,
    /// What this process was started with.
    started: Mutex<Option<InstanceSettings>>,
}

impl Files {
    pub(super) fn new(file: Option<PathBuf>, overrides: Overrides) -> Self {
        Self { file, overrides, started: Mutex::new(None) }
    }

    /// The settings to start with; findings are shown.
    ///
    /// # Errors
    /// When one of the findings is an error.
    pub(super) fn first(&self, terminal: Terminal) -> Result<Settings, Failure> {
        let Loaded { settings, notes, sources, .. } = self.load();
        if !notes.findings.is_empty() {
            let colour = terminal.talk_colour;
            terminal.talk(&findings::render(&notes.findings, &sources, terminal.width, colour));
        }
        let settings = settings.ok_or_else(Failure::shown)?;
        *self.lock() = Some(settings.process.clone());
        Ok(settings)
    }

    /// The configuration as the files say it now.
    ///
    /// # Errors
    /// Every finding, when one of them is an error.
    pub(super) fn again(&self) -> Result<Configuration, Vec<Finding>> {
        let Loaded { settings, notes, .. } = self.load();
        let Some(settings) = settings else { return Err(notes.findings) };
        for finding in &notes.findings {
            tracing::warn!(finding = %finding, "configuration");
        }
        if self.lock().as_ref().is_some_and(|started| needs_start(started, &settings.process)) {
            tracing::warn!(
                "listeners, state, telemetry and identities take effect at the next start"
            );
        }
        Ok(configuration(&settings))
    }

    fn load(&self) -> Loaded {
        load(self.file.as_deref(), &self.overrides, moment::now())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<InstanceSettings>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether something has changed that only a new start brings about; the monolith is applied like the boundaries.
fn needs_start(started: &InstanceSettings, now: &InstanceSettings) -> bool {
    let same_monolith = InstanceSettings { monolith: started.monolith.clone(), ..now.clone() };
    *started != same_monolith
}

/// The part of the settings that control applies.
pub(super) fn configuration(settings: &Settings) -> Configuration {
    let boundaries = settings.boundaries.iter();
    let texts = boundaries.map(|written| (written.boundary.clone(), written.text.clone()));
    Configuration::new(settings.process.monolith.clone(), texts.collect())
}

#[cfg(test)]
mod tests;
