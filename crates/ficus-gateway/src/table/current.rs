//! The table in use, as one core reads it: looked at with every request and shared with nobody in between.

use std::cell::RefCell;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};

use super::RouteTable;

/// The present table, read without a lock or a count that other cores share.
pub(crate) struct CurrentTable(RefCell<Cache<Arc<ArcSwap<RouteTable>>, Arc<RouteTable>>>);

impl CurrentTable {
    /// Follows this table.
    pub(crate) fn of(table: &Arc<ArcSwap<RouteTable>>) -> Self {
        Self(RefCell::new(Cache::new(Arc::clone(table))))
    }

    /// The present one. A request keeps the one it began with.
    pub(crate) fn load(&self) -> Arc<RouteTable> {
        Arc::clone(self.0.borrow_mut().load())
    }
}
