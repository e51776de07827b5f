//! Placeholder: answers are compared off the data threads.
