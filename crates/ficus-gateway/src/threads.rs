//! Side threads: whatever must never run on a data thread.
//!
//! Each ends by itself once nobody can send it anything any more, so none has to be told.

use std::thread;

/// Starts a named side thread. Where the system has no thread left, whatever was meant for it is dropped and counted by
/// the senders, and requests go on.
pub(crate) fn start(name: &'static str, work: impl FnOnce() + Send + 'static) {
    let started = thread::Builder::new().name(format!("gateway-{name}")).spawn(work);
    if let Err(error) = started {
        tracing::error!(thread = name, error = %error, "side thread could not be started");
    }
}
