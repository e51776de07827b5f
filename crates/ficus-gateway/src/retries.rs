//! Requests that are sent a second time, and their bound.

use std::cell::Cell;

/// What one retry costs; what one request earns is one.
const RETRY_COST: u32 = 10;
/// Most that can be saved: a hundred retries in a row, as when an upstream restarts.
const RETRY_SAVINGS_MAX: u32 = 100 * RETRY_COST;

/// Retries a core may still make: at most a tenth of its requests.
pub(crate) struct RetryBudget(Cell<u32>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Cell::new(RETRY_SAVINGS_MAX))
    }
}

impl RetryBudget {
    /// A request has come.
    pub(crate) fn earn(&self) {
        self.0.set((self.0.get() + 1).min(RETRY_SAVINGS_MAX));
    }

    /// Whether one may be sent again, which is paid for.
    pub(crate) fn spend(&self) -> bool {
        let left = self.0.get().checked_sub(RETRY_COST);
        left.inspect(|left| self.0.set(*left)).is_some()
    }
}

#[cfg(test)]
mod tests;
