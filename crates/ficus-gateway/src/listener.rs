//! Accepts clients until the shutdown, then waits for the drain.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::connection;
use crate::core::Core;
use crate::counts::Count;
use crate::place::Place;

/// Pause after the system could not give a socket, as when it has none left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What the accepting loop waits for.
enum Event {
    Came(io::Result<(tokio::net::TcpStream, std::net::SocketAddr)>),
    Shutdown,
}

/// Accepts until the shutdown. Clients over the limit are closed at once, which costs them least.
pub(crate) async fn accept(core: &Rc<Core>, listener: TcpListener) {
    loop {
        // Both arms are cancel-safe: a connection that was not taken stays in the kernel's queue.
        let event = tokio::select! {
            came = listener.accept() => Event::Came(came),
            () = core.shared.shutdown.cancelled() => Event::Shutdown,
        };
        match event {
            Event::Shutdown => return,
            Event::Came(Ok((stream, address))) => {
                let Some(place) = Place::take(core) else { continue };
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(error = %error, "client socket refused an option");
                }
                let serve = connection::serve(Rc::clone(core), stream, address, place);
                core.tasks.spawn_named("connection", serve);
            }
            Event::Came(Err(error)) => {
                tracing::warn!(error = %error, "client could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Lets the connections of a core end within the drain time; the rest is cut and counted.
pub(crate) async fn drain(core: &Core) {
    core.alarms.wake_all();
    let all_closed = async {
        while core.open.get() > 0 {
            core.closed.notified().await;
        }
    };
    if tokio::time::timeout(core.shared.settings.drain, all_closed).await.is_err() {
        for _ in 0..core.open.get() {
            core.counts.add(Count::Cut);
        }
    }
    core.tasks.abort_all();
}
