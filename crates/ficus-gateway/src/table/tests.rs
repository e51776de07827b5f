use http::{HeaderName, HeaderValue, Request};
use proptest::prelude::*;

use super::*;
use crate::fixture::{bound_to, first_lane, placed, snapshot};

fn table(routes: &[&str]) -> RouteTable {
    compile(vec![placed("quotes", routes)])
}

fn compile(boundaries: Vec<ficus_model::snapshot::Placed>) -> RouteTable {
    let settings = LaneSettings::of(&crate::fixture::settings());
    RouteTable::compile(snapshot(1, boundaries), None, &Origins::default(), &settings)
}

fn parts(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(
            HeaderName::try_from(*name).expect("a name"),
            HeaderValue::try_from(*value).expect("a value"),
        );
    }
    request.body(()).expect("a request").into_parts().0
}

/// The route's text, or `-`.
fn found(table: &RouteTable, method: &str, target: &str) -> String {
    found_with(table, method, target, &[])
}

fn found_with(table: &RouteTable, method: &str, target: &str, headers: &[(&str, &str)]) -> String {
    let routed = route(table, &parts(method, target, headers));
    table.lane(routed).map_or("-".to_owned(), |lane| lane.route(routed.route).to_owned())
}

#[test]
fn a_request_belongs_to_the_route_that_asks_most_of_its_path() {
    let table = table(&[
        "GET /api/quotes/{id}",
        "GET /api/quotes/latest",
        "POST /api/quotes",
        "* /api/{rest...}",
        "GET /api/{kind}/latest/all",
    ]);
    let cases = [
        ("GET", "/api/quotes/7", "GET /api/quotes/{id}"),
        ("GET", "/api/quotes/latest", "GET /api/quotes/latest"),
        ("PUT", "/api/quotes/latest", "* /api/{rest...}"),
        ("POST", "/api/quotes", "POST /api/quotes"),
        ("GET", "/api/quotes", "* /api/{rest...}"),
        ("GET", "/api/quotes/latest/all", "GET /api/{kind}/latest/all"),
        ("GET", "/api/", "* /api/{rest...}"),
        ("GET", "/api", "* /api/{rest...}"),
        ("GET", "/api/quotes/?page=2", "* /api/{rest...}"),
        ("GET", "/apis", "-"),
        ("GET", "/", "-"),
        ("OPTIONS", "*", "-"),
    ];
    for (method, target, route) in cases {
        assert_eq!(found(&table, method, target), route, "{method} {target}");
    }
}

#[test]
fn what_nobody_claims_is_the_monoliths() {
    let table = table(&["GET /api/rates"]);
    let routed = route(&table, &parts("GET", "/login", &[]));
    assert_eq!(routed, Routed { lane: None, route: 0 });
    assert!(Arc::ptr_eq(table.arm(routed, Side::Service), &table.fallback));
    assert!(Arc::ptr_eq(table.live(routed), &table.unclaimed));
}

#[test]
fn hosts_and_headers_are_asked_for() {
    let mut tenant = placed("tenant", &["GET /api/rates"]);
    tenant.boundary.surface[0].host = Some("eu.example.com".to_owned());
    tenant.boundary.surface[0].headers = vec![("x-tenant".to_owned(), "7".to_owned())];
    let mut host = placed("host", &["GET /api/rates"]);
    host.boundary.surface[0].host = Some("eu.example.com".to_owned());
    let table = compile(vec![placed("any", &["GET /api/rates"]), host, tenant]);
    let lane = |headers: &[(&str, &str)]| {
        let routed = route(&table, &parts("GET", "/api/rates", headers));
        table.lane(routed).map_or("-", |lane| lane.name.as_str()).to_owned()
    };
    assert_eq!(lane(&[]), "any");
    assert_eq!(lane(&[("host", "us.example.com")]), "any");
    assert_eq!(lane(&[("host", "EU.example.com:8080")]), "host");
    assert_eq!(lane(&[("host", "eu.example.com.evil")]), "any");
    assert_eq!(lane(&[("host", "eu.example.com:")]), "host");
    assert_eq!(lane(&[("host", "eu.example.com"), ("x-tenant", "7")]), "tenant");
    assert_eq!(lane(&[("host", "eu.example.com"), ("x-tenant", "8")]), "host");
}

#[test]
fn a_path_with_two_readings_stays_on_the_monolith_and_is_counted() {
    let table = table(&["GET /api/quotes/{id}", "GET /api/rates", "GET /files/{path...}"]);
    let twofold = [
        "/api/quotes/../rates",
        "/api/quotes/%2e%2e",
        "/api/quotes/a%2Fb",
        "/api//rates",
        "/api/./rates",
        "/x/../api/rates",
        "/api/rate%73",
        "/files/../api/rates",
    ];
    for target in twofold {
        assert_eq!(found(&table, "GET", target), "-", "{target}");
    }
    assert_eq!(table.ambiguous.load(Ordering::Relaxed), 8);
    let plain = ["/api/quotes/a%20b", "/api/quotes/100%", "/api/quotes/.hidden", "/files/a//b"];
    for target in plain {
        assert_ne!(found(&table, "GET", target), "-", "{target}");
    }
    assert_eq!(table.ambiguous.load(Ordering::Relaxed), 8);
}

#[test]
fn a_newer_table_takes_over_what_outlives_tables() {
    let (controls, _) = bound_to(placed("quotes", &["GET /api/rates"]));
    let before = first_lane(&controls);
    let mut changed = placed("quotes", &["GET /api/rates", "POST /api/quotes"]);
    changed.desired.generation = 8;
    let next = snapshot(2, vec![placed("other", &["GET /other"]), changed.clone()]);
    controls.apply(next).expect("newer");
    let table = controls.shared().table.load_full();
    let after = table.lane_named(&before.name).expect("still there");
    assert!(Arc::ptr_eq(&before.live, &after.live));
    assert!(Arc::ptr_eq(&before.monolith, &after.monolith), "same limits, same count in flight");
    assert_eq!((after.generation, after.routes.len()), (8, 2));
    changed.boundary.limits.in_flight = 1;
    controls.apply(snapshot(3, vec![changed])).expect("newer");
    let renewed = first_lane(&controls);
    assert!(!Arc::ptr_eq(&after.monolith, &renewed.monolith));
    assert!(Arc::ptr_eq(&before.live, &renewed.live));
}

#[test]
fn an_older_snapshot_is_refused_and_changes_nothing() {
    let (controls, _) = bound_to(placed("quotes", &["GET /api/rates"]));
    controls.apply(snapshot(5, Vec::new())).expect("newer");
    let refused = controls.apply(snapshot(4, vec![placed("quotes", &["GET /api/rates"])]));
    assert_eq!(refused.map_err(|outdated| outdated.given), Err(4));
    assert!(controls.shared().table.load().lanes.is_empty());
}

fn segment() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "{x}", "{y}"]).prop_map(str::to_owned)
}

fn pattern() -> impl Strategy<Value = String> {
    let method = prop::sample::select(vec!["GET", "POST", "*"]);
    let end = prop::sample::select(vec!["", "/{rest...}"]);
    (method, prop::collection::vec(segment(), 1..4), end)
        .prop_map(|(method, segments, end)| format!("{method} /{}{end}", segments.join("/")))
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "c", ""]);
    prop::collection::vec(segment, 1..5)
        .prop_map(|segments| format!("/{}", segments.join("/")))
        .prop_filter("one reading", |path| canonical::of(path).is_none())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_tree_agrees_with_the_model(
        routes in prop::collection::vec(pattern(), 0..6),
        method in prop::sample::select(vec!["GET", "POST", "PUT"]),
        path in path(),
    ) {
        let texts: Vec<&str> = routes.iter().map(String::as_str).collect();
        let table = table(&texts);
        let routed = route(&table, &parts(method, &path, &[]));
        let patterns: Vec<RoutePattern> =
            texts.iter().map(|text| text.parse().expect("a route")).collect();
        match routed.lane {
            Some(_) => prop_assert!(patterns[usize::from(routed.route)].matches(method, &path)),
            None => prop_assert!(!patterns.iter().any(|pattern| pattern.matches(method, &path))),
        }
    }

    #[test]
    fn canonical_paths_are_fixed_points(path in "(/[a.%2Fe]{0,4}){1,5}") {
        if let Some(canonical) = canonical::of(&path)
            && !canonical.contains('%')
        {
            prop_assert_eq!(canonical::of(&canonical), None);
        }
    }
}
