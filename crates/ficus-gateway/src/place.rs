//! Who counts as being here: connections, against the limit of the process.

use std::rc::Rc;
use std::sync::atomic::Ordering;

use crate::core::Core;
use crate::counts::Count;

/// A place among the connections the process may have; given back when dropped.
pub(crate) struct Place(Rc<Core>);

impl Place {
    /// Takes a place, if there is one.
    pub(crate) fn take(core: &Rc<Core>) -> Option<Self> {
        let connections = &core.shared.connections;
        if connections.fetch_add(1, Ordering::Relaxed) >= core.shared.settings.connections_max {
            connections.fetch_sub(1, Ordering::Relaxed);
            core.counts.add(Count::ConnectionsOverLimit);
            return None;
        }
        Some(Self::hold(core))
    }

    /// A place for what goes on after an upgrade; that of the connection it began on is given back.
    pub(crate) fn keep(core: &Rc<Core>) -> Self {
        core.shared.connections.fetch_add(1, Ordering::Relaxed);
        Self::hold(core)
    }

    fn hold(core: &Rc<Core>) -> Self {
        core.counts.add(Count::Accepted);
        core.open.set(core.open.get() + 1);
        Self(Rc::clone(core))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.shared.connections.fetch_sub(1, Ordering::Relaxed);
        self.0.counts.add(Count::Ended);
        self.0.open.set(self.0.open.get() - 1);
        self.0.closed.notify_one();
    }
}
