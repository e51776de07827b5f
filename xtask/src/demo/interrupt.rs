//! Ctrl-C: noticed between two looks, so that everything that was started is stopped in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};

/// Whether somebody wants the end.
#[derive(Debug, Clone)]
pub(super) struct Interrupt(Arc<AtomicBool>);

/// Between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

impl Interrupt {
    /// Notices SIGINT and SIGTERM from now on.
    pub(super) fn install() -> anyhow::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        let noticed = Arc::clone(&raised);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("interrupt".to_owned());
        let wait = async move {
            let (Ok(mut int), Ok(mut term)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            tokio::select! { _ = int.recv() => {}, _ = term.recv() => {} }
            noticed.store(true, Ordering::Release);
        };
        thread.spawn(move || runtime.block_on(wait)).context("a thread for signals")?;
        Ok(Self(raised))
    }

    /// Fails once somebody wants the end.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.0.load(Ordering::Acquire) {
            bail!("interrupted");
        }
        Ok(())
    }

    /// Lets time pass.
    pub(super) fn pause(&self, time: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + time;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(LOOK_INTERVAL));
        }
    }
}
