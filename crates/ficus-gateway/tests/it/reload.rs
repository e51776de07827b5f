//! Tables are swapped whole while requests are served.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use ficus_gateway::Outdated;

use crate::origin::{Origin, Then};
use crate::world::{World, to_monolith, with_boundary};

fn named(name: &'static str) -> Origin {
    Origin::scripted(move |_seen, stream| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}", name.len()).ok();
        Then::Serve
    })
}

#[test]
fn no_request_fails_while_tables_change_under_load() {
    let (monolith, service) = (named("monolith"), named("service"));
    let world = World::with(to_monolith(1, monolith.upstream()), |_| {});
    let (done, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load = || {
        let (mut client, done, answers) = (world.client(), Arc::clone(&done), Arc::clone(&answers));
        thread::spawn(move || {
            let mut seen = [0, 0];
            while !done.load(Ordering::Relaxed) {
                let answer = client.get("/api/1");
                assert_eq!(answer.status(), 200);
                seen[usize::from(answer.text() == "service")] += 1;
                answers.fetch_add(1, Ordering::Relaxed);
            }
            seen
        })
    };
    let clients: Vec<_> = (0..4).map(|_| load()).collect();
    for generation in 2..200 {
        let before = answers.load(Ordering::Relaxed);
        let table = if generation % 2 == 0 {
            with_boundary(generation, monolith.upstream(), service.upstream(), Default::default())
        } else {
            to_monolith(generation, monolith.upstream())
        };
        world.controls.apply(Arc::new(table)).unwrap();
        while answers.load(Ordering::Relaxed) == before {
            thread::yield_now();
        }
    }
    done.store(true, Ordering::Relaxed);
    let seen = clients.into_iter().map(|client| client.join().expect("no request fails"));
    let [by_monolith, by_service] =
        seen.fold([0, 0], |sum, seen| [sum[0] + seen[0], sum[1] + seen[1]]);
    assert!(by_monolith > 0 && by_service > 0, "{by_monolith} and {by_service}");
    world.stop();
}

#[test]
fn a_table_that_is_not_newer_is_refused() {
    let (monolith, service) = (named("monolith"), named("service"));
    let world = World::with(to_monolith(5, monolith.upstream()), |_| {});
    for given in [4, 5] {
        let table = to_monolith(given, service.upstream());
        let refused = world.controls.apply(Arc::new(table));
        assert_eq!(refused, Err(Outdated { given, applied: 5 }));
    }
    assert_eq!(world.client().get("/1").text(), "monolith");
    world.controls.apply(Arc::new(to_monolith(6, service.upstream()))).unwrap();
    assert_eq!(world.client().get("/1").text(), "service");
    world.stop();
}
