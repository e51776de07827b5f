use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ficus_model::assignment::SubjectSource;
use http::HeaderValue;
use proptest::prelude::*;

use super::*;
use crate::fixture::{self, in_canary, percent, placed, rollout};

fn lane_at(weight: Weight, overrides: bool) -> std::sync::Arc<Lane> {
    let boundary = in_canary(placed("quotes", &["GET /api/rates"]), weight, rollout(1));
    lane_of(boundary, overrides)
}

fn lane_of(boundary: ficus_model::snapshot::Placed, overrides: bool) -> std::sync::Arc<Lane> {
    let settings = crate::GatewaySettings { overrides, ..fixture::settings() };
    fixture::lane(boundary, &settings)
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).expect("a value"));
    }
    headers
}

fn bearer(claims: &str) -> String {
    format!("Bearer e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

fn no_coin() -> u64 {
    panic!("no coin is tossed for a request with a key")
}

fn assigned(lane: &Lane, lines: &[(&'static str, &str)]) -> Assignment {
    assign_on(lane, &headers(lines), no_coin)
}

#[test]
fn the_strongest_ground_wins() {
    let lane = lane_at(percent(50), false);
    let token = bearer(r#"{"iss":"shop","sub":"ada","roles":["x"]}"#);
    let both = assigned(&lane, &[("authorization", &token), ("cookie", "a=b; session=s1")]);
    let subject = assigned(&lane, &[("authorization", &token)]);
    let session = assigned(&lane, &[("cookie", "a=b; session=s1"), ("cookie", "c=d")]);
    assert_eq!((both.assigned, both), (Assigned::Subject, subject));
    assert_eq!(session.assigned, Assigned::Session);
    assert_ne!(session.key, subject.key);
    let coin = assign_on(&lane, &headers(&[]), || 0);
    assert_eq!((coin.assigned, coin.key, coin.side), (Assigned::Coin, None, Side::Service));
    assert_eq!(assign_on(&lane, &headers(&[]), || u64::MAX).side, Side::Monolith);
}

#[test]
fn a_header_can_be_the_subject() {
    let mut boundary = in_canary(placed("quotes", &["GET /a"]), percent(50), rollout(1));
    boundary.boundary.key.subject = Some(SubjectSource::Header("X-User".to_owned()));
    let lane = lane_of(boundary, false);
    assert_eq!(assigned(&lane, &[("x-user", " ada ")]), assigned(&lane, &[("x-user", "ada")]));
    let empty = assign_on(&lane, &headers(&[("x-user", "")]), || 0);
    assert_eq!(empty.assigned, Assigned::Coin);
}

#[test]
fn what_is_no_token_is_no_subject() {
    let lane = lane_at(percent(50), false);
    let long = format!(r#"{{"sub":"{}"}}"#, "a".repeat(8000));
    let not_tokens = [
        "Basic YWRhOnB3".to_owned(),
        "Bearer".to_owned(),
        "Bearer opaque".to_owned(),
        "Bearer a.!!!.c".to_owned(),
        bearer("[]"),
        bearer("{}"),
        bearer(r#"{"sub":""}"#),
        bearer(r#"{"sub":7}"#),
        bearer(r#"{"sub":"ada""#),
        bearer(&long),
    ];
    for authorization in not_tokens {
        let lines = headers(&[("authorization", &authorization)]);
        assert_eq!(assign_on(&lane, &lines, || 0).assigned, Assigned::Coin, "{authorization}");
    }
    let lower = bearer(r#"{"sub":"ada"}"#).replace("Bearer", "bearer");
    assert_eq!(assigned(&lane, &[("authorization", &lower)]).assigned, Assigned::Subject);
}

#[test]
fn cookies_are_found_by_their_whole_name() {
    let lane = lane_at(percent(50), false);
    for line in ["xsession=1", "session2=1", "session", "session=", "a=session=1"] {
        let lines = headers(&[("cookie", line)]);
        assert_eq!(assign_on(&lane, &lines, || 0).assigned, Assigned::Coin, "{line}");
    }
}

#[test]
fn an_override_needs_permission_and_leaves_statistics() {
    let asks = [("ficus-side", "service"), ("cookie", "session=s1")];
    let lane = lane_at(Weight::ZERO, true);
    let overridden = assigned(&lane, &asks);
    assert_eq!((overridden.side, overridden.assigned), (Side::Service, Assigned::Override));
    assert_eq!(overridden.key, None);
    let back = assigned(&lane_at(percent(100), true), &[("ficus-side", "monolith")]);
    assert_eq!((back.side, back.assigned), (Side::Monolith, Assigned::Override));
    let ignored = assigned(&lane_at(Weight::ZERO, false), &asks);
    assert_eq!((ignored.side, ignored.assigned), (Side::Monolith, Assigned::Session));
    let nonsense = assigned(&lane, &[("ficus-side", "rust"), ("cookie", "session=s1")]);
    assert_eq!(nonsense.assigned, Assigned::Session);
}

#[test]
fn a_kill_and_an_abort_outrank_an_override() {
    let asks = headers(&[("ficus-side", "service")]);
    let mut killed = placed("quotes", &["GET /a"]);
    killed.desired.mirror = Weight::ZERO;
    assert_eq!(assign_on(&lane_of(killed, true), &asks, || 0).side, Side::Monolith);
    let lane = lane_at(percent(50), true);
    assert_eq!(assign_on(&lane, &asks, || 0).side, Side::Service);
    lane.ceiling.close();
    assert_eq!(assign_on(&lane, &asks, || 0).side, Side::Monolith);
}

#[test]
fn a_closed_ceiling_takes_every_key_back_at_once() {
    let lane = lane_at(percent(100), false);
    assert_eq!(assigned(&lane, &[("cookie", "session=1")]).side, Side::Service);
    lane.ceiling.close();
    let after = assigned(&lane, &[("cookie", "session=1")]);
    assert_eq!((after.side, after.weight), (Side::Monolith, Weight::ZERO));
    assert_eq!(assign_on(&lane, &headers(&[]), no_coin).side, Side::Monolith);
}

#[test]
fn the_share_of_keys_is_the_weight() {
    let lane = lane_at(percent(10), false);
    let side = |user: u32| assigned(&lane, &[("cookie", &format!("session={user}"))]).side;
    let share = (0..20_000).filter(|user| side(*user) == Side::Service).count();
    // Six standard deviations of a binomial of 20,000 at 10 %.
    assert!((1745..=2255).contains(&share), "{share}");
}

#[test]
fn the_share_of_coins_is_the_weight() {
    let (controls, _) = fixture::bound_to(placed("quotes", &["GET /a"]));
    let core = fixture::core(&controls);
    let lane = lane_at(percent(10), false);
    let toss = || assign_on(&lane, &headers(&[]), || core.observer.toss()).side;
    let share = (0..20_000).filter(|_| toss() == Side::Service).count();
    assert!((1745..=2255).contains(&share), "{share}");
}

#[test]
fn another_rollout_draws_anew() {
    let at = |number| {
        lane_of(in_canary(placed("quotes", &["GET /a"]), percent(50), rollout(number)), false)
    };
    let (one, two) = (at(1), at(2));
    let differs = (0..1000).filter(|user| {
        let line = format!("session={user}");
        assigned(&one, &[("cookie", &line)]).side != assigned(&two, &[("cookie", &line)]).side
    });
    assert!((400..=600).contains(&differs.count()));
}

proptest! {
    #[test]
    fn a_key_keeps_its_side_and_a_ramp_only_adds(
        user in "[a-z0-9]{1,12}",
        mut weights in prop::collection::vec(0u32..=100, 2..6),
    ) {
        weights.sort_unstable();
        let line = format!("session={user}");
        let sides: Vec<Side> = weights
            .iter()
            .map(|weight| assigned(&lane_at(percent(*weight), false), &[("cookie", &line)]).side)
            .collect();
        prop_assert!(sides.is_sorted(), "{weights:?}: {sides:?}");
    }
}
