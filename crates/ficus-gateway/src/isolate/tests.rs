use std::cell::Cell;
use std::rc::Rc;

use super::{Panicked, isolate};

/// Says that it was dropped.
struct Held(Rc<Cell<bool>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(std::thread::panicking());
    }
}

fn run<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(isolate(work))
}

#[test]
fn work_that_ends_is_passed_through() {
    let work = async {
        tokio::task::yield_now().await;
        7
    };
    assert_eq!(run(work), Ok(7));
}

#[test]
fn a_panic_is_a_value_and_drops_what_the_work_held() {
    let dropped = Rc::new(Cell::new(false));
    let held = Held(Rc::clone(&dropped));
    let work = async move {
        let _held = held;
        tokio::task::yield_now().await;
        panic!("planted");
    };
    assert_eq!(run::<()>(work), Err(Panicked));
    assert!(dropped.get(), "what was held sees the panic as it is dropped");
}
