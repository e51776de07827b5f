//! From the first request to the end: signals, reload, drain.

use std::future::Future;
use std::io;

use ficus_gateway::{Gateway, RunError};
use ficus_model::Principal;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::control_thread::{self, ControlParts, ControlThread};
use crate::failure::{Answer, Failure, chain};

/// Who reloads by signal.
const RELOADER: &str = "sighup";

/// The signals a process is told to stop or to reload by.
struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

/// What happens to a serving process. A closed set.
enum Happening {
    /// Read the files again.
    Reload,
    /// End.
    Stop(&'static str),
    /// The gateway has ended.
    Ended(Result<(), RunError>),
}

/// Serves until told to stop.
///
/// # Errors
/// When a thread can not be started, or the gateway ends by itself.
pub(super) fn serve(gateway: Gateway, parts: ControlParts) -> Result<Answer, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| no_thread(&error))?;
    let stop = CancellationToken::new();
    let end = CancellationToken::new();
    let control = control_thread::start(parts, stop.clone(), end.clone())
        .map_err(|error| no_thread(&error))?;
    let outcome = runtime.block_on(serve_until_told(gateway, &control, stop));
    end.cancel();
    match outcome {
        Ok(Ended::InOrder) => {
            control.join();
            tracing::info!("ended in order");
            Ok(Answer::Yes)
        }
        Ok(Ended::AtOnce) => {
            tracing::warn!("ended at once; requests under way were cut");
            runtime.shutdown_background();
            Ok(Answer::Yes)
        }
        Err(failure) => {
            control.join();
            Err(failure)
        }
    }
}

/// How serving ended.
enum Ended {
    /// Everything under way was finished or given its time.
    InOrder,
    /// A second signal came.
    AtOnce,
}

async fn serve_until_told(
    gateway: Gateway,
    control: &ControlThread,
    stop: CancellationToken,
) -> Result<Ended, Failure> {
    let mut signals = Signals::listen().map_err(|error| no_thread(&error))?;
    let running = gateway.run(stop.clone());
    tokio::pin!(running);
    loop {
        match signals.next(&mut running).await {
            Happening::Reload => reload(control).await,
            Happening::Stop(name) if stop.is_cancelled() => {
                tracing::warn!(signal = name, "told a second time to stop");
                return Ok(Ended::AtOnce);
            }
            Happening::Stop(name) => {
                tracing::info!(signal = name, "told to stop; requests under way are finished");
                stop.cancel();
            }
            Happening::Ended(Ok(())) => return Ok(Ended::InOrder),
            Happening::Ended(Err(error)) => {
                let help = "The log says more; start it again, the ledger knows where to go on.";
                return Err(Failure::undone(format!("the gateway ended: {}", chain(&error)), help));
            }
        }
    }
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next thing that happens. Cancel-safe: signals are kept by the runtime, the gateway is only polled.
    async fn next(
        &mut self,
        running: &mut (impl Future<Output = Result<(), RunError>> + Unpin),
    ) -> Happening {
        tokio::select! {
            _ = self.hangup.recv() => Happening::Reload,
            _ = self.interrupt.recv() => Happening::Stop("SIGINT"),
            _ = self.terminate.recv() => Happening::Stop("SIGTERM"),
            ended = running => Happening::Ended(ended),
        }
    }
}

/// Reads the files again and applies them, all or nothing; what is wrong is logged.
async fn reload(control: &ControlThread) {
    let files = std::sync::Arc::clone(&control.files);
    let read = tokio::task::spawn_blocking(move || files.again()).await;
    let configuration = match read {
        Ok(Ok(configuration)) => configuration,
        Ok(Err(findings)) => {
            for finding in &findings {
                let help = finding.help.as_deref().unwrap_or_default();
                tracing::error!(%finding, help, "not applied");
            }
            return tracing::error!(findings = findings.len(), "nothing was changed");
        }
        Err(error) => return tracing::error!(%error, "reading the configuration has crashed"),
    };
    let Ok(by) = RELOADER.parse::<Principal>() else { return };
    match control.desk.apply(configuration, by, None).await {
        Ok(digest) => tracing::info!(configuration = %digest, "applied"),
        Err(error) => tracing::error!(error = %chain(&error), "not applied; nothing was changed"),
    }
}

fn no_thread(error: &io::Error) -> Failure {
    Failure::undone(
        format!("a thread could not be started: {error}"),
        "Is a limit of the system reached (ulimit -u, ulimit -n)?",
    )
}
