mod faults;
mod restart;
mod script;
mod shell;
mod world;

use std::sync::{Arc, OnceLock};

use crate::ledger::store::memory::MemoryStore;

pub(crate) use world::boundary as test_boundary;

/// A store with everything a rollout can leave in it: from Contract to Primary, an abort, a hold, a kill.
pub(crate) fn recorded_rollout() -> Arc<MemoryStore> {
    static RECORDED: OnceLock<MemoryStore> = OnceLock::new();
    let recorded = RECORDED.get_or_init(|| {
        let mut world = world::World::new(&[world::boundary("quotes"), world::boundary("rates")]);
        world.reach_canary("rates");
        world.abort("rates");
        world.reach_canary("quotes");
        world.pass(60);
        world.serve("quotes", 9000, false);
        world.operate("quotes", "hold").unwrap();
        world.operate("quotes", "promote").unwrap();
        world.serve("quotes", 9000, false);
        world.operate("quotes", "kill").unwrap();
        world.operate("rates", "promote").unwrap();
        world.store.copy()
    });
    Arc::new(recorded.copy())
}

/// A store with what operators alone can leave in it: nothing is judged, so it is examined in no time.
pub(crate) fn recorded_operations() -> Arc<MemoryStore> {
    let mut world = world::World::new(&[world::boundary("quotes"), world::boundary("rates")]);
    for boundary in ["quotes", "rates"] {
        for verb in ["promote", "hold", "promote", "kill", "promote", "rollback"] {
            world.operate(boundary, verb).unwrap();
        }
    }
    world.store
}
