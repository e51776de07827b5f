//! Tasks have a name and an owner: the core that spawned them ends them when it ends.

use std::cell::RefCell;
use std::future::Future;

use tokio::task::JoinSet;

/// The tasks of one core.
#[derive(Default)]
pub(crate) struct Tasks {
    running: RefCell<JoinSet<()>>,
}

impl Tasks {
    /// Spawns a task on this core. The name is a span's name and for the reader; ended tasks are forgotten here.
    pub(crate) fn spawn_named(&self, name: &'static str, task: impl Future<Output = ()> + 'static) {
        let mut running = self.running.borrow_mut();
        while let Some(ended) = running.try_join_next() {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!(task = name, error = %error, "task panicked");
            }
        }
        running.spawn_local(task);
    }

    /// Ends all of them.
    pub(crate) fn abort_all(&self) {
        self.running.borrow_mut().abort_all();
    }
}
