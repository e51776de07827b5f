//! Which side answers: sticky, by weight, and never the service once it is forbidden.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ficus_model::rollout::RolloutId;
use ficus_model::{Snapshot, Weight};

use crate::boundaries::{canary, count, percent, sample, table, wait};
use crate::client::Client;
use crate::origin::Origin;
use crate::world::World;

const MONOLITH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nmonolith";
const SERVICE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nservice";
const BROKEN: &[u8] = b"HTTP/1.1 500 Broken\r\nContent-Length: 6\r\n\r\nbroken";

/// Who answers a user.
fn side(client: &mut Client, user: u32) -> String {
    client.send(format!(
        "GET /api/rates HTTP/1.1\r\nHost: h\r\nCookie: theme=dark; session=user-{user}\r\n\r\n"
    ));
    client.answer("GET").expect("an answer").text()
}

fn sides(client: &mut Client, users: u32) -> BTreeMap<u32, String> {
    (0..users).map(|user| (user, side(client, user))).collect()
}

fn world(weight: Weight, service: &Origin) -> (World, Origin) {
    let monolith = Origin::replying(MONOLITH);
    let snapshot = table(1, monolith.upstream(), canary(service.upstream(), weight));
    (World::with(snapshot, |_| {}), monolith)
}

#[test]
fn users_keep_their_side_and_a_ramp_only_adds() {
    let service = Origin::replying(SERVICE);
    let (world, monolith) = world(percent(20), &service);
    let mut client = world.client();
    let first = sides(&mut client, 200);
    let served = first.values().filter(|side| *side == "service").count();
    // Six standard deviations of a binomial of 200 at 20 %.
    assert!((7..=73).contains(&served), "{served}");
    assert_eq!(sides(&mut world.client(), 200), first, "on any connection");
    let ramped = table(2, monolith.upstream(), canary(service.upstream(), percent(60)));
    world.controls.apply(ramped.into()).unwrap();
    let second = sides(&mut client, 200);
    let left = first.iter().filter(|(user, side)| *side == "service" && second[user] != **side);
    assert_eq!(left.count(), 0, "nobody is moved back on the way up");
    let back = table(3, monolith.upstream(), canary(service.upstream(), percent(20)));
    world.controls.apply(back.into()).unwrap();
    assert_eq!(sides(&mut client, 200), first, "who came last left first");
}

#[test]
fn a_kill_is_seen_by_the_very_next_request() {
    let service = Origin::replying(SERVICE);
    let (world, monolith) = world(Weight::FULL, &service);
    let mut client = world.client();
    assert_eq!(side(&mut client, 1), "service");
    let killed = table(2, monolith.upstream(), canary(service.upstream(), Weight::ZERO));
    world.controls.apply(killed.into()).unwrap();
    let before = service.requests().len();
    assert!(sides(&mut client, 50).values().all(|side| side == "monolith"));
    assert!(sides(&mut world.client(), 50).values().all(|side| side == "monolith"));
    assert_eq!(service.requests().len(), before);
}

#[test]
fn tables_are_swapped_under_load_without_a_failed_request() {
    let service = Origin::replying(SERVICE);
    let (world, monolith) = world(percent(50), &service);
    let (stop, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for user in 0..4 {
            let (world, stop, answered) = (&world, &stop, &answered);
            scope.spawn(move || {
                let mut client = world.client();
                while !stop.load(Ordering::Relaxed) {
                    let side = side(&mut client, user);
                    assert!(side == "monolith" || side == "service", "{side}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for generation in 2..200_u64 {
            let snapshot = changing(generation, &monolith, &service);
            world.controls.apply(snapshot.into()).unwrap();
            let seen = answered.load(Ordering::Relaxed);
            wait("an answer under this table", || answered.load(Ordering::Relaxed) > seen);
        }
        stop.store(true, Ordering::Relaxed);
    });
    let outcomes = ["shed", "reset", "timeout", "connect_failed", "client_gone", "5xx"];
    for outcome in outcomes {
        let outcome = format!("outcome=\"{outcome}\"");
        assert_eq!(count(&world.controls, "ficus_requests_total", &outcome), 0);
    }
}

/// Tables that differ in weight, in rollout, and in having the boundary at all.
fn changing(generation: u64, monolith: &Origin, service: &Origin) -> Snapshot {
    let weight = percent(u32::try_from(generation % 101).unwrap());
    let mut placed = canary(service.upstream(), weight);
    placed.desired.generation = generation;
    placed.desired.rollout = Some(RolloutId([u8::try_from(generation % 7).unwrap(); 16]));
    let mut snapshot = table(generation, monolith.upstream(), placed);
    if generation.is_multiple_of(5) {
        snapshot.boundaries.clear();
    }
    snapshot
}

#[test]
fn a_failing_candidate_is_aborted_without_any_control() {
    let service = Origin::replying(BROKEN);
    let (world, _monolith) = world(percent(50), &service);
    let began = Instant::now();
    let mut client = world.client();
    let mut user = 0;
    while sample(&world.controls, "ficus_weight_ratio", "quotes") > 0.0 {
        assert!(began.elapsed() < Duration::from_secs(8), "never aborted");
        user += 1;
        side(&mut client, user);
    }
    let before = service.requests().len();
    for user in 0..300 {
        assert_eq!(side(&mut client, user), "monolith");
    }
    assert_eq!(service.requests().len(), before, "no request reaches the candidate any more");
    wait("the news", || world.reports.aborts.lock().unwrap().len() == 1);
    let aborts = world.reports.aborts.lock().unwrap();
    assert_eq!(aborts[0].rollout, RolloutId([1; 16]));
    assert_eq!(count(&world.controls, "ficus_local_aborts_total", "quotes"), 1);
}

#[test]
fn all_workers_agree_and_are_added_up() {
    let (monolith, service) = (Origin::replying(MONOLITH), Origin::replying(SERVICE));
    let snapshot = table(1, monolith.upstream(), canary(service.upstream(), percent(50)));
    let world = World::with(snapshot, |settings| {
        settings.workers = std::num::NonZeroUsize::MIN.saturating_add(2);
    });
    let first = sides(&mut world.client(), 20);
    for _ in 0..15 {
        assert_eq!(sides(&mut world.client(), 20), first);
    }
    wait("every worker to have counted", || {
        count(&world.controls, "ficus_requests_total", "outcome=\"2xx\"") == 16 * 20
    });
    let observed = || -> usize {
        let batches = world.reports.observations.lock().unwrap();
        batches.iter().map(|batch| batch.observations.len()).sum()
    };
    wait("every observation", || observed() == 16 * 20);
    let batches = world.reports.observations.lock().unwrap();
    let assigned = batches.iter().map(|batch| batch.assigned.monolith + batch.assigned.service);
    assert_eq!(assigned.sum::<u64>(), 16 * 20, "assigned, completed and exported are one number");
}

#[test]
fn an_override_is_honoured_only_where_it_is_allowed() {
    let service = Origin::replying(SERVICE);
    let monolith = Origin::replying(MONOLITH);
    let asks = "GET /api/rates HTTP/1.1\r\nHost: h\r\nFicus-Side: service\r\n\r\n";
    for (allowed, expected) in [(true, "service"), (false, "monolith")] {
        let mut placed = canary(service.upstream(), Weight::ZERO);
        placed.desired.mirror = Weight::FULL;
        let world = World::with(table(1, monolith.upstream(), placed), |settings| {
            settings.overrides = allowed;
        });
        let mut client = world.client();
        client.send(asks);
        assert_eq!(client.answer("GET").unwrap().text(), expected);
    }
}
