use ficus_model::boundary::Upstream;

use super::*;

fn dependency(reachable: Option<bool>, ejected: bool) -> Dependency {
    let upstream = Upstream { host: "127.0.0.1".to_owned(), port: 9101 };
    Dependency { name: "quotes".to_owned(), upstream, reachable, ejected }
}

fn snapshot() -> Arc<Snapshot> {
    let monolith = Upstream { host: "127.0.0.1".to_owned(), port: 9000 };
    Arc::new(Snapshot { generation: 1, monolith, boundaries: Vec::new() })
}

#[test]
fn before_the_gateway_is_there_nothing_is_taken() {
    let port = PlanePort::default();
    assert!(!port.apply(snapshot()), "control offers it again");
    let health = port.health();
    assert_eq!((health.generation, health.troubles.len()), (0, 1));
}

#[test]
fn troubles_say_who_and_what() {
    assert_eq!(trouble(&dependency(None, false)), None, "not tried is no trouble");
    assert_eq!(trouble(&dependency(Some(true), false)), None);
    let gone = trouble(&dependency(Some(false), true)).expect("a trouble");
    assert_eq!(gone, "quotes at 127.0.0.1:9101 can not be reached");
    let ejected = trouble(&dependency(Some(true), true)).expect("a trouble");
    assert!(ejected.contains("left alone"), "{ejected}");
}

#[test]
fn a_gateway_that_is_bound_takes_newer_tables_only() {
    struct Nobody;
    impl Reports for Nobody {
        fn observations(&self, _batch: ObservationBatch) -> bool {
            true
        }
        fn comparisons(&self, _batch: ComparisonBatch) -> bool {
            true
        }
        fn aborted(&self, _breach: Breach) -> bool {
            true
        }
    }
    let listen = "127.0.0.1:0".parse().expect("an address");
    let settings = ficus_gateway::GatewaySettings::new(listen, [7; 32]);
    let gateway =
        ficus_gateway::Gateway::bind(settings, snapshot(), Arc::new(Nobody)).expect("bound");
    let port = PlanePort::default();
    port.connect(gateway.controls());
    assert!(!port.apply(snapshot()), "the same generation is outdated");
    let newer = Snapshot { generation: 2, ..(*snapshot()).clone() };
    assert!(port.apply(Arc::new(newer)));
    assert_eq!(port.health().generation, 2);
}
