use super::*;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_str(value).expect("a header value");
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

fn adopt(lines: &[(&'static str, &str)]) -> (TraceContext, HeaderMap) {
    let mut headers = headers(lines);
    let context = TraceContext::adopt(&headers, &Identifiers::new(7), || true);
    context.inject(&mut headers, None);
    (context, headers)
}

/// The trace id that went upstream equals the caller's.
fn continues(parent: &str) -> bool {
    let (context, headers) = adopt(&[("traceparent", parent)]);
    let sent = headers[TRACEPARENT].to_str().expect("text").to_owned();
    assert_eq!(sent.len(), TRACEPARENT_BYTES, "always written as version 00: {sent}");
    assert_ne!(context.trace, TraceId([0; 16]));
    context.parent.is_some() && sent[3..35] == parent.trim()[3..35]
}

fn keeps_state(lines: &[&str]) -> bool {
    let mut all = vec![("traceparent", PARENT)];
    all.extend(lines.iter().map(|line| ("tracestate", *line)));
    let (_, sent) = adopt(&all);
    let kept: Vec<_> = sent.get_all(TRACESTATE).iter().collect();
    assert!(kept.is_empty() || kept == lines, "passed whole or not at all");
    !kept.is_empty()
}

#[test]
fn a_valid_parent_is_continued_with_a_span_of_our_own() {
    let (context, headers) = adopt(&[("traceparent", PARENT)]);
    let sent = headers[TRACEPARENT].to_str().expect("text");
    assert!(sent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    assert!(sent.ends_with("-01"));
    assert_ne!(&sent[36..52], "00f067aa0ba902b7");
    assert_eq!(context.parent.map(|span| span.to_string()).as_deref(), Some("00f067aa0ba902b7"));
}

#[test]
fn an_unsampled_context_keeps_its_trace() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let (context, headers) = adopt(&[("traceparent", parent), ("tracestate", "a=1")]);
    assert!(!context.sampled());
    let sent = headers[TRACEPARENT].to_str().expect("text");
    assert!(sent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && sent.ends_with("-00"));
    assert_eq!(headers[TRACESTATE], "a=1");
}

#[test]
fn parents_are_judged_as_the_recommendation_says() {
    let front = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let accepted = [
        format!("00-{front}"),
        format!(" 00-{front}\t"),
        format!("cc-{front}"),
        format!("cc-{front}-what-the-future-will-be-like"),
    ];
    for parent in &accepted {
        assert!(continues(parent), "{parent}");
    }
    let refused = [
        format!("ff-{front}"),
        format!("00-{front}-extra"),
        format!("00-{front}."),
        format!("cc-{front}.what"),
        format!("0-{front}"),
        front.to_owned(),
        format!("00-{}", front.to_uppercase()),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b.-01".to_owned(),
        String::new(),
    ];
    for parent in &refused {
        let (context, _) = adopt(&[("traceparent", parent)]);
        assert_eq!(context.parent, None, "{parent}");
    }
}

#[test]
fn two_parents_restart_the_trace() {
    let (context, headers) = adopt(&[("traceparent", PARENT), ("traceparent", PARENT)]);
    assert_eq!(context.parent, None);
    assert_eq!(headers.get_all(TRACEPARENT).iter().count(), 1);
}

#[test]
fn a_restart_drops_the_state() {
    for lines in [
        vec![("tracestate", "a=1")],
        vec![("traceparent", "00-nonsense"), ("tracestate", "a=1"), ("tracestate", "b=2")],
    ] {
        let (context, headers) = adopt(&lines);
        assert_eq!(context.parent, None);
        assert!(headers.get(TRACESTATE).is_none());
        assert!(context.sampled(), "a new trace is sampled as the caller of adopt says");
    }
}

#[test]
fn flags_nobody_knows_are_cleared() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff";
    let (_, headers) = adopt(&[("traceparent", parent)]);
    assert!(headers[TRACEPARENT].to_str().expect("text").ends_with("-03"));
}

#[test]
fn state_is_judged_as_the_recommendation_says() {
    let many =
        |count: usize| (0..count).map(|index| format!("m{index}=1")).collect::<Vec<_>>().join(",");
    let long_key = format!("{}=1", "k".repeat(256));
    let long_tenant = format!("{}@{}=1", "t".repeat(241), "v".repeat(14));
    let long_value = format!("k={}", "v".repeat(256));
    let kept: [&[&str]; 12] = [
        &["foo=1"],
        &["foo=1,bar=2", "rojo=1"],
        &["foo=1 ,\t bar=2, "],
        &["foo=1", ""],
        &["0abc@sys=1"],
        &["foo@=1", "bar=2"],
        &["foo@bar@baz=1"],
        &["0foo=1"],
        &["a_-*/0=!~ x"],
        &[&long_key],
        &[&long_tenant],
        &[&long_value],
    ];
    for lines in kept {
        assert!(keeps_state(lines), "{lines:?}");
    }
    assert!(keeps_state(&[&many(32)]));
    let longer_value = format!("k={}", "v".repeat(257));
    let longer_key = format!("{}=1", "k".repeat(257));
    let dropped: [&[&str]; 10] = [
        &["foo"],
        &["foo="],
        &["=1"],
        &["foo=1=2"],
        &["Foo=1"],
        &["foo =1"],
        &["@foo=1"],
        &["foo.bar=1"],
        &[&longer_key],
        &[&longer_value],
    ];
    for lines in dropped {
        assert!(!keeps_state(lines), "{lines:?}");
    }
    assert!(!keeps_state(&[&many(33)]));
    assert!(!keeps_state(&[&many(20), &many(13)]));
}

#[test]
fn the_side_travels_in_the_baggage() {
    let mut sent = headers(&[("baggage", "user=1, ficus.side=service"), ("baggage", "b=2;p")]);
    let context = TraceContext::adopt(&sent, &Identifiers::new(1), || false);
    context.inject(&mut sent, Some(Side::Monolith));
    let lines: Vec<_> = sent.get_all(BAGGAGE).iter().collect();
    assert_eq!(lines, ["user=1,b=2;p,ficus.side=monolith"]);
}

#[test]
fn baggage_passes_unchanged_where_the_side_does_not_fit() {
    let full = format!("k={}", "v".repeat(BAGGAGE_BYTES_MAX - 3));
    let mut sent = headers(&[("baggage", &full)]);
    let context = TraceContext::adopt(&sent, &Identifiers::new(1), || false);
    context.inject(&mut sent, Some(Side::Service));
    assert_eq!(sent[BAGGAGE], full);
    let mut unclaimed = headers(&[("baggage", "a=1")]);
    context.inject(&mut unclaimed, None);
    assert_eq!(unclaimed[BAGGAGE], "a=1");
}

#[test]
fn a_shadow_copy_has_a_trace_of_its_own() {
    let identifiers = Identifiers::new(3);
    let primary = TraceContext::adopt(&headers(&[("traceparent", PARENT)]), &identifiers, || false);
    let shadow = primary.shadow(&identifiers);
    assert_ne!(shadow.trace, primary.trace);
    assert_eq!(shadow.parent, None);
    assert_eq!(shadow.sampled(), primary.sampled());
}

#[test]
fn identifiers_of_two_seeds_do_not_meet() {
    let (one, two) = (Identifiers::new(1), Identifiers::new(2));
    let first: std::collections::BTreeSet<u64> = (0..10_000).map(|_| one.next()).collect();
    assert_eq!(first.len(), 10_000);
    assert!((0..10_000).all(|_| !first.contains(&two.next())));
}
